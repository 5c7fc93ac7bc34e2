package container

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"unsafe"
)

// littleEndian reports whether the byte order of this machine is that of a container.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// View returns the numbers stored in b. T must be a number of fixed size, or a struct of such
// numbers with exported fields and no gaps. The result aliases b if byte order and alignment allow
// it, and b must then not change. Otherwise it is a copy. A length that is no multiple of the size
// of T is an error that wraps ErrFormat.
func View[T any](b []byte) ([]T, error) {
	var t T
	size := int(unsafe.Sizeof(t))
	if len(b)%size != 0 {
		return nil, fmt.Errorf("%w: %d bytes are not a whole number of items of %d bytes", ErrFormat, len(b), size)
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

// Bytes is the inverse of [View]. The result aliases x if the byte order of the machine allows it.
func Bytes[T any](x []T) []byte {
	if len(x) == 0 {
		return nil
	}
	if littleEndian {
		return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), len(x)*int(unsafe.Sizeof(x[0])))
	}
	var b bytes.Buffer
	if err := binary.Write(&b, binary.LittleEndian, x); err != nil {
		panic(err) // T has no fixed size: a programming error
	}
	return b.Bytes()
}
