package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/lexicon"
)

func (a *app) inspectCommand() *cobra.Command {
	var asJSON bool
	var top int
	c := &cobra.Command{
		Use:   "inspect MODEL [flags]",
		Short: "Tell what a model holds",
		Long:  inspectHelp,
		Example: `  tagger inspect ner.model
  tagger inspect --top 3 ner.model
  tagger inspect --json ner.model`,
		Args: needModel,
		RunE: func(_ *cobra.Command, args []string) error {
			if top < 0 {
				return wrongUsage("--top %d: want a number that is not negative", top)
			}
			d, err := describeModel(args[0], top)
			if err != nil {
				return err
			}
			if info, err := os.Stat(args[0]); err == nil {
				d.Bytes = info.Size()
			}
			if asJSON {
				return json.NewEncoder(a.stdout).Encode(d)
			}
			return d.write(a.stdout)
		},
	}
	f := c.Flags()
	f.IntVar(&top, "top", 10, "show the `N` strongest attributes of each label")
	f.BoolVar(&asJSON, "json", false, "print one JSON object instead of tables")
	f.SortFlags = false
	return c
}

// needModel asks for one file.
func needModel(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return wrongUsage("name one MODEL")
	}
	return nil
}

// A modelDescription is what inspect tells.
type modelDescription struct {
	File        string                       `json:"file"`
	Bytes       int64                        `json:"bytes"`
	Weights     string                       `json:"weights"`
	Stripped    bool                         `json:"stripped"`
	Scheme      string                       `json:"scheme"`
	Templates   string                       `json:"templates,omitempty"`
	Lexicons    []lexiconDescription         `json:"lexicons,omitempty"`
	Labels      []string                     `json:"labels"`
	Attributes  int                          `json:"attributes"`
	Features    int                          `json:"features"`
	Dictionary  int                          `json:"dictionary,omitempty"` // words
	Notes       map[string]string            `json:"notes"`
	Transitions []labelPair                  `json:"transitions"`
	Strongest   map[string][]strongAttribute `json:"strongest,omitempty"` // by labels

	// Of a model of segments.
	ModelType         string `json:"model_type,omitempty"`
	MaxLength         int    `json:"max_length,omitempty"`
	SegmentAttributes int    `json:"segment_attributes,omitempty"`

	// Of a model of pruned chains.
	Order          *int                         `json:"order,omitempty"`
	LabelParts     string                       `json:"label_parts,omitempty"`
	Thresholds     []float64                    `json:"thresholds,omitempty"` // before pairs, before triples
	Triples        []labelTriple                `json:"triples,omitempty"`
	StrongestParts map[string][]strongAttribute `json:"strongest_parts,omitempty"`

	top   int      // of lists of chains
	types []string // that transitions are between, if not the labels
}

type labelTriple struct {
	First  string  `json:"first"`
	Second string  `json:"second"`
	To     string  `json:"to"`
	Weight float64 `json:"weight"`
}

// A lexiconDescription is a column that the model adds to sentences.
type lexiconDescription struct {
	Column  string `json:"column"`
	Kind    string `json:"kind"`
	Entries int    `json:"entries"`
	text    string
}

type labelPair struct {
	From   string  `json:"from"`
	To     string  `json:"to"`
	Weight float64 `json:"weight"`
}

type strongAttribute struct {
	Attribute string  `json:"attribute"`
	Weight    float64 `json:"weight"`
}

func describeModel(path string, top int) (*modelDescription, error) {
	kind, err := kindOf(path)
	if err != nil {
		return nil, err
	}
	switch kind {
	case semiKind:
		return describeSemi(path, top)
	case prunedKind:
		return describePruned(path, top)
	}
	m, err := loadModel(path)
	if err != nil {
		return nil, err
	}
	d := &modelDescription{
		File: path, Weights: m.Precision().String(), Stripped: m.Stripped(), Scheme: m.Scheme().String(), Labels: m.Labels(),
		Attributes: m.Attributes(), Features: m.Features(), Dictionary: m.Dictionary(), Notes: notesOf(m.Meta), Transitions: []labelPair{},
		top: top,
	}
	if t := m.Input().Templates; t != nil {
		d.Templates = t.Name()
	}
	d.addLexicons(m.Input().Lexicons)
	for _, p := range m.Transitions() {
		d.Transitions = append(d.Transitions, labelPair{d.Labels[p.From], d.Labels[p.To], p.Weight})
	}
	if m.Stripped() || top == 0 {
		return d, nil
	}
	content, err := m.Content()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	d.Strongest = strongest(content, top)
	return d, nil
}

func (d *modelDescription) addLexicons(list []lexicon.Lexicon) {
	for _, l := range list {
		d.Lexicons = append(d.Lexicons, lexiconDescription{Column: l.Name(), Kind: l.Kind(), Entries: l.Len(), text: describeLexicon(l)})
	}
}

// strongest returns the attributes of the greatest weights, by magnitude, of each label.
func strongest(p crf.Content, top int) map[string][]strongAttribute {
	lists := make(map[string][]strongAttribute)
	for _, a := range p.Attributes {
		for _, w := range a.Weights {
			label := p.Labels[w.Label]
			lists[label] = append(lists[label], strongAttribute{a.Name, w.Weight})
		}
	}
	keepStrongest(lists, top)
	return lists
}

// keepStrongest leaves each label the attributes of the greatest weights, by magnitude.
func keepStrongest(lists map[string][]strongAttribute, top int) {
	for label, list := range lists {
		slices.SortStableFunc(list, func(a, b strongAttribute) int { return cmp.Compare(math.Abs(b.Weight), math.Abs(a.Weight)) })
		lists[label] = slices.Clip(list[:min(top, len(list))])
	}
}

// write prints the description as tables.
func (d *modelDescription) write(w io.Writer) error {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	names := "with names"
	if d.Stripped {
		names = "stripped of their names"
	}
	templates := "ready-made attributes"
	if d.Templates != "" {
		templates = "templates " + d.Templates
	}
	fmt.Fprintf(t, "file\t%s, %d bytes\n", d.File, d.Bytes)
	fmt.Fprintf(t, "labels\t%d, scheme %s\n", len(d.Labels), d.Scheme)
	fmt.Fprintf(t, "attributes\t%d %s, %s\n", d.Attributes, names, templates)
	switch d.ModelType {
	case semiKind:
		fmt.Fprintf(t, "segments\tof up to %d tokens, %d attributes of their own\n", d.MaxLength, d.SegmentAttributes)
		fmt.Fprintf(t, "features\t%d, %d of them transitions between spans, weights %s\n", d.Features, len(d.Transitions), d.Weights)
	case prunedKind:
		apart := ""
		if d.LabelParts != "" {
			apart = ", labels taken apart at " + d.LabelParts
		}
		fmt.Fprintf(t, "chain\tof order %d%s\n", *d.Order, apart)
		for k, v := range d.Thresholds {
			fmt.Fprintf(t, "pruning\tof labels of a probability below %.2g before order %d\n", v, k+1)
		}
		fmt.Fprintf(t, "features\t%d, %d of them pairs and %d triples of labels, weights %s\n", d.Features, len(d.Transitions), len(d.Triples), d.Weights)
	default:
		fmt.Fprintf(t, "features\t%d, %d of them transitions, weights %s\n", d.Features, len(d.Transitions), d.Weights)
	}
	for _, l := range d.Lexicons {
		fmt.Fprintf(t, "%s\t%s\n", l.Kind, l.text)
	}
	if d.Dictionary > 0 {
		fmt.Fprintf(t, "dictionary\t%d words, which get only labels that they have in it\n", d.Dictionary)
	}
	for _, key := range slices.Sorted(maps.Keys(d.Notes)) {
		fmt.Fprintf(t, "%s\t%s\n", key, d.Notes[key])
	}
	if err := t.Flush(); err != nil {
		return err
	}
	labels := d.Labels
	if d.types != nil {
		labels = d.types
	}
	if d.ModelType == prunedKind || len(labels) > maxTable {
		d.writeChains(&b)
	} else if len(d.Transitions) > 0 {
		if err := d.writeTransitions(&b, labels); err != nil {
			return err
		}
	}
	if d.ModelType == semiKind {
		writeStrongest(&b, "", slices.Sorted(maps.Keys(d.Strongest)), d.Strongest)
	} else {
		writeStrongest(&b, "", d.Labels, d.Strongest)
	}
	writeStrongest(&b, "part ", slices.Sorted(maps.Keys(d.StrongestParts)), d.StrongestParts)
	_, err := io.WriteString(w, b.String())
	return err
}

// writeStrongest prints a list for each name, below it.
func writeStrongest(b *strings.Builder, kind string, names []string, lists map[string][]strongAttribute) {
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

// maxTable is how many labels a table of transitions may have; of more, the strongest are listed.
const maxTable = 60

// writeTransitions prints a row for each label before and a column for each label after.
func (d *modelDescription) writeTransitions(w io.Writer, labels []string) error {
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
