package input

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/trellis-nlp/trellis/corpus"
)

// A Spool opens the inputs of a source, once or twice. It buffers pipes and standard input for the
// second pass.
type Spool struct {
	Source corpus.Source
	Options

	kept   map[int]*tape // by input number
	second bool
}

// A tape records what was read from a pipe.
type tape struct {
	bytes.Buffer
	name string
	full bool // stop recording
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

// Open opens input k. The files come first, then the sentences in memory.
func (s *Spool) Open(ctx context.Context, k int) (*Input, error) {
	if k == len(s.Source.Paths) {
		if s.Format != corpus.FormatAuto && s.Format != corpus.CoNLL {
			return nil, fmt.Errorf("sentences in memory have the format %s, not %s", corpus.CoNLL, s.Format)
		}
		return OfSentences("sentences", s.Source.Sentences)
	}
	if in, err := openBrat(ctx, s.Source.Paths[k], s.Options); in != nil || err != nil {
		return in, err
	}
	if t := s.kept[k]; t != nil && s.second {
		r := newInterruptible(ctx, bytes.NewReader(t.Bytes()))
		return New(&Raw{Reader: r, Name: t.name, Live: true}, s.Options)
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
	return New(raw, s.Options)
}

// Rewind starts the second pass.
func (s *Spool) Rewind() { s.second = true }

// Stop discards the buffers and stops buffering: there is only one pass.
func (s *Spool) Stop() {
	for _, t := range s.kept {
		t.full = true
		t.Buffer = bytes.Buffer{}
	}
	s.second, s.kept = true, nil
}

// Each makes one pass: it opens the inputs of a source one after another, passes them to use and
// closes them.
func Each(ctx context.Context, source corpus.Source, o Options, use func(in *Input) error) error {
	inputs := &Spool{Source: source, Options: o}
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
