package features

import (
	"errors"
	"fmt"
)

// regex is an expression in the small language of Wapiti: a sequence of items. An item is a set of
// bytes with an optional repetition mark. There are no groups, alternatives or counts.
type regex struct {
	source string
	start  bool // ^: the match begins where the string begins
	end    bool // $: the match ends where the string ends
	items  []regexItem
}

type regexItem struct {
	set    byteSet
	repeat byte // 0 once, '?' optional but preferred, '*' any number, as few as possible
}

// byteSet has one bit per byte value.
type byteSet [4]uint64

func (s *byteSet) has(b byte) bool { return s[b>>6]>>(b&63)&1 != 0 }
func (s *byteSet) add(b byte)      { s[b>>6] |= 1 << (b & 63) }

// compileRegex compiles an expression. errPos is the position of an error in source.
func compileRegex(source string) (re *regex, errPos int, err error) {
	re = &regex{source: source}
	i := 0
	if source != "" && source[0] == '^' {
		re.start = true
		i = 1
	}
	for i < len(source) {
		var item regexItem
		at := i
		c := source[i]
		i++
		switch {
		case c == '$' && i == len(source):
			re.end = true
			return re, 0, nil
		case c == '*' || c == '?':
			return nil, at, fmt.Errorf("%q has nothing to repeat (write \\%c for the character itself)", c, c)
		case c == '.':
			item.set = byteSet{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}
		case c == '\\':
			if i == len(source) {
				return nil, at, errors.New("backslash at the end of the expression")
			}
			item.set = escaped(source[i])
			i++
		default:
			item.set.add(c)
		}
		if i < len(source) && (source[i] == '*' || source[i] == '?') {
			item.repeat = source[i]
			i++
		}
		re.items = append(re.items, item)
	}
	return re, 0, nil
}

// escaped returns the bytes that \c stands for: a class of the C locale, its complement for a
// capital letter, or c itself.
func escaped(c byte) (set byteSet) {
	class := classOf(c | 0x20)
	if class == nil || !isLetter(c) {
		set.add(c)
		return set
	}
	complement := c&0x20 == 0
	for b := range 256 {
		if class(byte(b)) != complement {
			set.add(byte(b))
		}
	}
	return set
}

func classOf(lower byte) func(byte) bool {
	switch lower {
	case 'a':
		return isLetter
	case 'd':
		return isDigit
	case 'l':
		return isLower
	case 'p':
		return func(b byte) bool { return b > ' ' && b < 0x7f && !isLetter(b) && !isDigit(b) }
	case 's':
		return isBlank
	case 'u':
		return func(b byte) bool { return isLetter(b) && !isLower(b) }
	case 'w':
		return func(b byte) bool { return isLetter(b) || isDigit(b) }
	}
	return nil
}

// match finds the leftmost match s[lo:hi]. Among the matches at lo, it returns the one that a
// backtracking matcher finds first. lo is -1 if there is no match. row is scratch, returned for
// reuse.
//
// match computes end[i][p], the end of the preferred match of items i.. at position p, or -1. It
// works from the last item to the first, in one row, so the time is O(len(items) * len(s)) for
// every expression.
func (re *regex) match(s string, row []int) (lo, hi int, scratch []int) {
	n := len(s)
	if cap(row) <= n {
		row = make([]int, n+1, 2*n+16)
	}
	row = row[:n+1]
	for p := range row {
		row[p] = p
		if re.end && p < n {
			row[p] = -1
		}
	}
	for i := len(re.items) - 1; i >= 0; i-- {
		set := &re.items[i].set
		switch re.items[i].repeat {
		case '*': // row[p+1] already belongs to this item: one more repetition
			for p := n - 1; p >= 0; p-- {
				if row[p] < 0 && set.has(s[p]) {
					row[p] = row[p+1]
				}
			}
		case '?':
			for p := range n {
				if row[p+1] >= 0 && set.has(s[p]) {
					row[p] = row[p+1]
				}
			}
		default:
			for p := range n {
				if set.has(s[p]) {
					row[p] = row[p+1]
				} else {
					row[p] = -1
				}
			}
			row[n] = -1
		}
	}
	if re.start {
		if row[0] < 0 {
			return -1, -1, row
		}
		return 0, row[0], row
	}
	for p, end := range row {
		if end >= 0 {
			return p, end, row
		}
	}
	return -1, -1, row
}

const blanks = " \t\n\v\f\r" // spaces of the C locale

func isBlank(b byte) bool  { return b == ' ' || b >= '\t' && b <= '\r' }
func isDigit(b byte) bool  { return b >= '0' && b <= '9' }
func isLower(b byte) bool  { return b >= 'a' && b <= 'z' }
func isLetter(b byte) bool { return isLower(b | 0x20) }
