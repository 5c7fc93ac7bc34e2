package semimarkov

import (
	"fmt"

	"github.com/trellis-nlp/trellis/structured"
)

// FromTokens sets dst, with segments of up to m tokens, to the lattice that scores each
// segmentation as s scores the labels of its tokens. A segment gets the sum of its nodes and of the
// edges within it. Edges between segments stay edges. It takes O(T m L) time.
func FromTokens(dst *Lattice, s *structured.Lattice, m int) error {
	if err := s.Check(); err != nil {
		return err
	}
	if m < 0 {
		return fmt.Errorf("%w: segments have at most %d tokens: want 0 or more", structured.ErrShape, m)
	}
	if s.Pairs != nil {
		full := new(structured.Lattice)
		s.Dense(full)
		s = full
	}
	dst.Resize(s.T, s.L, m, s.Shape())
	copy(dst.Edge, s.Edge)
	for t := range s.T {
		rows := dst.From(t)
		copy(rows, s.NodeAt(t))
		for at := s.L; at < len(rows); at += s.L {
			next := t + at/s.L
			edge, node := s.EdgeAt(next), s.NodeAt(next)
			for j := range s.L {
				v := rows[at-s.L+j]
				if edge != nil {
					v += edge[j*s.L+j]
				}
				rows[at+j] = v + node[j]
			}
		}
		clear(dst.Segment[t*m*s.L+len(rows) : (t+1)*m*s.L])
	}
	return nil
}

// AddToTokens is the transpose of FromTokens for nodes. It adds to each node (t, j) of dst the sum
// of the segments of label j in s that cover token t. It converts segment marginals to token
// marginals, and a gradient with respect to segments to one with respect to nodes.
// It takes O(T M L) time.
func AddToTokens(dst *structured.Lattice, s *Lattice) error {
	if err := s.Check(); err != nil {
		return err
	}
	if dst.T != s.T || dst.L != s.L || len(dst.Node) != s.T*s.L {
		return fmt.Errorf("%w: tokens have T = %d, L = %d, but segments have T = %d, L = %d", structured.ErrShape, dst.T, dst.L, s.T, s.L)
	}
	for t := range s.T {
		rows := s.From(t)
		nodes := dst.Node[t*s.L:]
		for j := range s.L {
			sum := 0.0 // over segments long enough to cover the token
			for k := len(rows) - s.L + j; k >= 0; k -= s.L {
				sum += rows[k]
				nodes[k] += sum
			}
		}
	}
	return nil
}
