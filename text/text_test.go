package text

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tokens returns the words of a text: surface tokens with a space between them, words within one
// with "+", and sentences with " / ".
func tokens(t *testing.T, name, text string) string {
	t.Helper()
	tokenizer, err := New(name)
	require.NoError(t, err)
	var b strings.Builder
	for n, s := range Split(tokenizer, text).Sentences {
		if n > 0 {
			b.WriteString(" / ")
		}
		for k, token := range s.Tokens {
			switch {
			case token.Inside:
				b.WriteByte('+')
			case k > 0:
				b.WriteByte(' ')
			}
			b.WriteString(token.Text)
		}
	}
	return b.String()
}

func TestTokens(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"rules", "", ""},
		{"rules", " \n\t ", ""},
		{"rules", "Hello, world!", "Hello , world !"},
		{"rules", "(see [1], \"here\")", "( see [ 1 ] , \" here \" )"},
		{"rules", "well-known", "well-known"},
		{"rules,hyphens", "well-known facts", "well - known facts"},
		{"rules:en,hyphens", "pre-owned e-mail", "pre-owned e-mail"},
		{"rules", "don't", "don't"},
		{"rules:en", "I don't think she's here; they'll say it’s mine", "I do+n't think she+'s here ; they+'ll say it+’s mine"},
		{"rules:en", "DON'T cannot gonna Im", "DO+N'T can+not gon+na I+m"},
		{"rules:en", "the players' bus", "the players+' bus"},
		{"rules:en", "'The players' he said", "' The players ' he said"},
		{"rules:en", "'tis the '90s, rock 'n roll", "'tis the '90s , rock 'n roll"},
		{"rules:fr", "L'eau qu'il aujourd'hui d’or", "L' eau qu' il aujourd'hui d’ or"},
		{"rules:it", "dell'acqua un'altra", "dell' acqua un' altra"},
		{"rules", "https://a.org/x?y=1, (www.b.de) me@c.com.", "https://a.org/x?y=1 , ( www.b.de ) me@c.com ."},
		{"rules", "see liquidweb.com/a/b. Or notes.doc!", "see liquidweb.com/a/b . / Or notes.doc !"},
		{"rules", "http://en.wikipedia.org/wiki/Go_(language) x", "http://en.wikipedia.org/wiki/Go_(language) x"},
		{"rules", "#golang @anna_k #1 C++ C# A&E", "#golang @anna_k # 1 C++ C# A&E"},
		{"rules", "1,000.50 10:30 10/12/2005 713-853-3989 646-8420 +44", "1,000.50 10:30 10/12/2005 713-853-3989 646-8420 +44"},
		{"rules", "5-10 5:00-6:30 2003-2004", "5 - 10 5:00 - 6:30 2003 - 2004"},
		{"rules:en", "$5 50% 5km 3rd 1970s 60's 8pm US$3", "$ 5 50 % 5 km 3rd 1970s 60's 8 pm US$ 3"},
		{"rules", "wait... what?! no!!!", "wait ... what ?! no !!!"},
		{"rules", "yes -- no --- x==y", "yes -- no --- x == y"},
		{"rules", "nice :) :-( ;D <3 ok", "nice :) :-( ;D <3 ok"},
		{"rules:en", "Mr. Smith of the U.S. met Dr. J. Doe at 5 p.m. today.", "Mr. Smith of the U.S. met Dr. J. Doe at 5 p.m. today ."},
		{"rules", "👩‍👩‍👧 👍🏽🇩🇰 e\u0301a", "👩‍👩‍👧 👍🏽 🇩🇰 e\u0301a"},
		{"rules", "我爱北京", "我 爱 北 京"},
		{"rules", ".NET and .doc", ".NET and .doc"},
		{"rules", "‘’Should’’ ``x''", "‘’ Should ’’ `` x ''"},
		{"rules", "won.The streak.In v1.2", "won . / The streak . / In v1.2"},
		{"rules", "a\u00a0b\u200bc\ufeff", "a b c"},
		{"space", "Anna lives in Oslo .\nShe skis .", "Anna lives in Oslo . / She skis ."},
		{"space", " a\r\n\r\nb ", "a / b"},
	} {
		assert.Equal(t, c.want, tokens(t, c.name, c.text), "%s: %q", c.name, c.text)
	}
}

func TestSentences(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"rules", "One. Two! Three? four", "One . / Two ! / Three ? four"},
		{"rules", "He said \"Go.\" Then he left.", "He said \" Go . \" / Then he left ."},
		{"rules", "A title\n\nA text", "A title / A text"},
		{"rules", "A line\nthat goes on", "A line that goes on"},
		{"rules,lines", "A line\nthat goes on", "A line / that goes on"},
		{"rules,lines", "A line\r\nthat goes on\r", "A line / that goes on"},
		{"rules,whole-lines", "Poe, E. 1845. The Raven.\nElm St. Bath. No. 3", "Poe , E. 1845 . The Raven . / Elm St. Bath . No . 3"},
		{"rules", "1. First item", "1 . First item"},
		{"rules", "Well... I see", "Well ... / I see"},
		{"rules", "well... yes", "well ... yes"},
		{"rules:en", "It was 5 p.m. The sun set.", "It was 5 p.m. / The sun set ."},
		{"rules:en", "It was 5 p.m. Monday.", "It was 5 p.m. Monday ."},
		{"rules:de", "Am 3. Oktober kam sie.", "Am 3 . Oktober kam sie ."},
		{"rules", "Really? (Yes.) No.", "Really ? / ( Yes . ) / No ."},
		{"rules", "你好。再见。", "你 好 。 / 再 见 。"},
		{"rules", "end.\" more", "end . \" more"},
	} {
		assert.Equal(t, c.want, tokens(t, c.name, c.text), "%s: %q", c.name, c.text)
	}
}

func TestNames(t *testing.T) {
	for _, name := range []string{"space", "rules", "rules:en", "rules:xx", "rules,hyphens", "rules:de,lines", "rules:en,hyphens,lines", "rules:en,whole-lines"} {
		tokenizer, err := New(name)
		require.NoError(t, err, name)
		assert.Equal(t, name, tokenizer.Name())
	}
	for _, name := range []string{"", "rule", "rules:", "rules:EN", "rules:english", "rules,words", "space,lines", "space:en"} {
		_, err := New(name)
		assert.Error(t, err, name)
	}
}

// checkDocument checks what holds for every text: ranges are in order, name the text of each token
// in all three ways of counting, and leave out nothing but white space.
func checkDocument(t *testing.T, d *Document) {
	t.Helper()
	units := utf16.Encode([]rune(d.Text))
	runes := []rune(d.Text)
	valid := utf8.ValidString(d.Text)
	at := 0
	for _, s := range d.Sentences {
		require.NotEmpty(t, s.Tokens)
		require.False(t, s.Tokens[0].Inside)
		require.Equal(t, s.Start, s.Tokens[0].Start)
		require.Equal(t, s.End, s.Tokens[len(s.Tokens)-1].End)
		for _, token := range s.Tokens {
			require.NotEmpty(t, token.Text)
			require.Equal(t, token.Text, d.Text[token.Start.Byte:token.End.Byte])
			require.Empty(t, squeezed(d.Text[at:token.Start.Byte]), "%q: characters without a token", d.Text)
			require.Equal(t, len(token.Text), len(squeezed(token.Text)), "%q: white space in a token", d.Text)
			at = token.End.Byte
			if valid {
				require.Equal(t, token.Text, string(runes[token.Start.Rune:token.End.Rune]))
				require.Equal(t, token.Text, string(utf16.Decode(units[token.Start.UTF16:token.End.UTF16])))
			}
		}
	}
	require.Empty(t, squeezed(d.Text[at:]), "%q: characters without a token", d.Text)
}

// squeezed removes what the tokenizers take for white space.
func squeezed(s string) string {
	var b strings.Builder
	for k := 0; k < len(s); {
		space, size := spaceAt(s, k)
		if !space {
			b.WriteString(s[k : k+size])
		}
		k += size
	}
	return b.String()
}

func TestOffsets(t *testing.T) {
	for _, text := range []string{
		"Zoë 😀 says: cafe\u0301!\r\nNext\tline.", "\ufeffBOM", "🇩🇰🇳🇴 𝔘nicode 👩‍👩‍👧", "a\x00b \xff\xfe c\xc3", "\n\n\n", "x\r\ry",
	} {
		for _, name := range []string{"space", "rules", "rules:en,hyphens"} {
			tokenizer, err := New(name)
			require.NoError(t, err)
			checkDocument(t, Split(tokenizer, text))
		}
	}
	d := Split(Space{}, "é 😀 x")
	last := d.Sentences[0].Tokens[2]
	assert.Equal(t, Position{Byte: 8, Rune: 4, UTF16: 5}, last.Start)
}

func FuzzRules(f *testing.F) {
	for _, seed := range []string{
		"Anna Keller (born 1990) didn't move to Oslo, e.g. at 5 p.m... #ski @anna https://a.no/b_(c).", "“Quoted” ’til 60's",
		"l'eau\r\n\r\n我爱 5-10 :) <3 x@y.z 1.2.3 ...?! 👍🏽", "\xff a\x00",
	} {
		f.Add(seed, uint8(3))
	}
	f.Fuzz(func(t *testing.T, text string, options uint8) {
		r := &Rules{Language: append(Languages(), "")[int(options>>2)%6], Hyphens: options&1 > 0, Lines: options&2 > 0}
		checkDocument(t, Split(r, text))
	})
}

func TestCutAllocatesNothing(t *testing.T) {
	text := "Mr. Smith didn't pay $5 for the well-known book (see https://a.org/b) at 8pm... Did SHE? 我爱 😀 :)"
	r := &Rules{Language: "en", Hyphens: true}
	cuts := r.Cut(nil, text)
	assert.Zero(t, testing.AllocsPerRun(100, func() { cuts = r.Cut(cuts[:0], text) }))
}
