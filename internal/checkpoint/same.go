package checkpoint

import (
	"crypto/sha256"
	"fmt"
	"reflect"
	"slices"
)

// maxText is the length of what [Coder.Same] keeps of a value.
const maxText = 100

// Same codes the printed form of a value that must be, when the checkpoint is read, what it was when it was
// written.
func (c *Coder) Same(what string, value any) {
	is := text(value)
	was := []byte(is)
	if c.Bytes(&was); c.err == nil && string(was) != is {
		c.Fail("%s is %s, and was %s", what, is, was)
	}
}

// text prints a value. Of a long text a beginning and a fingerprint are left.
func text(value any) string {
	s := fmt.Sprintf("%+v", value)
	if len(s) > maxText {
		s = fmt.Sprintf("%s... (%x)", s[:maxText/2], sha256.Sum256([]byte(s)))
	}
	return s
}

// SameFields is Same for the type of a struct and for each of its exported fields, promoted ones too, but those
// named. A name is the prefix and the field's.
func (c *Coder) SameFields(what, prefix string, value any, but ...string) {
	v := reflect.ValueOf(value)
	c.Same(what, v.Type().Name())
	if v.Kind() != reflect.Struct {
		return
	}
	for _, f := range reflect.VisibleFields(v.Type()) {
		if f.Anonymous || !f.IsExported() || slices.Contains(but, f.Name) {
			continue
		}
		x := v.FieldByIndex(f.Index)
		for x.Kind() == reflect.Interface || x.Kind() == reflect.Pointer && !x.IsNil() {
			x = x.Elem()
		}
		if x.Kind() == reflect.Struct { // tells types of the same fields apart
			c.Same(prefix+f.Name, x.Type().Name()+text(x))
			continue
		}
		c.Same(prefix+f.Name, x)
	}
}
