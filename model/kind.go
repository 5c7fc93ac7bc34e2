package model

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/trellis-nlp/trellis/internal/input"
)

// A Kind is a kind of model file.
type Kind struct {
	Name string
	// Detect reports whether a file that starts with head, 64 bytes of it or all, is of this kind.
	Detect func(head []byte) bool
	// Load reads a model from a stream, which holds nothing else.
	Load func(r io.Reader) (Labeller, error)
	// Map, unless nil, opens a file on a disk instead. Its errors start with the name of the file.
	Map func(path string) (Labeller, error)
}

const headSize = 64

// Open opens a model file of one of the kinds, which it recognises by its first bytes. A file that is of none of them
// is opened as one of the first, which says what is wrong with it. A pipe is opened and read once.
func Open(path string, kinds []Kind) (Labeller, error) {
	f, err := input.OpenFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	kind, r, err := detect(f, kinds)
	if err == nil {
		if kind == nil {
			kind = &kinds[0]
		}
		if kind.Map != nil && input.Regular(f) {
			return kind.Map(path)
		}
		var m Labeller
		if m, err = kind.Load(r); err == nil {
			return m, nil
		}
	}
	return nil, fmt.Errorf("%s: %w", path, err)
}

// Detect returns the kind of a model file, or nil if it is of none of the kinds or cannot be read twice.
func Detect(path string, kinds []Kind) (*Kind, error) {
	if !input.Twice(path) {
		return nil, nil
	}
	f, err := input.OpenFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	kind, _, err := detect(f, kinds)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return kind, nil
}

// detect returns the kind of what r holds, nil if it is none of the kinds, and all that r holds.
func detect(r io.Reader, kinds []Kind) (*Kind, io.Reader, error) {
	all := bufio.NewReader(r)
	head, err := all.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	for k := range kinds {
		if kinds[k].Detect(head) {
			return &kinds[k], all, nil
		}
	}
	return nil, all, nil
}
