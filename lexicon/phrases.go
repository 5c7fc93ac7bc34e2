package lexicon

import (
	"strings"

	"github.com/trellis-nlp/trellis/internal/fingerprint"
)

// phrases collects the entries of a gazetteer. The entries in lower case make a tree, in which a node stands for the
// words on the way to it from node 0. So an entry takes time in proportion to its length, not to the lengths of all its
// beginnings.
type phrases struct {
	child map[step]uint32
	nodes []phraseNode
	spelt map[string]struct{} // entries that are not in lower case
}

// A step leads from a node to one of its children.
type step struct {
	from uint32
	word string
}

type phraseNode struct {
	step
	flags uint32 // entryFolded, entrySpelt, entryOngoing
}

func newPhrases() *phrases {
	return &phrases{child: make(map[step]uint32), nodes: make([]phraseNode, 1), spelt: make(map[string]struct{})}
}

// add notes an entry of one word or more, joined with blanks, and reports whether it is the first of its lower case.
func (p *phrases) add(entry string) (first bool) {
	folded := string(appendLower(nil, entry))
	var node uint32
	for rest, more := folded, true; more; {
		if node != 0 {
			p.nodes[node].flags |= entryOngoing
		}
		s := step{from: node}
		s.word, rest, more = strings.Cut(rest, " ")
		if node = p.child[s]; node == 0 {
			node = uint32(len(p.nodes))
			p.child[s], p.nodes = node, append(p.nodes, phraseNode{step: s})
		}
	}
	first = p.nodes[node].flags&entryFolded == 0
	p.nodes[node].flags |= entryFolded
	if entry == folded {
		p.nodes[node].flags |= entrySpelt
	} else { // no node stands for it: what is in lower case stays as it is in lower case
		p.spelt[entry] = struct{}{}
	}
	return first
}

// table returns the flags of all strings that have any.
func (p *phrases) table() (table, error) {
	flags := make([]uint32, 0, len(p.nodes)+len(p.spelt))
	for _, n := range p.nodes[1:] {
		flags = append(flags, n.flags)
	}
	spelt := make([]string, 0, len(p.spelt))
	for s := range p.spelt {
		flags, spelt = append(flags, entrySpelt), append(spelt, s)
	}
	return newTable(flags, func(dst []uint64, h *fingerprint.Hasher) []uint64 {
		blank := h.PieceString(" ")
		for _, n := range p.nodes[1:] { // in the order in which they were made: parents first
			var sum uint64
			if n.from != 0 {
				sum = fingerprint.Append(dst[n.from-1], blank)
			}
			dst = append(dst, fingerprint.Append(sum, h.PieceString(n.word)))
		}
		for _, s := range spelt {
			dst = append(dst, h.OfString(s))
		}
		return dst
	})
}
