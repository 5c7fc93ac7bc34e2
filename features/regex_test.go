package features

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// backtrack is the definition of a match, tried in order of preference. It returns the end of the
// match of items at s[p:], or -1. Its time is exponential.
func backtrack(items []regexItem, end bool, s string, p int) int {
	if len(items) == 0 {
		if end && p < len(s) {
			return -1
		}
		return p
	}
	here := p < len(s) && items[0].set.has(s[p])
	switch items[0].repeat {
	case '*':
		if e := backtrack(items[1:], end, s, p); e >= 0 {
			return e
		}
		if here {
			return backtrack(items, end, s, p+1)
		}
		return -1
	case '?':
		if here {
			if e := backtrack(items[1:], end, s, p+1); e >= 0 {
				return e
			}
		}
		return backtrack(items[1:], end, s, p)
	}
	if !here {
		return -1
	}
	return backtrack(items[1:], end, s, p+1)
}

func oracle(re *regex, s string) (lo, hi int) {
	for p := 0; p <= len(s); p++ {
		if e := backtrack(re.items, re.end, s, p); e >= 0 {
			return p, e
		}
		if re.start {
			break
		}
	}
	return -1, -1
}

func compile(t require.TestingT, source string) *regex {
	re, _, err := compileRegex(source)
	require.NoError(t, err)
	return re
}

func TestRegex(t *testing.T) {
	const none = "-"
	for _, tt := range []struct{ re, s, want string }{
		{"", "abc", ""},
		{"b", "abcb", "b"},
		{"b.", "abcb", "bc"},
		{"x", "abc", none},
		{"^b", "abc", none},
		{"^a", "abc", "a"},
		{"b^", "ab^", "b^"},    // ^ is literal elsewhere
		{"^^", "a^", none},     // and after the first position
		{"^^", "^a", "^"},      //
		{"c$", "cbc", "c"},     //
		{"$", "abc", ""},       //
		{"^$", "", ""},         //
		{"^$", "a", none},      //
		{"a$b", "a$b", "a$b"},  // $ is literal elsewhere
		{"$*a", "$$a", "$$a"},  //
		{"\\$", "a$b", "$"},    //
		{"a*", "aaa", ""},      // lazy
		{"a*$", "baaa", "aaa"}, //
		{"a*b", "aaab", "aaab"},
		{"xa*", "xaa", "x"},
		{"x.*y", "xaybyc", "xay"},
		{"a?", "ba", ""}, // leftmost before longest
		{"^a?", "ab", "a"},
		{"^.?.?.?.?", "ab", "ab"},
		{"^.?.?.?.?", "abcde", "abcd"},
		{".?.?.?$", "abcde", "cde"},
		{".?.?.?$", "ab", "ab"},
		{"a?ab", "ab", "ab"},
		{"\\*\\?\\.", "a*?.", "*?."},
		{"\\\"", "a\"", "\""},
		{"\\n", "\nn", "n"}, // not an escape, itself
		{"\\d", "a7", "7"},
		{"\\D", "7a", "a"},
		{"\\u\\l", "aBc", "Bc"},
		{"\\U", "Ba", "a"},
		{"\\L\\A\\W", "a1-", none},
		{"\\L\\A\\W", "1--", "1--"},
		{"\\p", "a_", "_"},
		{"\\s\\S", "a b", " b"},
		{"\\P", "-\x7f", "\x7f"},
		{"\\w*\\p", "ab-", "ab-"},
		{"\\a", "é", none}, // bytes of the C locale
		{"^\\A\\L", "é", "é"},
		{"^.$", "é", none},
		{"^..$", "é", "é"},
	} {
		lo, hi, _ := compile(t, tt.re).match(tt.s, nil)
		got := none
		if lo >= 0 {
			got = tt.s[lo:hi]
		}
		assert.Equal(t, tt.want, got, "%q in %q", tt.re, tt.s)
	}
}

func TestRegexErrors(t *testing.T) {
	for _, tt := range []struct {
		re  string
		pos int
	}{{"*", 0}, {"?a", 0}, {"^*", 1}, {"a**", 2}, {"ab?*", 3}, {"a\\", 1}} {
		_, pos, err := compileRegex(tt.re)
		assert.Error(t, err, tt.re)
		assert.Equal(t, tt.pos, pos, tt.re)
	}
}

func TestRegexClassesAreTheCLocale(t *testing.T) {
	members := map[byte]string{
		'd': "0123456789", 'l': "abcdefghijklmnopqrstuvwxyz", 'u': "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
		'p': "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", 's': " \t\n\v\f\r",
	}
	members['a'] = members['l'] + members['u']
	members['w'] = members['a'] + members['d']
	for class, want := range members {
		set, complement := escaped(class), escaped(class-0x20)
		for b := range 256 {
			is := strings.IndexByte(want, byte(b)) >= 0
			require.Equal(t, is, set.has(byte(b)), "\\%c %d", class, b)
			require.Equal(t, !is, complement.has(byte(b)), "\\%c %d", class-0x20, b)
		}
	}
}

func TestRegexAgainstBacktracking(t *testing.T) {
	item := rapid.SampledFrom([]string{"a", "b", ".", "\\d", "\\D", "\\u", "1"})
	rapid.Check(t, func(t *rapid.T) {
		source := rapid.SampledFrom([]string{"", "^"}).Draw(t, "start")
		for range rapid.IntRange(0, 7).Draw(t, "items") {
			source += item.Draw(t, "item") + rapid.SampledFrom([]string{"", "", "*", "?"}).Draw(t, "repeat")
		}
		source += rapid.SampledFrom([]string{"", "$"}).Draw(t, "end")
		s := rapid.StringOfN(rapid.SampledFrom([]rune("aabbA1é")), 0, 9, -1).Draw(t, "s")
		checkMatch(t, compile(t, source), s)
	})
}

func checkMatch(t require.TestingT, re *regex, s string) {
	wantLo, wantHi := oracle(re, s)
	lo, hi, row := re.match(s, make([]int, 3, 40))
	require.Equal(t, []int{wantLo, wantHi}, []int{lo, hi}, "%q in %q", re.source, s)
	require.Len(t, row, len(s)+1)
}

// A backtracking matcher needs 2^n steps here.
func TestRegexTakesPolynomialTime(t *testing.T) {
	s := strings.Repeat("a", 2000)
	lo, _, _ := compile(t, strings.Repeat("a?", 500)+strings.Repeat("a*", 500)+"b").match(s, nil)
	assert.Equal(t, -1, lo)
}

func FuzzRegex(f *testing.F) {
	for _, re := range []string{"", "^a?ab", ".?.?.?$", "\\u*\\.b*$", "a**", "\\", "$$", "^", "é?\xff*"} {
		f.Add(re, "aab")
		f.Add(re, "É\xff.b")
	}
	f.Fuzz(func(t *testing.T, source, s string) {
		re, pos, err := compileRegex(source)
		if err != nil {
			require.Less(t, pos, len(source))
			return
		}
		lo, hi, _ := re.match(s, nil)
		if lo >= 0 {
			require.True(t, lo <= hi && hi <= len(s))
		}
		if len(re.items) <= 8 && len(s) <= 10 {
			checkMatch(t, re, s)
		}
	})
}
