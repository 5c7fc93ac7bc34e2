package features

import (
	"embed"
	"fmt"
	"strings"
)

// presetNames lists the files of presets/.
var presetNames = []string{"chunk", "morph", "ner", "pos"}

//go:embed presets/*.txt
var presetFiles embed.FS

// PresetNames returns the names of the built-in template files, sorted.
func PresetNames() []string { return append([]string(nil), presetNames...) }

// PresetSource returns the text of a built-in template file, for reading or as a starting point for
// your own. It fails with [ErrUnknownPreset] if the name is unknown.
func PresetSource(name string) (string, error) {
	for _, n := range presetNames {
		if n == name {
			source, err := presetFiles.ReadFile("presets/" + name + ".txt")
			return string(source), err
		}
	}
	return "", fmt.Errorf("%w %q: want one of %s", ErrUnknownPreset, name, strings.Join(presetNames, ", "))
}

// Preset returns the built-in templates of a task: pos, morph, chunk or ner. They read the column
// named form and, if it is bound, the column named pos.
func Preset(name string) (*Templates, error) {
	source, err := PresetSource(name)
	if err != nil {
		return nil, err
	}
	return Parse(strings.NewReader(source), "preset "+name, DialectTrellis)
}
