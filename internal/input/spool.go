package input

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/trellis-nlp/trellis/corpus"
)

// A Spool opens the inputs of a source a first and a second time. It keeps what it reads of those that can be read only
// once: pipes and standard input.
type Spool struct {
	Source corpus.Source
	Format corpus.Format

	kept   map[int]*tape // by the number of the input
	second bool
}

// A tape is what was read of a file.
type tape struct {
	bytes.Buffer
	name string
	full bool // no more is kept
}

// Write implements [io.Writer].
func (t *tape) Write(p []byte) (int, error) {
	if t.full {
		return len(p), nil
	}
	return t.Buffer.Write(p)
}

// Len returns the number of inputs.
func (s *Spool) Len() int {
	if len(s.Source.Sentences) > 0 {
		return len(s.Source.Paths) + 1
	}
	return len(s.Source.Paths)
}

// Open opens input k: first the files, then the sentences in memory.
func (s *Spool) Open(ctx context.Context, k int) (*Input, error) {
	if k == len(s.Source.Paths) {
		if s.Format != corpus.FormatAuto && s.Format != corpus.CoNLL {
			return nil, fmt.Errorf("sentences in memory have the format %s, not %s", corpus.CoNLL, s.Format)
		}
		return OfSentences("sentences", s.Source.Sentences)
	}
	if t := s.kept[k]; t != nil && s.second {
		r := newInterruptible(ctx, bytes.NewReader(t.Bytes()))
		return New(&Raw{Reader: r, Name: t.name, Live: true}, s.Format)
	}
	raw, err := OpenRaw(ctx, s.Source.Paths[k], s.Source.Stdin)
	if err != nil {
		return nil, err
	}
	if raw.Live && !s.second {
		if s.kept == nil {
			s.kept = make(map[int]*tape)
		}
		s.kept[k] = &tape{name: raw.Name}
		raw.Reader = io.TeeReader(raw.Reader, s.kept[k])
	}
	return New(raw, s.Format)
}

// Rewind makes Open open the inputs a second time.
func (s *Spool) Rewind() { s.second = true }

// Stop forgets what was kept, and keeps no more: the inputs are read once only.
func (s *Spool) Stop() {
	for _, t := range s.kept {
		t.full = true
		t.Buffer = bytes.Buffer{}
	}
	s.second, s.kept = true, nil
}

// Each opens the inputs of a source one after another, passes them to use and closes them.
func Each(ctx context.Context, source corpus.Source, format corpus.Format, use func(in *Input) error) error {
	inputs := &Spool{Source: source, Format: format}
	inputs.Stop()
	for k := range inputs.Len() {
		in, err := inputs.Open(ctx, k)
		if err != nil {
			return err
		}
		err = use(in)
		in.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
