package recipe

import (
	"fmt"
	"path/filepath"
)

// Files lists files. In TOML, a string is a list of one file.
type Files []string

// UnmarshalTOML reads a string or a list of strings.
func (f *Files) UnmarshalTOML(value any) error {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	*f = nil
	for _, item := range list {
		name, ok := item.(string)
		if !ok {
			return fmt.Errorf("%v is no file name: want a string or a list of strings", item)
		}
		*f = append(*f, name)
	}
	return nil
}

// base returns the names without directories.
func (f Files) base() Files {
	var list Files
	for _, path := range f {
		list = append(list, filepath.Base(path))
	}
	return list
}
