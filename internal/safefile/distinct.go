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
	Name string      // for error messages, such as "--model ner.model"
	Path string      // need not exist; "" means no file
	Info fs.FileInfo // of an open file, replaces Path; may be nil
}

// Distinct returns an error if an output is the same file as an input or another output. It
// compares device and inode of existing files, so it sees through links, and the paths of others.
// It ignores files that are not regular: writing to a terminal, a pipe or /dev/null destroys
// nothing.
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

// find returns the name of the first file in list that is the same as u, or "".
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

// locate returns the file information of an existing file, otherwise the path where the file would
// be created.
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
		return nil, "" // opening the file gives the error
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

// maxLinks is the maximum length of a chain of symbolic links.
const maxLinks = 40

// resolve follows symbolic links. The final path need not exist.
func resolve(path string) (string, error) {
	for range maxLinks {
		place, err := filepath.EvalSymlinks(path)
		if !errors.Is(err, fs.ErrNotExist) {
			return place, err
		}
		target, err := os.Readlink(path)
		if err != nil {
			return path, nil // not a link: a file yet to be created
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
