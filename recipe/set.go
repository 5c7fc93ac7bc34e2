package recipe

import (
	"reflect"
	"strings"
)

// fields are the indices of the fields of Config by the names of their options.
var fields = func() map[string]int {
	list := make(map[string]int)
	t := reflect.TypeFor[Config]()
	for k := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(k).Tag.Get("toml"), ","); name != "-" {
			list[name] = k
		}
	}
	return list
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

// Field returns a pointer to the field of the option of that name, for programs that set options by name; nil if there
// is none.
func (c *Config) Field(option string) any {
	k, ok := fields[option]
	if !ok {
		return nil
	}
	return reflect.ValueOf(c).Elem().Field(k).Addr().Interface()
}
