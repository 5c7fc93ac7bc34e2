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

// file is the TOML form of a Config.
type file struct {
	Dev []string `toml:"dev,omitempty"` // paths
	Config
}

// Read reads a configuration in TOML. Errors about unknown settings and wrong types start with the
// file name, and say where and what was found.
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

// Write writes the set settings in TOML, for [Read]. Development sentences in memory are an error.
func (c Config) Write(w io.Writer) error {
	if len(c.Dev.Sentences) > 0 {
		return errors.New("cannot write development sentences in memory to a file of settings")
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

// Stored returns the configuration in TOML for storing in a model. It omits the files of the run,
// and the directories of the files that the model includes.
func (c Config) Stored() (string, error) {
	c.Dev = corpus.Source{}
	c.Init, c.Checkpoint, c.CheckpointEvery, c.Resume, c.Date = "", "", nil, "", ""
	c.Features, c.Vectors, c.Tokenizer = base(c.Features), base(c.Vectors), base(c.Tokenizer)
	c.Clusters, c.Text = c.Clusters.base(), c.Text.base()
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
