package recipe

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/trellis-nlp/trellis/corpus"
)

// file is a Config as a file has it.
type file struct {
	Dev []string `toml:"dev,omitempty"` // paths
	Config
}

// Read reads a configuration in TOML. Settings that do not exist, and values of the wrong type, are an error with the
// name, the line and what was found.
func Read(r io.Reader, name string) (Config, error) {
	var f file
	meta, err := toml.NewDecoder(r).Decode(&f)
	var parse toml.ParseError
	switch {
	case errors.As(err, &parse):
		return f.Config, &corpus.ParseError{File: name, Line: parse.Position.Line, Err: errors.New(strings.TrimPrefix(parse.Message, "toml: "))}
	case err != nil:
		return f.Config, fmt.Errorf("%s: %s", name, strings.TrimPrefix(err.Error(), "toml: "))
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return f.Config, fmt.Errorf("%s: there is no setting %q", name, unknown[0].String())
	}
	f.Config.Dev.Paths = f.Dev
	return f.Config, nil
}

// Write writes the configuration in TOML, for [Read]. Open settings are left out. Sentences in memory cannot be
// written.
func (c Config) Write(w io.Writer) error {
	if len(c.Dev.Sentences) > 0 {
		return errors.New("development sentences in memory have no name that a file could hold")
	}
	var b bytes.Buffer
	e := toml.NewEncoder(&b)
	e.Indent = ""
	if err := e.Encode(file{c.Dev.Paths, c}); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Stored returns the configuration in TOML as a model stores it: without the files of the run, and without the
// directories of the files that the model has taken in.
func (c Config) Stored() (string, error) {
	c.Dev = corpus.Source{}
	c.Init, c.Checkpoint, c.CheckpointEvery, c.Resume, c.Date = "", "", nil, "", ""
	c.Features, c.Clusters, c.Vectors = base(c.Features), base(c.Clusters), base(c.Vectors)
	lists := c.Gazetteer
	c.Gazetteer = nil
	for _, list := range lists {
		name, path, _ := strings.Cut(list, "=")
		c.Gazetteer = append(c.Gazetteer, name+"="+base(path))
	}
	var b strings.Builder
	err := c.Write(&b)
	return b.String(), err
}

func base(path string) string {
	if path == "" {
		return ""
	}
	return filepath.Base(path)
}
