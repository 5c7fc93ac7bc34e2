package main

import (
	"os"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/recipe"
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

// lexiconUses lists the files of word resources.
func lexiconUses(clusters, vectors string, gazetteers []string) []safefile.Use {
	list := []safefile.Use{use("--clusters", clusters), use("--vectors", vectors)}
	for _, value := range gazetteers {
		_, path, _ := strings.Cut(value, "=")
		list = append(list, use("--gazetteer", path))
	}
	return list
}

// templateFile is the file that the value of --features names, "" for a preset or auto.
func templateFile(value string) string {
	if value == "auto" || slices.Contains(features.PresetNames(), value) {
		return ""
	}
	return value
}

// inputs lists the files that a training of tune reads.
func (o *trainFlags) inputs(a *app, files []string) []safefile.Use {
	return slices.Concat(a.reading(files), lexiconUses(o.clusters, o.vectors, o.gazetteers), []safefile.Use{
		use("--dev", o.dev), use("--features", templateFile(o.features)),
	})
}

// distinct refuses outputs of training that are its inputs. A checkpoint may take the place of the one that training
// goes on from.
func (o *trainRun) distinct(a *app, c *recipe.Config, files []string) error {
	outputs := []safefile.Use{use("--model", o.model), use("--log-json", o.log), use("--write-config", o.writeConfig)}
	if err := distinct(outputs, []safefile.Use{use("--resume", c.Resume)}); err != nil {
		return err
	}
	inputs := slices.Concat(a.reading(files), lexiconUses(c.Clusters, c.Vectors, c.Gazetteer), []safefile.Use{
		use("--dev", o.dev), use("--features", templateFile(c.Features)), use("--init", c.Init), use("--config", o.config),
	})
	return distinct(append(outputs, use("--checkpoint", c.Checkpoint)), inputs)
}
