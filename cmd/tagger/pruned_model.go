package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/prunedcrf"
)

// openPruned reads a model of pruned chains. Its crf.Model holds its labels, templates and notes, by which files are
// read.
func openPruned(path string) (*openedModel, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m := new(openedModel)
	if m.pruned, err = prunedcrf.Load(f); err == nil {
		m.Model, err = crf.New(crf.Content{
			Meta: m.pruned.Meta, Labels: m.pruned.Labels(), Scheme: m.pruned.Scheme(), Input: m.pruned.Input(),
		})
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// describePruned is what inspect tells of a model of pruned chains.
func describePruned(path string, top int) (*modelDescription, error) {
	opened, err := openPruned(path)
	if err != nil {
		return nil, err
	}
	m := opened.pruned
	d := &modelDescription{
		File: path, Weights: crf.Float64.String(), Scheme: m.Scheme().String(), Templates: m.Input().Templates.Name(), Labels: m.Labels(),
		Attributes: m.Attributes(), Features: m.Features(), Notes: notesOf(m.Meta), Transitions: []labelPair{},
		top: top, ModelType: prunedKind, Order: new(m.Order()), LabelParts: m.Separator(), Thresholds: m.Thresholds(),
	}
	d.addLexicons(m.Input().Lexicons)
	m.Chains(func(from []int, to int, w float64) {
		if len(from) == 1 {
			d.Transitions = append(d.Transitions, labelPair{d.Labels[from[0]], d.Labels[to], w})
		} else {
			d.Triples = append(d.Triples, labelTriple{d.Labels[from[0]], d.Labels[from[1]], d.Labels[to], w})
		}
	})
	if top == 0 {
		return d, nil
	}
	d.Strongest, d.StrongestParts = make(map[string][]strongAttribute), make(map[string][]strongAttribute)
	m.Weights(func(w prunedcrf.Weight) {
		lists := d.Strongest
		if w.Part {
			lists = d.StrongestParts
		}
		lists[w.Outcome] = append(lists[w.Outcome], strongAttribute{w.Attribute, w.Weight})
	})
	keepStrongest(d.Strongest, top)
	keepStrongest(d.StrongestParts, top)
	return d, nil
}

// writeChains prints the strongest pairs and triples of labels: a table of all would be too large.
func (d *modelDescription) writeChains(b *strings.Builder) {
	type chain struct {
		labels string
		weight float64
	}
	list := func(title string, chains []chain) {
		if len(chains) == 0 || d.top == 0 {
			return
		}
		slices.SortStableFunc(chains, func(p, q chain) int { return cmp.Compare(math.Abs(q.weight), math.Abs(p.weight)) })
		fmt.Fprintf(b, "\n%s\n", title)
		for _, c := range chains[:min(d.top, len(chains))] {
			fmt.Fprintf(b, "%10.4f  %s\n", c.weight, c.labels)
		}
	}
	var pairs, triples []chain
	for _, p := range d.Transitions {
		pairs = append(pairs, chain{p.From + " " + p.To, p.Weight})
	}
	for _, t := range d.Triples {
		triples = append(triples, chain{t.First + " " + t.Second + " " + t.To, t.Weight})
	}
	list("pairs of labels", pairs)
	list("triples of labels", triples)
}
