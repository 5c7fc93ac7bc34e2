package modelfile

import (
	"encoding/binary"
	"fmt"
)

// Names numbers names from 0 in the order in which they are added. The zero value is empty and
// ready.
type Names struct {
	id   map[string]int32
	list []string
}

// NamesOf numbers a list of names. Duplicate names are an error.
func NamesOf(list []string) (Names, error) {
	n := Names{id: make(map[string]int32, len(list)), list: list}
	for k, name := range list {
		n.id[name] = int32(k)
	}
	if len(n.id) != len(list) {
		return n, fmt.Errorf("%d names, but only %d different ones: want distinct names", len(list), len(n.id))
	}
	return n, nil
}

// Add returns the number of name. It adds name if it is new.
func (n *Names) Add(name []byte) int32 {
	if id, ok := n.id[string(name)]; ok {
		return id
	}
	if n.id == nil {
		n.id = make(map[string]int32)
	}
	id, s := int32(len(n.list)), string(name)
	n.id[s], n.list = id, append(n.list, s)
	return id
}

// Find returns the number of name, or -1 if it is unknown.
func (n *Names) Find(name []byte) int32 {
	if id, ok := n.id[string(name)]; ok {
		return id
	}
	return -1
}

// In returns the number of each name in other, or -1 if other does not have the name.
func (n *Names) In(other *Names) []int32 {
	ids := make([]int32, len(n.list))
	for k, name := range n.list {
		ids[k] = other.Find([]byte(name))
	}
	return ids
}

// Len returns the number of names.
func (n *Names) Len() int { return len(n.list) }

// List returns the names in the order of their numbers. The caller must not change it.
func (n *Names) List() []string { return n.list }

// ReadNames reads distinct names that AppendStrings appended.
func ReadNames(data []byte) (Names, error) {
	list, err := ReadStrings(data)
	if err != nil {
		return Names{}, err
	}
	return NamesOf(list)
}

// AppendStrings appends each string after its length.
func AppendStrings(dst []byte, list []string) []byte {
	for _, s := range list {
		dst = append(binary.AppendUvarint(dst, uint64(len(s))), s...)
	}
	return dst
}

// ReadStrings reads the strings that AppendStrings appended.
func ReadStrings(data []byte) ([]string, error) {
	var list []string
	for len(data) > 0 {
		n, size := binary.Uvarint(data)
		if size <= 0 || n > uint64(len(data)-size) {
			return nil, fmt.Errorf("string %d is cut short", len(list))
		}
		list = append(list, string(data[size:size+int(n)]))
		data = data[size+int(n):]
	}
	return list, nil
}
