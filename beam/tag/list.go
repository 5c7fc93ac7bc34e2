package tag

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
)

// ListOptions are the options of [List].
type ListOptions struct {
	// Patterns are names of files, which may contain *, ? and [a-z]. They may have a scheme.
	Patterns []string
	// Out is the folder of the outputs. The folders below the first wildcard of a pattern stay: the
	// output for in/2026/a.conll of the pattern in/*/*.conll is OUT/2026/a.conll.
	Out string
	// Format is that of [Options]. The outputs for plain text get the ending .jsonl.
	Format string
	// Resume omits files whose output exists.
	Resume bool
}

// List returns the files that match the patterns, in the order of their names. It returns an error
// for a pattern without a file, and for two files with the same output.
func List(ctx context.Context, o ListOptions) ([]File, error) {
	if o.Out == "" {
		return nil, errors.New("no folder for the output")
	}
	var files []File
	inputs := map[string]string{} // by output
	for _, pattern := range o.Patterns {
		names, err := match(ctx, pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			f := File{In: name, Out: o.output(pattern, name)}
			switch other, taken := inputs[f.Out]; {
			case taken && other == name:
				continue
			case taken:
				return nil, fmt.Errorf("%s and %s have the same output %s; label them in two runs", other, name, f.Out)
			case same(f.In, f.Out):
				return nil, fmt.Errorf("%s: the output would replace the input; name another folder", name)
			}
			inputs[f.Out] = name
			files = append(files, f)
		}
	}
	if !o.Resume {
		return files, nil
	}
	var err error
	files = slices.DeleteFunc(files, func(f File) bool {
		ok, e := exists(ctx, f.Out)
		err = errors.Join(err, e)
		return ok
	})
	return files, err
}

// match returns the names of the files that match a pattern.
func match(ctx context.Context, pattern string) ([]string, error) {
	fs, err := filesystem.New(ctx, pattern)
	if err != nil {
		return nil, err
	}
	defer fs.Close()
	names, err := fs.List(ctx, pattern)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", pattern, err)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: no such file", pattern)
	}
	slices.Sort(names)
	return names, nil
}

// output returns the name of the output for a file that matches a pattern.
func (o ListOptions) output(pattern, name string) string {
	fixed := pattern
	if k := strings.IndexAny(pattern, "*?["); k >= 0 {
		fixed = pattern[:k]
	}
	below, ok := strings.CutPrefix(name, fixed[:strings.LastIndexByte(fixed, '/')+1])
	if !ok {
		below = path.Base(name)
	}
	if o.Format == plainText {
		ending := path.Ext(below)
		if compressed := strings.ToLower(ending); compressed != ".gz" && compressed != ".zst" {
			ending = ""
		}
		below = strings.TrimSuffix(below, ending) + ".jsonl" + ending
	}
	return strings.TrimSuffix(o.Out, "/") + "/" + below
}

// same reports whether two names are of the same file.
func same(a, b string) bool {
	if a == b {
		return true
	}
	if remote(a) || remote(b) {
		return false
	}
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// exists reports whether there is a file. A name with a scheme that cannot be looked up counts as
// missing.
func exists(ctx context.Context, name string) (bool, error) {
	if !remote(name) {
		_, err := os.Stat(name)
		if errors.Is(err, os.ErrNotExist) {
			return false, nil
		}
		return err == nil, err
	}
	fs, err := filesystem.New(ctx, name)
	if err != nil {
		return false, err
	}
	defer fs.Close()
	_, err = fs.Size(ctx, name)
	return err == nil, nil
}
