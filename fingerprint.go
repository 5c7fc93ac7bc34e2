package trellis

import (
	"crypto/sha256"
	"encoding/hex"
	"io"

	"github.com/trellis-nlp/trellis/internal/input"
)

// Fingerprint returns the SHA-256 of the file of the model, in hexadecimal digits. For a model
// without a file, it is that of the file that [Model.SaveFile] would write.
func (m *Model) Fingerprint() (string, error) {
	h := sha256.New()
	if err := m.writeTo(h); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// writeTo writes the file of the model.
func (m *Model) writeTo(w io.Writer) error {
	if m.path == "" {
		return m.save(w)
	}
	f, err := input.OpenFile(m.path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}
