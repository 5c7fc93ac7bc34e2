package main

import (
	"os"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/safefile"
)

// use is the file that a flag names. Presets of templates and standard streams are no files.
func use(flag, path string) safefile.Use {
	if path == "-" {
		path = ""
	}
	return safefile.Use{Name: flag + " " + path, Path: path}
}

// reading lists the files that a command is given as arguments, standard input among them.
func (a *app) reading(files []string) []safefile.Use {
	var list []safefile.Use
	for _, name := range files {
		if name == "-" {
			list = append(list, safefile.Use{Name: "standard input", Info: describe(a.stdin)})
		} else {
			list = append(list, safefile.Use{Name: name, Path: name})
		}
	}
	return list
}

// writing is the file that a flag names, or standard output.
func (a *app) writing(flag, path string) safefile.Use {
	if path == "" || path == "-" {
		return safefile.Use{Name: "standard output", Info: describe(a.stdout)}
	}
	return use(flag, path)
}

// describe returns what os.SameFile compares, nil for a stream that is no file.
func describe(stream any) os.FileInfo {
	f, ok := stream.(*os.File)
	if !ok {
		return nil
	}
	info, err := f.Stat()
	if err != nil {
		return nil
	}
	return info
}

// distinct refuses a command line whose outputs would destroy its inputs or each other.
func distinct(outputs, inputs []safefile.Use) error {
	if err := safefile.Distinct(outputs, inputs); err != nil {
		return &usageError{err}
	}
	return nil
}

// templateFile is the file that the value of --features names, "" for a preset or auto.
func templateFile(value string) string {
	if value == "auto" || slices.Contains(features.PresetNames(), value) {
		return ""
	}
	return value
}

// inputs lists the files that training by a configuration reads, but for the checkpoint that it continues from.
func (a *app) inputs(c *trellis.Config, files []string) []safefile.Use {
	list := append(a.reading(files), use("--clusters", c.Clusters), use("--vectors", c.Vectors))
	for _, value := range c.Gazetteer {
		_, path, _ := strings.Cut(value, "=")
		list = append(list, use("--gazetteer", path))
	}
	for _, path := range c.Dev.Paths {
		list = append(list, use("--dev", path))
	}
	return append(list, use("--features", templateFile(c.Features)), use("--init", c.Init))
}

// distinct refuses outputs of training that are its inputs. A checkpoint may take the place of the one that training
// goes on from.
func (o *trainRun) distinct(a *app, c *trellis.Config, files []string) error {
	outputs := []safefile.Use{use("--model", o.model), use("--log-json", o.log), use("--write-config", o.writeConfig)}
	if err := distinct(outputs, []safefile.Use{use("--resume", c.Resume)}); err != nil {
		return err
	}
	return distinct(append(outputs, use("--checkpoint", c.Checkpoint)), append(a.inputs(c, files), use("--config", o.config)))
}
