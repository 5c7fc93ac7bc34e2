package cli

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// A Value is the value of a flag that sets a variable: a string, a number, a pointer to a number, a
// bool, or a list, to which each use of the flag appends.
type Value struct {
	value reflect.Value
	given bool
}

// NewValue returns the value of a flag for the variable that pointer points to.
func NewValue(pointer any) *Value { return &Value{value: reflect.ValueOf(pointer).Elem()} }

var durationType = reflect.TypeFor[time.Duration]()

// Set implements [pflag.Value].
func (x *Value) Set(text string) error {
	v := x.value
	switch v.Kind() {
	case reflect.Slice:
		if !x.given {
			v.SetLen(0)
		}
		x.given = true
		for _, part := range x.parts(text) {
			item := reflect.New(v.Type().Elem()).Elem()
			if err := parse(item, part); err != nil {
				return err
			}
			v.Set(reflect.Append(v, item))
		}
		return nil
	case reflect.Pointer:
		item := reflect.New(v.Type().Elem())
		if err := parse(item.Elem(), text); err != nil {
			return err
		}
		v.Set(item)
		return nil
	}
	return parse(v, text)
}

// parts splits lists of numbers at commas. Other lists take one item per flag.
func (x *Value) parts(text string) []string {
	if x.value.Type().Elem().Kind() == reflect.String {
		return []string{text}
	}
	return strings.Split(text, ",")
}

// parse sets a string, a number, a duration or a bool.
func parse(v reflect.Value, text string) (err error) {
	if v.Type() == durationType {
		d, err := time.ParseDuration(text)
		v.SetInt(int64(d))
		return err
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		var b bool
		b, err = strconv.ParseBool(text)
		v.SetBool(b)
	case reflect.Int:
		var n int
		n, err = strconv.Atoi(text)
		v.SetInt(int64(n))
	case reflect.Uint64:
		var n uint64
		n, err = strconv.ParseUint(text, 10, 64)
		v.SetUint(n)
	case reflect.Float64:
		var x float64
		x, err = strconv.ParseFloat(text, 64)
		v.SetFloat(x)
	default:
		panic("no flag for a " + v.Kind().String())
	}
	return err
}

// String implements [pflag.Value]. It returns "" for a zero variable.
func (x *Value) String() string {
	if !x.value.IsValid() || x.value.IsZero() {
		return ""
	}
	return fmt.Sprint(reflect.Indirect(x.value))
}

// Type implements [pflag.Value].
func (x *Value) Type() string {
	t := x.value.Type()
	if t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	switch {
	case t == durationType:
		return "duration"
	case t.Kind() == reflect.Float64:
		return "float"
	case t.Kind() == reflect.Uint64:
		return "uint"
	}
	return t.Kind().String()
}
