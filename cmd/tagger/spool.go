package main

import (
	"bytes"
	"context"
	"io"

	"github.com/trellis-nlp/trellis/corpus"
)

// A spool opens files a second time. It keeps what it reads of those that can be read only once: pipes and standard
// input.
type spool struct {
	kept   map[int]*tape // by the number of the file
	second bool
}

// A tape is what was read of a file.
type tape struct {
	bytes.Buffer
	name string
	full bool // no more is kept
}

// Write implements io.Writer.
func (t *tape) Write(p []byte) (int, error) {
	if t.full {
		return len(p), nil
	}
	return t.Buffer.Write(p)
}

// open opens file k.
func (s *spool) open(ctx context.Context, a *app, k int, name string, format corpus.Format) (*input, error) {
	if t := s.kept[k]; t != nil && s.second {
		r := newInterruptible(ctx, bytes.NewReader(t.Bytes()))
		return openSource(&source{Reader: r, name: t.name, live: true}, format)
	}
	src, err := a.source(ctx, name)
	if err != nil {
		return nil, err
	}
	if src.live && !s.second {
		if s.kept == nil {
			s.kept = make(map[int]*tape)
		}
		s.kept[k] = &tape{name: src.name}
		src.Reader = io.TeeReader(src.Reader, s.kept[k])
	}
	return openSource(src, format)
}

// rewind makes open begin anew.
func (s *spool) rewind() { s.second = true }

// stop keeps nothing: once is enough.
func (s *spool) stop() {
	for _, t := range s.kept {
		t.full = true
		t.Buffer = bytes.Buffer{}
	}
	s.second, s.kept = true, nil
}
