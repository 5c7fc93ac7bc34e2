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

// Attribute names are stored sorted by bytes and front-coded. Each name has two unsigned varints,
// the length of the prefix shared with the previous name and the length of the rest, followed by
// the rest. The fingerprint of a name identifies its attribute.

// frontCoded sorts names and returns their encoding.
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
			return fmt.Errorf("%w: the attribute names are damaged", model.ErrModel)
		}
		code = code[n:]
		more, n := binary.Uvarint(code)
		if n <= 0 || more > uint64(len(code)-n) {
			return fmt.Errorf("%w: the attribute names are damaged", model.ErrModel)
		}
		name = append(name[:shared], code[n:n+int(more)]...)
		code = code[n+int(more):]
		if err := visit(name); err != nil {
			return err
		}
	}
	return nil
}

// namesWithin returns the encoding of those names whose attributes are in the table.
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

// entry is an attribute that is added to a model.
type entry[O constraints.Unsigned] struct {
	name     string
	outcomes []O // ascending
	weights  []float64
	key      uint64
}

// chooseBase returns the first fingerprint base under which all names have different keys other
// than freeKey. It sets the keys of the entries and sorts the entries by key. Duplicate names are
// an error.
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
	return 0, fmt.Errorf("%w: attribute names have colliding fingerprints under all %d bases", model.ErrInput, fingerprint.Bases)
}

func sortByKey[O constraints.Unsigned](list []entry[O], key func(name string) uint64) (unique bool, err error) {
	type place struct {
		key uint64
		at  int
	}
	order := make([]place, len(list)) // cheaper to move than entries
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
	for k := range order { // permute in place, cycle by cycle
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
			return false, fmt.Errorf("%w: duplicate attribute %q", model.ErrInput, list[k].name)
		}
		unique = false
	}
	return unique, nil
}
