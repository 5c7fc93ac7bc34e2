package modelfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/trellis-nlp/trellis/internal/container"
)

// Write writes a file with the settings as JSON and the other sections.
func Write(w io.Writer, f container.Format, settings any, sections ...container.Section) error {
	head, err := json.Marshal(settings)
	if err == nil {
		err = f.Write(w, append([]container.Section{{Name: "settings", Data: head}}, sections...))
	}
	if err != nil {
		return fmt.Errorf("saving the model: %w", err)
	}
	return nil
}

// Read reads the sections that Write wrote, by name. If they are invalid, the error wraps bad.
func Read(r io.Reader, f container.Format, bad error) (map[string][]byte, error) {
	data, err := f.Read(r)
	if err != nil && !errors.Is(err, container.ErrFormat) {
		return nil, fmt.Errorf("reading the model: %w", err)
	}
	var sections map[string][]byte
	if err == nil {
		sections, err = f.Parse(data)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s", bad, strings.TrimPrefix(err.Error(), container.ErrFormat.Error()+": "))
	}
	return sections, nil
}

// Load reads a file and decodes its sections. If they are invalid, the error wraps bad.
func Load[M any](r io.Reader, f container.Format, bad error, decode func(sections map[string][]byte) (*M, error)) (*M, error) {
	sections, err := Read(r, f, bad)
	if err != nil {
		return nil, err
	}
	m, err := decode(sections)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", bad, err)
	}
	return m, nil
}

// Settings decodes the section settings.
func Settings(sections map[string][]byte, settings any) error {
	if err := json.Unmarshal(sections["settings"], settings); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	return nil
}
