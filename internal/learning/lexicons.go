package learning

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/cluster"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/lexicon"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/text"
)

// vectorsName is the column of word vectors.
const vectorsName = "vector"

// clustersName returns the column of the word clusters with a number, from 0.
func clustersName(k int) string {
	if k == 0 {
		return "cluster"
	}
	return fmt.Sprint("cluster", k+1)
}

// readLexicons reads the word resources of a configuration. t splits unlabelled text; it may be
// nil.
func readLexicons(ctx context.Context, c *recipe.Config, stdin io.Reader, t text.Tokenizer) ([]lexicon.Lexicon, error) {
	var list []lexicon.Lexicon
	read := func(path string, parse func(r io.Reader, name string) (lexicon.Lexicon, error)) error {
		raw, err := input.OpenRaw(ctx, path, stdin)
		if err != nil {
			return err
		}
		defer raw.Close()
		l, err := parse(raw, raw.Name)
		if err == nil {
			list = append(list, l)
		}
		return err
	}
	for k, path := range c.Clusters {
		err := read(path, func(r io.Reader, file string) (lexicon.Lexicon, error) { return readClusters(clustersName(k), r, file) })
		if err != nil {
			return nil, err
		}
	}
	if len(c.Text) > 0 {
		found, err := clusterText(ctx, c, stdin, t)
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	for _, value := range c.Gazetteer {
		name, path, _ := strings.Cut(value, "=")
		err := read(path, func(r io.Reader, file string) (lexicon.Lexicon, error) { return lexicon.ReadGazetteer(name, r, file) })
		if errors.Is(err, lexicon.ErrName) {
			return nil, model.Refuse("gazetteer", "{gazetteer} %s: %w", value, err)
		}
		if err != nil {
			return nil, err
		}
	}
	if c.Vectors != "" {
		err := read(c.Vectors, func(r io.Reader, file string) (lexicon.Lexicon, error) {
			return lexicon.ReadVectors(vectorsName, r, file, c.VectorsLimit)
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

func readClusters(column string, r io.Reader, name string) (lexicon.Lexicon, error) {
	c, err := cluster.Read(r, name)
	if err != nil {
		return nil, err
	}
	l, err := lexicon.NewClasses(column, c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return l, nil
}

// withLexicons adds the default lines for word resources that the templates do not read.
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
		return nil, fmt.Errorf("%s: CRF++ templates cannot name columns such as %s", t.Name(), added.String()[1:])
	}
	source := strings.TrimRight(t.Source(), "\n") + "\n" + lines.String()
	return features.Parse(strings.NewReader(source), t.Name()+added.String(), features.DialectTrellis)
}

// join appends to list the word resources of others whose names list lacks.
func join(list, others []lexicon.Lexicon) []lexicon.Lexicon {
	for _, l := range others {
		if !slices.ContainsFunc(list, func(own lexicon.Lexicon) bool { return own.Name() == l.Name() }) {
			list = append(list, l)
		}
	}
	return list
}
