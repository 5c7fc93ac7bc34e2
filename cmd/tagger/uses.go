package main

import (
	"os"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/safefile"
)

// use returns the file of a flag. The path "-", a standard stream, is not a file.
func use(flag, path string) safefile.Use {
	if path == "-" {
		path = ""
	}
	return safefile.Use{Name: flag + " " + path, Path: path}
}

// reading returns the input files of a command, including standard input.
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

// writing returns the output file of a flag, or standard output.
func (a *app) writing(flag, path string) safefile.Use {
	if path == "" || path == "-" {
		return safefile.Use{Name: "standard output", Info: describe(a.stdout)}
	}
	return use(flag, path)
}

// describe returns the file information of a stream, or nil if it is not a file.
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

// distinct returns an error if an output is the same file as an input or another output.
func distinct(outputs, inputs []safefile.Use) error {
	if err := safefile.Distinct(outputs, inputs); err != nil {
		return &usageError{err}
	}
	return nil
}

// distinctOutput is distinct for a command that reads data and other files and writes --output.
func (a *app) distinctOutput(output string, data trellis.Source, others ...safefile.Use) error {
	return distinct([]safefile.Use{a.writing("--output", output)}, append(a.reading(data.Paths), others...))
}

// templateFile returns the file in a value of --features, or "" for a preset or auto.
func templateFile(value string) string {
	if value == "auto" || slices.Contains(features.PresetNames(), value) {
		return ""
	}
	return value
}

// inputs returns the files that training reads, without the checkpoint of --resume.
func (a *app) inputs(c *trellis.Config, files []string) []safefile.Use {
	list := append(a.reading(files), use("--vectors", c.Vectors))
	for _, path := range slices.Concat(c.Clusters, c.Text) {
		list = append(list, use("--clusters or --text", path))
	}
	for _, value := range c.Gazetteer {
		_, path, _ := strings.Cut(value, "=")
		list = append(list, use("--gazetteer", path))
	}
	for _, path := range c.Dev.Paths {
		list = append(list, use("--dev", path))
	}
	return append(list, use("--features", templateFile(c.Features)), use("--tokenizer", c.Tokenizer), use("--init", c.Init))
}

// checkOutputs is checkOutputs for training. Only --checkpoint may be the file of --resume.
func (o *trainRun) checkOutputs(a *app, c *trellis.Config, files []string) error {
	outputs := []safefile.Use{use("--model", o.model), use("--log-json", o.log), use("--write-config", o.writeConfig)}
	if err := distinct(outputs, []safefile.Use{use("--resume", c.Resume)}); err != nil {
		return err
	}
	return checkOutputs(append(outputs, use("--checkpoint", c.Checkpoint)), append(a.inputs(c, files), use("--config", o.config)))
}

// checkModelOutput returns an error if the model file of --output is an input or cannot be written.
func checkModelOutput(output string, inputs []safefile.Use) error {
	if err := distinct([]safefile.Use{use("--output", output)}, inputs); err != nil {
		return err
	}
	return safefile.Check(output)
}

// checkOutputs returns an error if an output is the same file as an input or another output, or
// cannot be written.
func checkOutputs(outputs, inputs []safefile.Use) error {
	if err := distinct(outputs, inputs); err != nil {
		return err
	}
	for _, out := range outputs {
		if out.Path != "" {
			if err := safefile.Check(out.Path); err != nil {
				return err
			}
		}
	}
	return nil
}
