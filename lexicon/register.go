package lexicon

import (
	"fmt"
	"sync"
)

// registered holds the decoders for kinds of other packages.
var registered sync.Map // string -> func(map[string][]byte) (Lexicon, error)

// Register enables models to store a kind of lexicon of another package. decode creates a lexicon
// from the sections that its method Sections returned. It may alias them, and must return an error
// for any other bytes. Call Register in an init function. It panics if the kind is empty or already
// exists.
func Register(kind string, decode func(sections map[string][]byte) (Lexicon, error)) {
	if kind == "" || ownKind(kind) {
		panic(fmt.Sprintf("lexicon: cannot register the kind %q", kind))
	}
	if _, twice := registered.LoadOrStore(kind, decode); twice {
		panic(fmt.Sprintf("lexicon: the kind %q is registered twice", kind))
	}
}

// ownKind reports whether this package implements a kind.
func ownKind(kind string) bool {
	return kind == new(Classes).Kind() || kind == new(Gazetteer).Kind() || kind == new(Vectors).Kind()
}

func decodeRegistered(kind string, sections map[string][]byte) (Lexicon, error) {
	decode, ok := registered.Load(kind)
	if !ok {
		return nil, fmt.Errorf("%w: %w: %.40q", ErrDamaged, ErrKind, kind)
	}
	l, err := decode.(func(map[string][]byte) (Lexicon, error))(sections)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrDamaged, kind, err)
	}
	if err := checkName(l.Name()); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrDamaged, kind, err)
	}
	return l, nil
}
