package recipe

import (
	"reflect"
	"strings"
)

// options lists the option names in the order of the fields of Config; fields maps names to field
// indices.
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

// IsSet reports whether an option is set. It panics if there is no such option.
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

// Set lists the options that are set, without dev, in the order of the fields.
func (c *Config) Set() []string {
	var list []string
	for _, option := range options {
		if c.IsSet(option) {
			list = append(list, option)
		}
	}
	return list
}

// Leave unsets an option. It panics if there is no such option.
func (c *Config) Leave(option string) {
	k, ok := fields[option]
	if !ok {
		panic("recipe: no option " + option)
	}
	reflect.ValueOf(c).Elem().Field(k).SetZero()
}

// Field returns a pointer to the field of an option, or nil if there is no such option.
func (c *Config) Field(option string) any {
	k, ok := fields[option]
	if !ok {
		return nil
	}
	return reflect.ValueOf(c).Elem().Field(k).Addr().Interface()
}
