package recipe

import (
	"reflect"
	"strings"
)

// options are the names of the options in the order of the fields of Config; fields are their indices.
var options, fields = func() (names []string, indices map[string]int) {
	indices = make(map[string]int)
	t := reflect.TypeFor[Config]()
	for k := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(k).Tag.Get("toml"), ","); name != "-" {
			names = append(names, name)
			indices[name] = k
		}
	}
	return names, indices
}()

// IsSet reports whether the option of that name is not open. An option that does not exist is a programming error.
func (c *Config) IsSet(option string) bool {
	if option == "dev" {
		return !c.Dev.IsZero()
	}
	k, ok := fields[option]
	if !ok {
		panic("recipe: no option " + option)
	}
	return !reflect.ValueOf(c).Elem().Field(k).IsZero()
}

// Set lists the options that are not open, in the order of their fields; it leaves out dev.
func (c *Config) Set() []string {
	var list []string
	for _, option := range options {
		if c.IsSet(option) {
			list = append(list, option)
		}
	}
	return list
}

// Leave makes the option of that name open. An option that does not exist is a programming error.
func (c *Config) Leave(option string) {
	k, ok := fields[option]
	if !ok {
		panic("recipe: no option " + option)
	}
	reflect.ValueOf(c).Elem().Field(k).SetZero()
}

// Field returns a pointer to the field of the option of that name, for programs that set options by name; nil if there
// is none.
func (c *Config) Field(option string) any {
	k, ok := fields[option]
	if !ok {
		return nil
	}
	return reflect.ValueOf(c).Elem().Field(k).Addr().Interface()
}
