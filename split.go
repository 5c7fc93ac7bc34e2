package trellis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// SplitOptions are the options of [Split]. Set either Shares or Counts.
type SplitOptions struct {
	Format     corpus.Format
	Shares     []float64    // of the sentences, in any unit, such as 80, 10, 10
	Counts     []float64    // numbers of sentences, which must be whole
	ByDocument bool         // keep the sentences of a document together
	InOrder    bool         // do not shuffle
	Seed       uint64       // of the shuffle
	Warn       func(string) // receives warnings about attribute files; may be nil
}

// Check returns an [*OptionError] for an option that is out of range.
func (o SplitOptions) Check() error {
	list, option, want := o.Shares, "shares", "positive numbers"
	if len(o.Counts) > 0 {
		list, option, want = o.Counts, "counts", "whole positive numbers"
	}
	if len(o.Shares) > 0 == (len(o.Counts) > 0) {
		return model.Refuse(option, "set either {shares} or {counts}, the sizes of the files")
	}
	for _, x := range list {
		if !(x > 0 && x <= math.MaxInt32) || option == "counts" && x != math.Trunc(x) {
			return model.Refuse(option, "{%s} %v: want %s", option, x, want)
		}
	}
	return nil
}

// A Part holds some of the sentences of a source, in the order of the source.
type Part struct {
	Units     int // documents with ByDocument, otherwise sentences
	Sentences int
	Tokens    int

	format corpus.Format
	units  []*unit
}

// A unit is a sentence or a document, which Split does not divide.
type unit struct {
	sentences []*input.Sentence // the last one of an input may have no tokens
	n, tokens int
}

func (u *unit) add(s *input.Sentence, tokens int) {
	u.sentences = append(u.sentences, s)
	if tokens > 0 {
		u.n++
		u.tokens += tokens
	}
}

// Split divides labelled sentences at random into one part per share or count. The rest holds the
// sentences beyond the counts.
func Split(ctx context.Context, data Source, o SplitOptions) (parts []*Part, rest *Part, err error) {
	if err := o.Check(); err != nil {
		return nil, nil, err
	}
	var units []*unit
	var first *input.Input
	err = input.Each(ctx, data, input.Options{Format: o.Format}, func(in *input.Input) error {
		if in.Documents() != standoff.FormatAuto {
			return in.AtStart(fmt.Errorf("documents of %s cannot be split; convert them to conll first", in.Documents()))
		}
		list, err := o.read(in)
		if err != nil {
			return err
		}
		if first == nil {
			first = in
		} else if in.Format != first.Format {
			return fmt.Errorf("%s: format %s, but %s is %s", in.Name, in.Format, first.Name, first.Format)
		}
		units = append(units, list...)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if first == nil {
		return nil, nil, fmt.Errorf("%w: no files or sentences to split", model.ErrInput)
	}
	lists, err := o.divide(units)
	if err != nil {
		return nil, nil, err
	}
	for _, list := range lists {
		p := &Part{Units: len(list), format: first.Format, units: list}
		for _, u := range list {
			p.Sentences += u.n
			p.Tokens += u.tokens
		}
		parts = append(parts, p)
	}
	last := len(parts) - 1
	return parts[:last], parts[last], nil
}

// ends returns where the parts end, on a scale of n sentences.
func (o *SplitOptions) ends(n int) ([]float64, error) {
	sum := 0.0
	var ends []float64
	for _, x := range slices.Concat(o.Shares, o.Counts) { // one list is empty
		sum += x
		ends = append(ends, sum)
	}
	if len(o.Counts) == 0 {
		for k := range ends {
			ends[k] *= float64(n) / sum
		}
	} else if sum > float64(n) {
		// Wrapped, because the option itself is in range: the files hold too few sentences.
		return nil, fmt.Errorf("%w", model.Refuse("counts", "{counts}: %g sentences requested, but the files have %d", sum, n))
	}
	return ends, nil
}

// divide shuffles the units and puts each into the part that contains its middle, on a scale of
// sentences. The last part is the rest. Each part keeps the order of the source.
func (o *SplitOptions) divide(units []*unit) ([][]*unit, error) {
	n := 0
	for _, u := range units {
		n += u.n
	}
	ends, err := o.ends(n)
	if err != nil {
		return nil, err
	}
	order := make([]int, len(units))
	for i := range order {
		order[i] = i
	}
	if !o.InOrder {
		rand.New(rand.NewPCG(o.Seed, 0)).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	place := make([]int, len(units))
	before := 0
	for _, i := range order {
		middle := float64(before) + float64(units[i].n)/2
		before += units[i].n
		for place[i] < len(ends) && middle >= ends[place[i]] {
			place[i]++
		}
	}
	parts := make([][]*unit, len(ends)+1)
	for i, u := range units {
		parts[place[i]] = append(parts[place[i]], u)
	}
	return parts, nil
}

// read returns the units of an input.
func (o *SplitOptions) read(in *input.Input) ([]*unit, error) {
	if o.ByDocument && in.HasItems() {
		return nil, in.AtStart(errors.New("attribute files have no document boundaries"))
	}
	var all []*input.Sentence
	var marked, parted []bool
	for {
		s := new(input.Sentence)
		err := in.Next(s)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if err == nil || strings.TrimSpace(s.Rows.String()) != "" {
			all = append(all, s)
			m, p := s.Rows.StartsDocument()
			marked, parted = append(marked, m && err == nil), append(parted, p && err == nil && len(all) > 1)
		}
		if err != nil {
			break
		}
	}
	in.Warn(o.Warn)
	starts := marked
	if o.ByDocument && !slices.Contains(marked, true) {
		if starts = parted; !slices.Contains(parted, true) {
			return nil, fmt.Errorf("%s: no document boundaries: want # newdoc comments, -DOCSTART- lines or two blank lines in a row", in.Name)
		}
	}
	var units []*unit
	for i, s := range all {
		tokens := s.Rows.Len() + len(s.Items.Labels)
		if i == 0 || tokens > 0 && (!o.ByDocument || starts[i]) {
			units = append(units, new(unit))
		}
		units[len(units)-1].add(s, tokens)
	}
	return units, nil
}

// Write writes the sentences byte for byte as they were read. It normalises attribute files.
func (p *Part) Write(w io.Writer) error {
	rows, items := corpus.NewWriter(w), attrfile.NewWriter(w)
	for _, u := range p.units {
		for _, s := range u.sentences {
			var err error
			if p.format == corpus.CRFsuite {
				err = items.Write(&s.Items)
			} else {
				err = rows.Write(&s.Rows)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}
