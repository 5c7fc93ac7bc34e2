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

// A pkg is what `go list -json` says of a package.
type pkg struct {
	Dir        string
	ImportPath string
	Name       string
	Module     struct{ Path string }
	Imports    []string // of its code
	Deps       []string // all that these import in turn
	GoFiles    []string // its code

	name string // ImportPath below the module's path
}

// root is the name of the package that has the path of the module.
const root = "trellis"

// inModule returns the name of an import path and whether it is of this module.
func (p *pkg) inModule(path string) (name string, ok bool) {
	if path == p.Module.Path {
		return root, true
	}
	return strings.CutPrefix(path, p.Module.Path+"/")
}

// isStandard reports whether an import path is of the standard library, whose first element, other
// than that of every module one can download, is no domain.
func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

// packages returns the packages of this module.
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
