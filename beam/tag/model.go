package tag

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"sync"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local" // files without a scheme

	"github.com/trellis-nlp/trellis"
)

// A Model names a model file. [Find] returns one. The zero Model is the built-in model of English
// parts of speech, see trellis.Ready.
type Model struct {
	Path        string // in a file system that is registered with Beam
	Fingerprint string // SHA-256 of the file, in hexadecimal digits
}

// Find returns the model at a path, which all workers must be able to read. It opens the model to
// check it. The path "" means the built-in model.
func Find(ctx context.Context, path string) (Model, error) {
	if path == "" {
		return Model{}, nil
	}
	_, sum, err := load(ctx, path)
	if err != nil {
		return Model{}, err
	}
	return Model{Path: path, Fingerprint: sum}, nil
}

// models holds the open models of the process. Models stay open, because the process of a worker
// ends with its job.
var models = struct {
	sync.Mutex
	open map[Model]*shared
}{open: map[Model]*shared{}}

// A shared model is opened by the first goroutine that locks it.
type shared struct {
	sync.Mutex
	model *trellis.Model // nil until it is open
}

// open returns the model, which all goroutines of the process share. It does not keep an error, so
// a repeated element tries again.
func (m Model) open(ctx context.Context) (*trellis.Model, error) {
	models.Lock()
	s := models.open[m]
	if s == nil {
		s = new(shared)
		models.open[m] = s
	}
	models.Unlock()
	s.Lock()
	defer s.Unlock()
	if s.model != nil {
		return s.model, nil
	}
	opened, err := m.read(ctx)
	if err != nil {
		return nil, err
	}
	s.model = opened
	return opened, nil
}

func (m Model) read(ctx context.Context) (*trellis.Model, error) {
	if m.Path == "" {
		return trellis.Ready()
	}
	opened, sum, err := load(ctx, m.Path)
	if err != nil {
		return nil, err
	}
	if m.Fingerprint != "" && sum != m.Fingerprint {
		return nil, fmt.Errorf("%s: the model has the fingerprint %s, expected %s as at the start of the pipeline; do not replace a model while a pipeline runs",
			m.Path, sum, m.Fingerprint)
	}
	return opened, nil
}

// load reads a model into memory, and returns the fingerprint of its file.
func load(ctx context.Context, path string) (*trellis.Model, string, error) {
	fs, err := filesystem.New(ctx, path)
	if err != nil {
		return nil, "", err
	}
	defer fs.Close()
	file, err := fs.OpenRead(ctx, path)
	if err != nil {
		return nil, "", err
	}
	defer file.Close()
	hash := sha256.New()
	r := io.TeeReader(file, hash)
	m, err := trellis.Load(r)
	if err == nil {
		_, err = io.Copy(io.Discard, r)
	}
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", path, err)
	}
	return m, hex.EncodeToString(hash.Sum(nil)), nil
}
