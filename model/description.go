package model

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/trellis-nlp/trellis/document"
	"github.com/trellis-nlp/trellis/lexicon"
)

// A Describer is a model that can describe itself.
type Describer interface {
	// Describe describes the model, with up to top of the strongest attributes of each label.
	Describe(top int) (*Description, error)
}

// A Description describes the content of a model.
type Description struct {
	File        string                       `json:"file"`
	Bytes       int64                        `json:"bytes"`
	Weights     string                       `json:"weights"` // precision in the file
	Stripped    bool                         `json:"stripped"`
	Scheme      string                       `json:"scheme"`
	Templates   string                       `json:"templates,omitempty"`
	Lexicons    []LexiconDescription         `json:"lexicons,omitempty"`
	Labels      []string                     `json:"labels"`
	Attributes  int                          `json:"attributes"`
	Features    int                          `json:"features"`
	Dictionary  int                          `json:"dictionary,omitempty"` // number of words
	Notes       map[string]string            `json:"notes"`                // all metadata
	Transitions []LabelPair                  `json:"transitions"`
	Strongest   map[string][]StrongAttribute `json:"strongest,omitempty"` // by label

	// Semi-Markov models.
	ModelType         string `json:"model_type,omitempty"` // also of pruned models
	MaxLength         int    `json:"max_length,omitempty"`
	SegmentAttributes int    `json:"segment_attributes,omitempty"`

	// Pruned higher-order models.
	Order          *int                         `json:"order,omitempty"`
	LabelParts     string                       `json:"label_parts,omitempty"`
	Thresholds     []float64                    `json:"thresholds,omitempty"` // before pairs, and before triples
	Triples        []LabelTriple                `json:"triples,omitempty"`
	StrongestParts map[string][]StrongAttribute `json:"strongest_parts,omitempty"`

	Top   int      `json:"-"` // length of the lists of label pairs and triples
	Types []string `json:"-"` // span types, for transitions between spans
}

// A LabelTriple is the weight of a label after two other labels.
type LabelTriple struct {
	First  string  `json:"first"`
	Second string  `json:"second"`
	To     string  `json:"to"`
	Weight float64 `json:"weight"`
}

// A LexiconDescription describes a word resource, which is a column that the model adds to
// sentences.
type LexiconDescription struct {
	Column  string `json:"column"`
	Kind    string `json:"kind"`
	Entries int    `json:"entries"`
	text    string
}

// A LabelPair is the weight of a label after another label.
type LabelPair struct {
	From   string  `json:"from"`
	To     string  `json:"to"`
	Weight float64 `json:"weight"`
}

// A StrongAttribute is an attribute with its weight for a label.
type StrongAttribute struct {
	Attribute string  `json:"attribute"`
	Weight    float64 `json:"weight"`
}

// Describe returns the part of the description that all kinds of model have.
func Describe(m Labeller, top int) *Description {
	d := &Description{
		Weights: "float64", Scheme: m.Scheme().String(), Labels: m.Labels(), Notes: m.Metadata().Facts(), Transitions: []LabelPair{}, Top: top,
	}
	if t := m.Input().Templates; t != nil {
		d.Templates = t.Name()
	}
	for _, l := range m.Input().Lexicons {
		d.Lexicons = append(d.Lexicons, LexiconDescription{Column: l.Name(), Kind: l.Kind(), Entries: l.Len(), text: DescribeLexicon(l)})
	}
	return d
}

// DescribeLexicon describes a word resource in one line.
func DescribeLexicon(l lexicon.Lexicon) string {
	switch x := l.(type) {
	case *lexicon.Classes:
		return fmt.Sprintf("column %s: %d words in %d classes", x.Name(), x.Len(), x.Classes())
	case *lexicon.Vectors:
		return fmt.Sprintf("column %s: vectors of %d dimensions for %d words", x.Name(), x.Dim(), x.Len())
	}
	if l.Kind() == document.Kind {
		return fmt.Sprintf("column %s: from the labels of the document", l.Name())
	}
	return fmt.Sprintf("column %s: %d entries", l.Name(), l.Len())
}

// KeepStrongest keeps, for each label, the top attributes with the largest absolute weights.
func KeepStrongest(lists map[string][]StrongAttribute, top int) {
	for label, list := range lists {
		slices.SortStableFunc(list, func(a, b StrongAttribute) int { return cmp.Compare(math.Abs(b.Weight), math.Abs(a.Weight)) })
		lists[label] = slices.Clip(list[:min(top, len(list))])
	}
}

// tableLabels is the maximum number of labels for which WriteTable shows all transitions. With more
// labels it shows the strongest ones.
const tableLabels = 60

// WriteTable writes the description as human-readable tables.
func (d *Description) WriteTable(w io.Writer) error {
	var b strings.Builder
	if err := d.writeFacts(&b); err != nil {
		return err
	}
	pairs := d.Labels
	if d.Types != nil {
		pairs = d.Types
	}
	switch {
	case d.ModelType == Pruned || len(pairs) > tableLabels:
		d.writeChains(&b)
	case len(d.Transitions) > 0:
		if err := d.writeTransitions(&b, pairs); err != nil {
			return err
		}
	}
	names := d.Labels
	if d.ModelType == SemiMarkov {
		names = slices.Sorted(maps.Keys(d.Strongest))
	}
	writeStrongest(&b, "", names, d.Strongest)
	writeStrongest(&b, "part ", slices.Sorted(maps.Keys(d.StrongestParts)), d.StrongestParts)
	_, err := io.WriteString(w, b.String())
	return err
}

func (d *Description) writeFacts(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	names := "with names"
	if d.Stripped {
		names = "without names"
	}
	templates := "ready-made attributes"
	if d.Templates != "" {
		templates = "templates " + d.Templates
	}
	if d.File != "" {
		fmt.Fprintf(t, "file\t%s, %d bytes\n", d.File, d.Bytes)
	}
	fmt.Fprintf(t, "labels\t%d, scheme %s\n", len(d.Labels), d.Scheme)
	fmt.Fprintf(t, "attributes\t%d %s, %s\n", d.Attributes, names, templates)
	switch d.ModelType {
	case SemiMarkov:
		fmt.Fprintf(t, "segments\tup to %d tokens, %d segment attributes\n", d.MaxLength, d.SegmentAttributes)
		fmt.Fprintf(t, "features\t%d, %d of them transitions between spans, weights %s\n", d.Features, len(d.Transitions), d.Weights)
	case Pruned:
		apart := ""
		if d.LabelParts != "" {
			apart = ", labels split into subtags at " + d.LabelParts
		}
		fmt.Fprintf(t, "order\t%d%s\n", *d.Order, apart)
		for k, v := range d.Thresholds {
			fmt.Fprintf(t, "pruning\tlabels with a probability below %.2g, before order %d\n", v, k+1)
		}
		fmt.Fprintf(t, "features\t%d, %d of them label pairs and %d label triples, weights %s\n", d.Features, len(d.Transitions), len(d.Triples), d.Weights)
	default:
		fmt.Fprintf(t, "features\t%d, %d of them transitions, weights %s\n", d.Features, len(d.Transitions), d.Weights)
	}
	for _, l := range d.Lexicons {
		fmt.Fprintf(t, "%s\t%s\n", l.Kind, l.text)
	}
	if d.Dictionary > 0 {
		fmt.Fprintf(t, "dictionary\t%d words, restricted to the labels in it\n", d.Dictionary)
	}
	for _, key := range slices.Sorted(maps.Keys(d.Notes)) {
		fmt.Fprintf(t, "%s\t%s\n", key, d.Notes[key])
	}
	return t.Flush()
}

// writeStrongest writes a heading and a list for each name.
func writeStrongest(b *strings.Builder, kind string, names []string, lists map[string][]StrongAttribute) {
	for _, name := range names {
		if len(lists[name]) == 0 {
			continue
		}
		fmt.Fprintf(b, "\n%s%s\n", kind, name)
		for _, a := range lists[name] {
			fmt.Fprintf(b, "%10.4f  %s\n", a.Weight, a.Attribute)
		}
	}
}

// writeTransitions writes a table with one row per previous label and one column per label.
func (d *Description) writeTransitions(w io.Writer, labels []string) error {
	weights := make(map[[2]string]float64)
	for _, p := range d.Transitions {
		weights[[2]string{p.From, p.To}] = p.Weight
	}
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "\nfrom \\ to\t")
	for _, to := range labels {
		fmt.Fprintf(t, "%s\t", to)
	}
	for _, from := range labels {
		fmt.Fprintf(t, "\n%s\t", from)
		for _, to := range labels {
			if v, ok := weights[[2]string{from, to}]; ok {
				fmt.Fprintf(t, "%.2f", v)
			} else {
				fmt.Fprint(t, ".")
			}
			fmt.Fprint(t, "\t")
		}
	}
	fmt.Fprintln(t)
	return t.Flush()
}

// writeChains writes the strongest label pairs and triples; a table of all would be too large.
func (d *Description) writeChains(b *strings.Builder) {
	type chain struct {
		labels string
		weight float64
	}
	list := func(title string, chains []chain) {
		if len(chains) == 0 || d.Top == 0 {
			return
		}
		slices.SortStableFunc(chains, func(p, q chain) int { return cmp.Compare(math.Abs(q.weight), math.Abs(p.weight)) })
		fmt.Fprintf(b, "\n%s\n", title)
		for _, c := range chains[:min(d.Top, len(chains))] {
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
	list("label pairs", pairs)
	list("label triples", triples)
}
