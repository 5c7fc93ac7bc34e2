package semicrf

import "slices"

// lexicon numbers the attributes of segments of up to longest tokens. 0..longest-1 are the lengths,
// longest is the mark for a rare shape, and names follow.
type lexicon struct {
	longest int
	id      map[string]int32
	names   []string
}

func (x *lexicon) len() int { return x.longest + 1 + len(x.names) }

func (x *lexicon) number(names []string) {
	x.names, x.id = names, make(map[string]int32, len(names))
	for k, name := range names {
		x.id[name] = int32(x.longest + 1 + k)
	}
}

// texts holds the texts of the tokens of a sentence, by kind.
type texts [kinds][][]byte

// resize sets the number of tokens to n.
func (x *texts) resize(n int) {
	for kind := range x {
		x[kind] = slices.Grow(x[kind][:0], n)[:n]
	}
}

// keys holds the attribute names of a growing segment, one per kind of text. A name is a letter for
// the kind and the token texts, separated by spaces.
type keys [kinds][]byte

func (k *keys) reset() {
	for kind := range k {
		k[kind] = append(k[kind][:0], "wlh"[kind])
	}
}

func (k *keys) add(text *texts, t int) {
	for kind := range k {
		k[kind] = append(append(k[kind], ' '), text[kind][t]...)
	}
}

// segments appends the attributes of all segments of a sentence of n tokens with the given texts to
// dst. It appends to ends where the attributes of each of the n x min(n, longest) segments end.
func (x *lexicon) segments(dst []int32, ends []int, n int, text *texts, k *keys) ([]int32, []int) {
	for t := range n {
		k.reset()
		for d := range min(n, x.longest) {
			if t+d < n {
				k.add(text, t+d)
				dst = append(dst, int32(d))
				for kind, key := range k {
					if id, ok := x.id[string(key)]; ok {
						dst = append(dst, id)
					} else if kind == shapes {
						dst = append(dst, int32(x.longest))
					}
				}
			}
			ends = append(ends, len(dst))
		}
	}
	return dst, ends
}
