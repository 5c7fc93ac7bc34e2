package crfpp

import (
	"encoding/binary"
	"fmt"
)

// A doubleArray is a trie of attributes as Darts lays it out: units of an int32 base and a uint32
// check. A node of the trie is known by its base b, that of the root stands in unit 0. The child of b by
// byte c is in unit p = b+c+1 if check(p) = b, and has base(p) for its own b. A name ends at b if
// check(b) = b and base(b) < 0; its number is -base(b)-1.
//
// Names hold no zero byte, so unit b+1 of a node is never looked at.
type doubleArray []byte

const unitSize = 8

func (d doubleArray) len() int { return len(d) / unitSize }

func (d doubleArray) base(p int) int32 {
	return int32(binary.LittleEndian.Uint32(d[unitSize*p:]))
}

func (d doubleArray) check(p int) int64 {
	return int64(binary.LittleEndian.Uint32(d[unitSize*p+4:]))
}

func (d doubleArray) find(name []byte) (int32, bool) {
	n := int64(d.len())
	if n == 0 {
		return 0, false
	}
	b := int64(d.base(0))
	for _, c := range name {
		p := b + int64(c) + 1
		if c == 0 || b < 1 || p >= n || d.check(int(p)) != b {
			return 0, false
		}
		b = int64(d.base(int(p)))
	}
	if b < 1 || b >= n || d.check(int(b)) != b || d.base(int(b)) >= 0 {
		return 0, false
	}
	return ^d.base(int(b)), true
}

// children lists the units of each node: those of node b are unit[first[b]:first[b+1]], the one that
// ends a name before those of the bytes in their order.
func (d doubleArray) children() (first, unit []int32) {
	n := d.len()
	first = make([]int32, n+1)
	parent := func(p int) int {
		b := d.check(p)
		if k := int64(p) - b; b >= 1 && (k == 0 || k >= 2 && k <= 256) {
			return int(b)
		}
		return -1
	}
	for p := range n {
		if b := parent(p); b >= 0 {
			first[b+1]++
		}
	}
	for b := range n {
		first[b+1] += first[b]
	}
	unit = make([]int32, first[n])
	for p := n - 1; p >= 0; p-- {
		if b := parent(p); b >= 0 {
			// Filled from the back, so that first[b+1], the end of b, becomes its start.
			first[b+1]--
			unit[first[b+1]] = int32(p)
		}
	}
	// Each start now stands one place too high.
	copy(first, first[1:])
	first[n] = int32(len(unit))
	return first, unit
}

// walk yields all names with their numbers, depth first, so in byte order. A node that two others
// lead to would make names without end: no trie has that, and it is an error.
func (d doubleArray) walk(yield func(name []byte, at int32) bool) error {
	n := d.len()
	if n == 0 {
		return nil
	}
	first, unit := d.children()
	seen := make([]bool, n)
	type node struct{ base, next int32 } // next is an index of unit
	var open []node
	enter := func(p int) error {
		b := d.base(p)
		if b < 1 || int(b) >= n || seen[b] {
			return fmt.Errorf("unit %d of the double array leads to %d, which is no node or another's", p, b)
		}
		seen[b] = true
		open = append(open, node{b, first[b]})
		return nil
	}
	if err := enter(0); err != nil {
		return err
	}
	var name []byte
	for len(open) > 0 {
		top := &open[len(open)-1]
		if top.next == first[top.base+1] {
			open = open[:len(open)-1]
			name = name[:max(len(name)-1, 0)]
			continue
		}
		p := unit[top.next]
		top.next++
		if p != top.base {
			name = append(name, byte(p-top.base-1))
			if err := enter(int(p)); err != nil {
				return err
			}
			continue
		}
		v := d.base(int(p))
		if v >= 0 {
			return fmt.Errorf("attribute %q has no number in the double array", name)
		}
		if !yield(name, ^v) {
			return nil
		}
	}
	return nil
}
