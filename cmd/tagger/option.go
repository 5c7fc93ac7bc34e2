package main

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/trellis-nlp/trellis"
)

// An option describes the flag for a setting of training with the same name.
type option struct {
	name, usage string
	group       string   // heading in the help
	choices     []string // for shell completion
}

// registerOptions adds flags that set fields of c.
func registerOptions(cmd *cobra.Command, c *trellis.Config, options []option) {
	for _, o := range options {
		value := reflect.ValueOf(c.Field(o.name)).Elem()
		flag := cmd.Flags().VarPF(&optionValue{value: value}, o.name, "", o.usage)
		flag.Annotations = map[string][]string{groupKey: {o.group}}
		if value.Kind() == reflect.Bool {
			flag.NoOptDefVal = "true"
		}
		if len(o.choices) > 0 {
			complete(cmd, o.name, o.choices...)
		}
	}
}

// overlay copies the settings with a flag on the command line from one configuration to another.
func overlay(flags *pflag.FlagSet, from, to *trellis.Config) {
	flags.Visit(func(f *pflag.Flag) {
		if field := to.Field(f.Name); field != nil {
			reflect.ValueOf(field).Elem().Set(reflect.ValueOf(from.Field(f.Name)).Elem())
		}
	})
}

// An optionValue is the value of a flag that sets a field of a configuration: a string, a number, a
// pointer to a number, a bool, or a list, to which each use of the flag appends.
type optionValue struct {
	value reflect.Value
	given bool
}

var durationType = reflect.TypeFor[time.Duration]()

// Set implements [pflag.Value].
func (s *optionValue) Set(text string) error {
	v := s.value
	switch v.Kind() {
	case reflect.Slice:
		if !s.given {
			v.SetLen(0)
		}
		s.given = true
		for _, part := range s.parts(text) {
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
func (s *optionValue) parts(text string) []string {
	if s.value.Type().Elem().Kind() == reflect.String {
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

// String implements [pflag.Value]. It returns "" for a setting that is open.
func (s *optionValue) String() string {
	if !s.value.IsValid() || s.value.IsZero() {
		return ""
	}
	return fmt.Sprint(reflect.Indirect(s.value))
}

// Type implements [pflag.Value].
func (s *optionValue) Type() string {
	t := s.value.Type()
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
