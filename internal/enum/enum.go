package enum

import (
	"fmt"
	"reflect"
	"strings"
)

// Names are the names of the constants of T, from 0.
type Names[T ~int] []string

// String returns the name of a constant. For another number it returns the number, such as Unit(9).
func (n Names[T]) String(constant T) string {
	if constant < 0 || int(constant) >= len(n) {
		return fmt.Sprintf("%s(%d)", reflect.TypeFor[T]().Name(), int(constant))
	}
	return n[constant]
}

// Parse returns the constant with a name, in any case. The error names what was found, and all
// names.
func (n Names[T]) Parse(what, name string) (T, error) {
	for k := range n {
		if strings.EqualFold(n[k], name) {
			return T(k), nil
		}
	}
	last := len(n) - 1
	return 0, fmt.Errorf("unknown %s %q: expected %s or %s", what, name, strings.Join(n[:last], ", "), n[last])
}
