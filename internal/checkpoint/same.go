package checkpoint

import (
	"crypto/sha256"
	"fmt"
	"reflect"
	"slices"
)

// maxText is the maximum length of a value that [Coder.Same] stores.
const maxText = 100

// Same codes the printed form of a value that must be the same when the checkpoint is read.
func (c *Coder) Same(what string, value any) {
	is := text(value)
	was := []byte(is)
	if c.Bytes(&was); c.err == nil && string(was) != is {
		c.Fail("%s is %s, and was %s", what, is, was)
	}
}

// text prints a value. It shortens long texts to a prefix and a fingerprint.
func text(value any) string {
	s := fmt.Sprintf("%+v", value)
	if len(s) > maxText {
		s = fmt.Sprintf("%s... (%x)", s[:maxText/2], sha256.Sum256([]byte(s)))
	}
	return s
}

// SameFields calls Same for the type of a struct and for its exported fields, including promoted
// ones, except those in but. The name of a field is prefixed.
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
		if x.Kind() == reflect.Struct { // distinguishes types with the same fields
			c.Same(prefix+f.Name, x.Type().Name()+text(x))
			continue
		}
		c.Same(prefix+f.Name, x)
	}
}
