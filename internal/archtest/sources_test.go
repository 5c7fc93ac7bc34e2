package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// maxLines is the maximum number of lines of a file. A longer file should be split.
const maxLines = 500

// files calls check with each code file of the module, without tests and generated files.
func files(t *testing.T, check func(p *pkg, name string, source []byte, set *token.FileSet, f *ast.File)) {
	t.Helper()
	for _, p := range packages(t) {
		for _, name := range p.GoFiles {
			source, err := os.ReadFile(filepath.Join(p.Dir, name))
			require.NoError(t, err)
			set := token.NewFileSet()
			f, err := parser.ParseFile(set, p.name+"/"+name, source, parser.ParseComments|parser.SkipObjectResolution)
			require.NoError(t, err)
			if !ast.IsGenerated(f) {
				check(&p, name, source, set, f)
			}
		}
	}
}

func TestFilesHoldOneIdea(t *testing.T) {
	files(t, func(p *pkg, name string, source []byte, _ *token.FileSet, _ *ast.File) {
		assert.LessOrEqual(t, strings.Count(string(source), "\n"), maxLines, "lines of %s/%s", p.name, name)
	})
}

// The command holds flags and printing. What a program can call belongs in the library.
func TestCommandIsThin(t *testing.T) {
	lines := 0
	files(t, func(p *pkg, _ string, source []byte, _ *token.FileSet, _ *ast.File) {
		if p.name == "cmd/tagger" {
			lines += strings.Count(string(source), "\n")
		}
	})
	assert.LessOrEqual(t, lines, 4500, "lines of cmd/tagger")
	assert.Positive(t, lines)
}

func TestPackagesOpenWithDocGo(t *testing.T) {
	documented := make(map[string]bool)
	files(t, func(p *pkg, name string, _ []byte, _ *token.FileSet, f *ast.File) {
		if name == "doc.go" {
			documented[p.name] = f.Doc != nil
		} else {
			assert.Nil(t, f.Doc, "the package comment of %s stands in %s, not in doc.go", p.name, name)
		}
	})
	for _, p := range packages(t) {
		assert.True(t, documented[p.name], "%s has no doc.go with a package comment", p.name)
	}
}

func TestLibrariesPrintNothing(t *testing.T) {
	files(t, func(p *pkg, _ string, _ []byte, set *token.FileSet, f *ast.File) {
		if r, _ := find(p.name); r.system {
			return
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && prints(call.Fun) {
				t.Errorf("%s: a library package prints", set.Position(call.Pos()))
			}
			return true
		})
	})
}

// prints reports whether fun writes to standard output or standard error.
func prints(fun ast.Expr) bool {
	switch fun := fun.(type) {
	case *ast.Ident:
		return fun.Name == "print" || fun.Name == "println"
	case *ast.SelectorExpr:
		x, ok := fun.X.(*ast.Ident)
		return ok && x.Name == "fmt" && strings.HasPrefix(fun.Sel.Name, "Print")
	}
	return false
}

func TestExportedNamesAreDocumented(t *testing.T) {
	files(t, func(p *pkg, _ string, _ []byte, set *token.FileSet, f *ast.File) {
		if r, _ := find(p.name); !r.public {
			return
		}
		for _, name := range undocumented(f) {
			t.Errorf("%s: exported %s has no doc comment", set.Position(name.Pos()), name.Name)
		}
	})
}

// selfEvident are the methods of well-known interfaces.
var selfEvident = map[string]bool{"Error": true, "Unwrap": true, "String": true}

// undocumented returns the exported top-level names of f without a comment.
func undocumented(f *ast.File) (names []*ast.Ident) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			method := d.Recv != nil
			if d.Doc == nil && d.Name.IsExported() && !(method && (selfEvident[d.Name.Name] || !ast.IsExported(receiver(d)))) {
				names = append(names, d.Name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					if s.Name.IsExported() && s.Doc == nil && (d.Doc == nil || d.Lparen.IsValid()) {
						names = append(names, s.Name)
					}
				case *ast.ValueSpec: // one comment may cover a group
					for _, name := range s.Names {
						if name.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
							names = append(names, name)
						}
					}
				}
			}
		}
	}
	return names
}

// maxNames is the maximum number of exported names of the large packages, including methods.
const maxNames = 61

func TestPackagesExportFewNames(t *testing.T) {
	names := map[string]int{"corpus": 0, "crf": 0, "optimize": 0, "semimarkov": 0}
	files(t, func(p *pkg, _ string, _ []byte, _ *token.FileSet, f *ast.File) {
		if _, counted := names[p.name]; counted {
			names[p.name] += exported(f)
		}
	})
	for name, n := range names {
		assert.Positive(t, n, name)
		assert.LessOrEqual(t, n, maxNames, "exported names of %s", name)
	}
}

// exported counts the exported top-level names of f and the exported methods of exported types.
func exported(f *ast.File) (n int) {
	count := func(name *ast.Ident) {
		if name.IsExported() {
			n++
		}
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil || ast.IsExported(receiver(d)) {
				count(d.Name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					count(s.Name)
				case *ast.ValueSpec:
					for _, name := range s.Names {
						count(name)
					}
				}
			}
		}
	}
	return n
}

func receiver(d *ast.FuncDecl) string {
	typ := d.Recv.List[0].Type
	for {
		switch x := typ.(type) {
		case *ast.StarExpr:
			typ = x.X
		case *ast.IndexExpr:
			typ = x.X
		case *ast.IndexListExpr:
			typ = x.X
		case *ast.Ident:
			return x.Name
		default:
			panic(fmt.Sprintf("receiver of %s is a %T", d.Name.Name, x))
		}
	}
}

// Readers copy examples into their own modules, where they cannot import internal packages.
func TestExamplesImportNothingInternal(t *testing.T) {
	checked := 0
	for _, p := range packages(t) {
		if r, _ := find(p.name); !r.public {
			continue
		}
		names, err := filepath.Glob(filepath.Join(p.Dir, "*example*_test.go"))
		require.NoError(t, err)
		for _, name := range names {
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
			require.NoError(t, err)
			for _, i := range f.Imports {
				assert.NotContains(t, i.Path.Value, "/internal/", "%s imports it", filepath.Base(name))
			}
			checked++
		}
	}
	require.Positive(t, checked)
}

// The checks above must detect violations.
func TestChecksCanFail(t *testing.T) {
	const source = `package p
import "fmt"
type Bare struct{}
func (Bare) Method() { fmt.Println() }
func (Bare) Error() string { return "" }
func (*hidden[T]) Method() {}
const A = 1
// Both.
const (
	B = 1
	C = 2
)
type (
	D int
	// E has one.
	E int
)
func F() { println() }
`
	f, err := parser.ParseFile(token.NewFileSet(), "p.go", source, parser.ParseComments)
	require.NoError(t, err)
	var names []string
	for _, name := range undocumented(f) {
		names = append(names, name.Name)
	}
	assert.Equal(t, []string{"Bare", "Method", "A", "D", "F"}, names)
	assert.Equal(t, 9, exported(f), "Bare with its methods, A to F")
	printing := 0
	ast.Inspect(f, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && prints(call.Fun) {
			printing++
		}
		return true
	})
	assert.Equal(t, 2, printing)
	assert.True(t, within("os/exec", system) && within("os", system) && !within("osmosis", system))
	assert.True(t, isStandard("math/rand/v2") && !isStandard("gonum.org/v1/gonum/floats"))
}
