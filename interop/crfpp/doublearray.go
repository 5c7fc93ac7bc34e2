package crfpp

import (
	"encoding/binary"
	"fmt"
)

// doubleArray is a trie of attributes in the format of Darts: units of an int32 base and a uint32
// check. A node of the trie is identified by its base b; the base of the root is in unit 0. The
// child of b for byte c is in unit p = b+c+1 if check(p) = b, and base(p) is its base. A name ends
// at b if check(b) = b and base(b) < 0; its number is -base(b)-1.
//
// Names contain no zero byte, so unit b+1 of a node is never read.
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

// children lists the units of each node. The units of node b are unit[first[b]:first[b+1]]: first
// the unit that ends a name, then the units of the bytes in order.
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
			// Fill from the back, so that first[b+1], the end of b, becomes the start of b.
			first[b+1]--
			unit[first[b+1]] = int32(p)
		}
	}
	// Each start is now one index too high.
	copy(first, first[1:])
	first[n] = int32(len(unit))
	return first, unit
}

// walk yields all names with their numbers, depth first and so in byte order. A node with two
// parents is an error: no trie has one, and it could make the names infinite.
func (d doubleArray) walk(yield func(name []byte, at int32) bool) error {
	n := d.len()
	if n == 0 {
		return nil
	}
	first, unit := d.children()
	seen := make([]bool, n)
	type node struct{ base, next int32 } // next is an index into unit
	var open []node
	enter := func(p int) error {
		b := d.base(p)
		if b < 1 || int(b) >= n || seen[b] {
			return fmt.Errorf("unit %d of the double array leads to %d, which is not a node or has another parent", p, b)
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
