package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// pkg holds the output of `go list -json` for a package.
type pkg struct {
	Dir        string
	ImportPath string
	Name       string
	Module     struct{ Path string }
	Imports    []string // of its code
	Deps       []string // these and their own imports, transitively
	GoFiles    []string // its code

	name string // ImportPath relative to the module path
}

// root is the name of the package at the module path.
const root = "trellis"

// inModule returns the name of an import path and whether it belongs to this module.
func (p *pkg) inModule(path string) (name string, ok bool) {
	if path == p.Module.Path {
		return root, true
	}
	return strings.CutPrefix(path, p.Module.Path+"/")
}

// isStandard reports whether an import path belongs to the standard library. Its first element is
// no domain, unlike that of downloadable modules.
func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

func packages(t *testing.T) []pkg {
	t.Helper()
	list, err := listed()
	require.NoError(t, err)
	require.NotEmpty(t, list)
	return list
}

var listed = sync.OnceValues(func() ([]pkg, error) {
	cmd := exec.Command("go", "list", "-json=Dir,ImportPath,Name,Module,Imports,Deps,GoFiles", "./...")
	cmd.Dir, cmd.Stderr = filepath.Join("..", ".."), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var list []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, err
		}
		p.name, _ = p.inModule(p.ImportPath)
		list = append(list, p)
	}
})
