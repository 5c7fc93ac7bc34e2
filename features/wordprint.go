package features

import (
	"unicode"
	"unicode/utf8"

	"github.com/trellis-nlp/trellis/internal/fingerprint"
)

// needs lists the parts of a word's analysis that the views of a column use.
type needs struct{ affixes, lower, makeup bool }

func (n *needs) add(v *view) {
	switch v.op {
	case opPrefix, opSuffix:
		n.affixes = true
	case opLower, opPrefixLower, opSuffixLower:
		n.lower = true
	case opDigitsLower:
		n.lower, n.makeup = true, true
	case opDigits, opKind, opFlag:
		n.makeup = true
	}
}

// word computes the fingerprints of the views of a field. It computes shared steps once.
type word struct {
	hasher         *fingerprint.Hasher
	s              string
	raw, lowercase spelling
	makeup         makeup
	value          []byte
	row            []int // of regular expressions
}

// spelling is a string, split into characters.
type spelling struct {
	text     []byte
	ends     []int    // ends of the first 0, 1, 2 ... characters, in text
	prefixes []uint64 // fingerprints of the first 0, 1, 2 ... bytes
}

func (w *word) reset(h *fingerprint.Hasher, s string, n needs) {
	w.hasher, w.s = h, s
	if n.makeup {
		w.makeup = scan(s)
	}
	if n.affixes {
		w.raw.set(h, s, false)
	}
	if n.lower {
		w.lowercase.set(h, s, true)
	}
}

func (p *spelling) set(h *fingerprint.Hasher, s string, lower bool) {
	p.text, p.ends = p.text[:0], append(p.ends[:0], 0)
	for i := 0; i < len(s); {
		size := 1
		switch b := s[i]; {
		case b < utf8.RuneSelf && lower:
			p.text = append(p.text, asciiLower(b))
		case b < utf8.RuneSelf:
			p.text = append(p.text, b)
		default:
			var r rune
			if r, size = utf8.DecodeRuneInString(s[i:]); lower && r != utf8.RuneError {
				p.text = utf8.AppendRune(p.text, unicode.ToLower(r))
			} else {
				p.text = append(p.text, s[i:i+size]...)
			}
		}
		i += size
		p.ends = append(p.ends, len(p.text))
	}
	p.prefixes = h.Prefixes(p.prefixes, p.text)
}

// affix returns the piece of the first or last n characters. It returns false if there are fewer.
func (p *spelling) affix(h *fingerprint.Hasher, n int, last bool) (fingerprint.Piece, bool) {
	chars := len(p.ends) - 1
	switch {
	case n > chars:
		return fingerprint.Piece{}, false
	case last:
		return h.Sub(p.prefixes, p.ends[chars-n], p.ends[chars]), true
	}
	return h.Sub(p.prefixes, 0, p.ends[n]), true
}

// piece returns the piece of what [view.append] appends for the word. It returns false if the view
// does not apply.
func (w *word) piece(v *view) (fingerprint.Piece, bool) {
	h := w.hasher
	switch v.op {
	case opToken:
		return h.PieceString(w.s), true
	case opPrefix, opSuffix:
		return w.raw.affix(h, v.length, v.op == opSuffix)
	case opPrefixLower, opSuffixLower:
		return w.lowercase.affix(h, v.length, v.op == opSuffixLower)
	case opLower:
		return w.lowercase.affix(h, len(w.lowercase.ends)-1, false)
	case opKind:
		return h.PieceString(w.makeup.kind()), true
	case opFlag:
		if !w.makeup.has(v.flag) {
			return fingerprint.Piece{}, false
		}
		return h.PieceString(flagNames[v.flag]), true
	case opDigits, opDigitsLower:
		switch {
		case w.makeup.digits > 0: // otherwise there is no digit to replace
		case v.op == opDigits:
			return h.PieceString(w.s), true
		default:
			return w.lowercase.affix(h, len(w.lowercase.ends)-1, false)
		}
	}
	var applies bool
	w.value, applies = v.append(w.value[:0], w.s, &w.row)
	return h.Piece(w.value), applies
}
