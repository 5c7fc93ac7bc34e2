package crf

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/exp/constraints"

	"github.com/trellis-nlp/trellis/internal/fingerprint"
	"github.com/trellis-nlp/trellis/model"
)

// Names of attributes are stored in ascending order of their bytes, each as the number of bytes that it shares
// with the one before, the number of the others, and these: unsigned varints and bytes. Which attribute a name
// belongs to is told by its fingerprint.

// frontCoded returns the encoding of names, which it sorts.
func frontCoded(names []string) []byte {
	slices.Sort(names)
	code := []byte{}
	last := ""
	for _, name := range names {
		n := 0
		for n < len(last) && n < len(name) && last[n] == name[n] {
			n++
		}
		code = binary.AppendUvarint(code, uint64(n))
		code = binary.AppendUvarint(code, uint64(len(name)-n))
		code = append(code, name[n:]...)
		last = name
	}
	return code
}

// eachName visits the names of an encoding. The slice is valid until visit returns.
func eachName(code []byte, visit func(name []byte) error) error {
	var name []byte
	for len(code) > 0 {
		shared, n := binary.Uvarint(code)
		if n <= 0 || shared > uint64(len(name)) {
			return fmt.Errorf("%w: the names of the attributes are damaged", model.ErrModel)
		}
		code = code[n:]
		more, n := binary.Uvarint(code)
		if n <= 0 || more > uint64(len(code)-n) {
			return fmt.Errorf("%w: the names of the attributes are damaged", model.ErrModel)
		}
		name = append(name[:shared], code[n:n+int(more)]...)
		code = code[n+int(more):]
		if err := visit(name); err != nil {
			return err
		}
	}
	return nil
}

// namesWithin returns the encoding without the names of attributes that the table lacks.
func namesWithin(code []byte, t *table, h *fingerprint.Hasher) ([]byte, error) {
	var names []string
	err := eachName(code, func(name []byte) error {
		if t.find(keyOf(h.Of(name))).N > 0 {
			names = append(names, string(name))
		}
		return nil
	})
	return frontCoded(names), err
}

// An entry is an attribute on its way into a model.
type entry[O constraints.Unsigned] struct {
	name     string
	outcomes []O // ascending
	weights  []float64
	key      uint64
}

// chooseBase returns the first base under which the names have different keys, none of which is that of free slots,
// sets the keys and sorts the entries by them. A name that stands twice is an error.
func chooseBase(attrs []entry[uint16], bigrams []entry[uint32], key func(base int, name string) uint64) (int, error) {
	for base := range fingerprint.Bases {
		of := func(name string) uint64 { return key(base, name) }
		unique, err := sortByKey(attrs, of)
		if err != nil {
			return 0, err
		}
		both, err := sortByKey(bigrams, of)
		if err != nil {
			return 0, err
		}
		if unique && both {
			return base, nil
		}
	}
	return 0, fmt.Errorf("%w: names of attributes share fingerprints under all of %d bases", model.ErrInput, fingerprint.Bases)
}

func sortByKey[O constraints.Unsigned](list []entry[O], key func(name string) uint64) (unique bool, err error) {
	type place struct {
		key uint64
		at  int
	}
	order := make([]place, len(list)) // less to move than entries
	for k := range list {
		list[k].key = key(list[k].name)
		order[k] = place{list[k].key, k}
	}
	slices.SortFunc(order, func(a, b place) int {
		if c := cmp.Compare(a.key, b.key); c != 0 {
			return c
		}
		return strings.Compare(list[a.at].name, list[b.at].name)
	})
	for k := range order { // along the cycles, in the memory that there is
		first := list[k]
		for i := k; order[i].at != i; {
			from := order[i].at
			order[i].at = i
			if list[i] = list[from]; from == k {
				list[i] = first
			}
			i = from
		}
	}
	unique = len(list) == 0 || list[len(list)-1].key != freeKey
	for k := 1; k < len(list); k++ {
		if list[k-1].key != list[k].key {
			continue
		}
		if list[k-1].name == list[k].name {
			return false, fmt.Errorf("%w: attribute %q stands twice", model.ErrInput, list[k].name)
		}
		unique = false
	}
	return unique, nil
}
