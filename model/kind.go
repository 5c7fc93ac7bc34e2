package model

import (
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
	// Open opens a file. The errors start with the name of the file.
	Open func(path string) (Labeller, error)
}

const headSize = 64

// Open opens a model file of one of the kinds, which it recognises by its first bytes. A file that is of none of them is
// opened as one of the first, which says what is wrong with it.
func Open(path string, kinds []Kind) (Labeller, error) {
	kind, err := Detect(path, kinds)
	if err != nil {
		return nil, err
	}
	if kind == nil {
		kind = &kinds[0]
	}
	return kind.Open(path)
}

// Detect returns the kind of a model file, or nil if it is of none of the kinds or cannot be read twice.
func Detect(path string, kinds []Kind) (*Kind, error) {
	head, err := head(path)
	if err != nil {
		return nil, err
	}
	for k := range kinds {
		if kinds[k].Detect(head) {
			return &kinds[k], nil
		}
	}
	return nil, nil
}

// head returns the first bytes of a file; nothing of one that cannot be read twice, which it does not open.
func head(path string) ([]byte, error) {
	if !input.Twice(path) {
		return nil, nil
	}
	f, err := input.OpenFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, headSize)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return head[:n], nil
}
