package safefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A Use is a file that a command reads or writes.
type Use struct {
	Name string      // the name that an error gives it, "--model ner.model" say
	Path string      // need not exist; "" is no file
	Info fs.FileInfo // of a file that is open already, in place of Path; or nil
}

// Distinct returns an error that names both if an output is the same file as an input or as another output: by device
// and inode if it exists, so that links do not hide it, else by its place. Files that are not regular are left out,
// because writing to a terminal, a pipe or /dev/null destroys nothing.
func Distinct(outputs, inputs []Use) error {
	for k, out := range outputs {
		if other := find(out, outputs[:k]); other != "" {
			return fmt.Errorf("%s and %s are the same file: one would overwrite the other", other, out.Name)
		}
		if other := find(out, inputs); other != "" {
			return fmt.Errorf("%s and %s are the same file: the output would destroy the input", out.Name, other)
		}
	}
	return nil
}

// find returns the name of the first of list that is the same file as u, "" for none.
func find(u Use, list []Use) string {
	info, place := u.locate()
	for _, v := range list {
		other, at := v.locate()
		switch {
		case info != nil && other != nil && info.Mode().IsRegular() && os.SameFile(info, other):
			return v.Name
		case info == nil && other == nil && place != "" && place == at:
			return v.Name
		}
	}
	return ""
}

// locate returns what describes the file if it exists, else the place where it would be created.
func (u Use) locate() (fs.FileInfo, string) {
	if u.Info != nil || u.Path == "" {
		return u.Info, ""
	}
	info, err := os.Stat(u.Path)
	if err == nil {
		return info, ""
	}
	path, err := resolve(u.Path)
	if err != nil {
		return nil, "" // opening it will say why
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return nil, ""
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, ""
	}
	return nil, filepath.Join(dir, filepath.Base(path))
}

// maxLinks is how many symbolic links in a row are followed.
const maxLinks = 40

// resolve follows symbolic links to the place that they lead to, which need not exist.
func resolve(path string) (string, error) {
	for range maxLinks {
		place, err := filepath.EvalSymlinks(path)
		if !errors.Is(err, fs.ErrNotExist) {
			return place, err
		}
		target, err := os.Readlink(path)
		if err != nil {
			return path, nil // no link: a file that is still to be made
		}
		if !filepath.IsAbs(target) {
			dir, err := filepath.EvalSymlinks(filepath.Dir(path))
			if err != nil {
				return "", err
			}
			target = filepath.Join(dir, target)
		}
		path = target
	}
	return "", errors.New("too many levels of symbolic links")
}
