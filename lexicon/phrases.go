package lexicon

import (
	"strings"

	"github.com/trellis-nlp/trellis/internal/fingerprint"
)

// phrases collects the entries of a gazetteer in a trie of lower-case words. Node 0 is the root.
// The time for an entry is therefore proportional to its length, not to the total length of all its
// prefixes.
type phrases struct {
	child map[step]uint32
	nodes []phraseNode
	spelt map[string]struct{} // entries that are not lower case
}

// step is an edge from a node to a child.
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

// add adds an entry, words joined with blanks. It reports whether the entry is new in lower case.
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
	} else { // the trie has no node for it, because its nodes are lower case
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
		for _, n := range p.nodes[1:] { // in creation order: parents first
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
