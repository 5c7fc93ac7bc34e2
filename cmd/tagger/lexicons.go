package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/cluster"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/lexicon"
)

// lexiconFlags name files with what is known of words beyond the training data.
type lexiconFlags struct {
	clusters   string
	gazetteers []string // NAME=FILE
	vectors    string
	limit      int // of the words that have vectors; 0: none
}

// lexiconNames are those of the flags.
var lexiconNames = []string{"clusters", "gazetteer", "vectors", "vectors-limit"}

// The columns of --clusters and --vectors.
const (
	clustersName = "cluster"
	vectorsName  = "vector"
)

func (o *lexiconFlags) register(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.clusters, "clusters", "", "`file` with classes of words, from tagger cluster or a word and its class a line: the column "+clustersName+" of templates, kept in the model")
	f.StringArrayVar(&o.gazetteers, "gazetteer", nil, "`NAME=FILE`: a list of names, one a line: the column NAME of templates, kept in the model (repeat for other lists)")
	f.StringVar(&o.vectors, "vectors", "", "`file` with vectors of words, in the text format of word2vec or GloVe: the column "+vectorsName+" of templates, kept in the model")
	f.IntVar(&o.limit, "vectors-limit", 0, "keep no more than the first `N` vectors of the file (default all)")
}

// readLexicons reads the files.
func (a *app) readLexicons(ctx context.Context, o *lexiconFlags) ([]lexicon.Lexicon, error) {
	var list []lexicon.Lexicon
	if o.clusters != "" {
		l, err := a.readClusters(ctx, o.clusters)
		if err != nil {
			return nil, err
		}
		list = append(list, l)
	}
	for _, value := range o.gazetteers {
		name, path, ok := strings.Cut(value, "=")
		if !ok || path == "" {
			return nil, wrongUsage("--gazetteer %s: want NAME=FILE", value)
		}
		l, err := a.readGazetteer(ctx, name, path)
		if errors.Is(err, lexicon.ErrName) {
			return nil, wrongUsage("--gazetteer %s: %w", value, err)
		}
		if err != nil {
			return nil, err
		}
		list = append(list, l)
	}
	if o.limit < 0 || o.limit > 0 && o.vectors == "" {
		return nil, wrongUsage("--vectors-limit %d: want how many words of --vectors to keep", o.limit)
	}
	if o.vectors != "" {
		l, err := a.readVectors(ctx, o.vectors, o.limit)
		if err != nil {
			return nil, err
		}
		list = append(list, l)
	}
	return list, nil
}

func (a *app) readClusters(ctx context.Context, path string) (*lexicon.Classes, error) {
	src, err := a.source(ctx, path)
	if err != nil {
		return nil, err
	}
	defer src.close()
	c, err := cluster.Read(src, src.name)
	if err != nil {
		return nil, err
	}
	l, err := lexicon.NewClasses(clustersName, c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", src.name, err)
	}
	return l, nil
}

func (a *app) readGazetteer(ctx context.Context, name, path string) (*lexicon.Gazetteer, error) {
	src, err := a.source(ctx, path)
	if err != nil {
		return nil, err
	}
	defer src.close()
	return lexicon.ReadGazetteer(name, src, src.name)
}

func (a *app) readVectors(ctx context.Context, path string, limit int) (*lexicon.Vectors, error) {
	src, err := a.source(ctx, path)
	if err != nil {
		return nil, err
	}
	defer src.close()
	return lexicon.ReadVectors(vectorsName, src, src.name, limit)
}

// withLexicons adds the usual lines for lexicons that the templates do not read.
func withLexicons(t *features.Templates, lexicons []lexicon.Lexicon) (*features.Templates, error) {
	var added, lines strings.Builder
	for _, l := range lexicons {
		if !t.Reads(l.Name()) {
			added.WriteString("+" + l.Name())
			lines.WriteString("\n# Column " + l.Name() + ": " + l.Kind() + ".\n" + l.Templates())
		}
	}
	switch {
	case added.Len() == 0:
		return t, nil
	case t.Dialect() == features.DialectCRFPP:
		return nil, fmt.Errorf("%s: the templates of CRF++ have no names for columns such as %s", t.Name(), added.String()[1:])
	}
	source := strings.TrimRight(t.Source(), "\n") + "\n" + lines.String()
	return features.Parse(strings.NewReader(source), t.Name()+added.String(), features.DialectTrellis)
}

// join returns what the flags named, and what else another model has.
func join(list, others []lexicon.Lexicon) []lexicon.Lexicon {
	for _, l := range others {
		if !slices.ContainsFunc(list, func(own lexicon.Lexicon) bool { return own.Name() == l.Name() }) {
			list = append(list, l)
		}
	}
	return list
}

// describeLexicon says what is known of words.
func describeLexicon(l lexicon.Lexicon) string {
	switch x := l.(type) {
	case *lexicon.Classes:
		return fmt.Sprintf("column %s: %d words in %d classes", x.Name(), x.Len(), x.Classes())
	case *lexicon.Vectors:
		return fmt.Sprintf("column %s: vectors of %d dimensions for %d words", x.Name(), x.Dim(), x.Len())
	}
	return fmt.Sprintf("column %s: %d entries", l.Name(), l.Len())
}
