package model

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/trellis-nlp/trellis/internal/input"
)

// A Kind describes a kind of model file.
type Kind struct {
	Name string
	// Detect reports whether a file is of this kind. head is its first 64 bytes, or all of a
	// shorter file.
	Detect func(head []byte) bool
	// Load reads a model from a stream that holds nothing else.
	Load func(r io.Reader) (Labeller, error)
	// Map opens a file on disk instead, with errors that start with the file name. It may be nil.
	Map func(path string) (Labeller, error)
}

const headSize = 64

// Open opens a model file of one of the kinds, which it recognises by the first bytes. It opens a
// file of none of them as the first kind, whose error says what is wrong. It opens and reads pipes
// only once.
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

// Load reads a model of one of the kinds from a stream that holds nothing else. It recognises the
// kind as [Open] does.
func Load(r io.Reader, kinds []Kind) (Labeller, error) {
	kind, all, err := detect(r, kinds)
	if err != nil {
		return nil, err
	}
	if kind == nil {
		kind = &kinds[0]
	}
	return kind.Load(all)
}

// Detect returns the kind of a model file. It returns nil if the file is of none of the kinds or
// cannot be read twice.
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

// detect returns the kind of the content of r, or nil, and a reader of the whole content.
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
