package container

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"unsafe"
)

// littleEndian tells whether this machine stores numbers as a container does.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// View returns the numbers that b holds, one after another. T is a number of fixed size, or a struct of such,
// exported and without gaps. The result aliases b, which must not change, where the machine's byte order and
// the alignment of b allow it, and else is a copy. A length that does not fit is an error that wraps ErrFormat.
func View[T any](b []byte) ([]T, error) {
	var t T
	size := int(unsafe.Sizeof(t))
	if len(b)%size != 0 {
		return nil, fmt.Errorf("%w: %d bytes hold no whole number of items of %d bytes", ErrFormat, len(b), size)
	}
	if len(b) == 0 {
		return nil, nil
	}
	first := unsafe.Pointer(unsafe.SliceData(b))
	if littleEndian && uintptr(first)%unsafe.Alignof(t) == 0 {
		return unsafe.Slice((*T)(first), len(b)/size), nil
	}
	view := make([]T, len(b)/size)
	if _, err := binary.Decode(b, binary.LittleEndian, view); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrFormat, err)
	}
	return view, nil
}

// Bytes is the inverse of [View]. The result aliases x where the machine's byte order allows it.
func Bytes[T any](x []T) []byte {
	if len(x) == 0 {
		return nil
	}
	if littleEndian {
		return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), len(x)*int(unsafe.Sizeof(x[0])))
	}
	var b bytes.Buffer
	if err := binary.Write(&b, binary.LittleEndian, x); err != nil {
		panic(err) // a T that is not of fixed size: a mistake of the program
	}
	return b.Bytes()
}
