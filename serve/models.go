package serve

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text"
)

// A Model is a model to serve: a file, or an open model.
type Model struct {
	// Name is the name of the model in requests: letters, digits, ".", "_" and "-". The default is
	// the name of the file without its extension.
	Name string
	// File is a model file that trellis.Open can open, but not a pipe.
	File string
	// Model is an open model. The server does not close it. If it is set, File is not read.
	Model *trellis.Model
}

// ParseModel returns the model of FILE or NAME=FILE.
func ParseModel(s string) Model {
	if name, file, ok := strings.Cut(s, "="); ok {
		return Model{Name: name, File: file}
	}
	return Model{File: s}
}

var validName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// A slot holds the current version of a model.
type slot struct {
	name, path string
	taggers    int
	current    atomic.Pointer[version]

	tokens, sentences prometheus.Counter

	mu      sync.Mutex  // of loading
	seen    os.FileInfo // of the last file that was loaded, or that was broken
	pending os.FileInfo // of a file that may still be written
	failure error       // of the last load, or nil
}

// A version is a model that requests use. The garbage collector frees it after its last request.
type version struct {
	model     *trellis.Model
	labeller  model.Labeller
	tokenizer text.Tokenizer
	hash      string // of the file; "" for a model without one
	bytes     int64
	loaded    time.Time
	spans     bool

	// Taggers that no request uses: without and with probabilities. Their memory is large, so the
	// garbage collector must not drop them under load. Taggers for n-best lists are rare.
	plain, probable shelf
	nbest           sync.Map // maps model.TagOptions to *sync.Pool
}

// newSlot opens a model. It keeps up to the given number of unused taggers.
func newSlot(m Model, taggers int) (*slot, error) {
	s := &slot{name: m.Name, path: m.File, taggers: taggers}
	if s.name == "" {
		base := filepath.Base(m.File)
		s.name = strings.TrimSuffix(base, filepath.Ext(base))
	}
	if !validName.MatchString(s.name) {
		return nil, fmt.Errorf("serve: model name %q: want up to 64 letters, digits, \".\", \"_\" and \"-\"; name the model, as in NAME=FILE", s.name)
	}
	if m.Model != nil {
		s.path = ""
		v, err := newVersion(m.Model, taggers)
		if err != nil {
			return nil, fmt.Errorf("serve: model %s: %w", s.name, err)
		}
		s.current.Store(v)
		return s, nil
	}
	return s, s.load()
}

// newVersion returns a version of an open model. A model that reads more than words is an error.
func newVersion(m *trellis.Model, taggers int) (*version, error) {
	v := &version{model: m, labeller: m.Labeller(), spans: m.SpellsSpans(), loaded: time.Now(),
		plain: make(shelf, taggers), probable: make(shelf, taggers)}
	var err error
	if v.tokenizer, err = m.Tokenizer(""); err != nil {
		return nil, err
	}
	t, err := v.newTagger(v.options(0, false))
	if err != nil {
		return nil, err
	}
	v.plain.put(t)
	return v, nil
}

// load reads the file and replaces the model. After an error the old model stays.
func (s *slot) load() error {
	if s.path == "" {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.replace()
}

func (s *slot) replace() error {
	v, info, err := read(s.path, s.taggers)
	if info != nil {
		s.seen = info
	}
	if s.failure = err; err != nil {
		return err
	}
	s.current.Store(v)
	return nil
}

// read reads a model file into memory. The file information is nil if there is no file.
func read(path string, taggers int) (*version, os.FileInfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() { // opening a pipe could wait forever
		return nil, info, fmt.Errorf("%s: not a regular file, which the server could read again", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, info, err
	}
	defer f.Close()
	hash := sha256.New()
	m, err := trellis.Load(io.TeeReader(f, hash))
	if err == nil {
		_, err = io.Copy(hash, f) // what the model did not need
	}
	var v *version
	if err == nil {
		v, err = newVersion(m, taggers)
	}
	if err != nil {
		return nil, info, fmt.Errorf("%s: %w", path, err)
	}
	v.hash, v.bytes = hex.EncodeToString(hash.Sum(nil)), info.Size()
	return v, info, nil
}

// refresh loads the file if it has changed and no program seems to write to it any more. It reports
// whether it tried.
func (s *slot) refresh() (tried bool, err error) {
	if s.path == "" {
		return false, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	info, err := os.Stat(s.path)
	if err != nil {
		if s.failure != nil && s.failure.Error() == err.Error() {
			return false, nil
		}
		s.failure, s.seen = err, nil
		return true, err
	}
	if same(info, s.seen) {
		return false, nil
	}
	if !same(info, s.pending) {
		s.pending = info
		return false, nil
	}
	s.pending = nil
	return true, s.replace()
}

// same reports whether a file has not changed since a is its information.
func same(a, b os.FileInfo) bool {
	return a != nil && b != nil && os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// status returns the version and the error of the last load.
func (s *slot) status() (*version, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current.Load(), s.failure
}

// Reload reads all model files again, and returns the errors of those that stay as they are.
func (s *Server) Reload() error {
	var all []error
	for _, slot := range s.slots {
		if slot.path == "" {
			continue
		}
		err := slot.load()
		s.loaded(slot, err)
		all = append(all, err)
	}
	return errors.Join(all...)
}

// Watch looks for changed model files every interval, and reads them again. It returns when ctx
// ends. A file is read when it has not changed for one interval, so programs may write in place.
func (s *Server) Watch(ctx context.Context, interval time.Duration) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		for _, slot := range s.slots {
			if tried, err := slot.refresh(); tried {
				s.loaded(slot, err)
			}
		}
	}
}

// loaded logs and counts a load.
func (s *Server) loaded(slot *slot, err error) {
	if err != nil {
		s.log.Error("model not loaded, the old one stays", "model", slot.name, "error", err)
		s.metrics.load(slot, false)
		return
	}
	v := slot.current.Load()
	s.log.Info("model loaded", "model", slot.name, "kind", v.labeller.Kind(), "labels", len(v.labeller.Labels()), "version", v.short())
	s.metrics.load(slot, true)
}

// short returns the start of the hash, which names the version.
func (v *version) short() string { return v.hash[:min(12, len(v.hash))] }
