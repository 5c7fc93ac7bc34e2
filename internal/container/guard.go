package container

import (
	"errors"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"unsafe"
)

// ErrChanged means that a mapped file was truncated, overwritten or became unreadable while in use.
// Results computed from it may be wrong.
var ErrChanged = errors.New("the file was cut short or overwritten while it was in use: replace files by renaming, and open it again")

// mapped holds the open mappings.
var mapped registry

type registry struct {
	sync.Mutex
	list []*Mapping
}

func (r *registry) add(m *Mapping) {
	r.Lock()
	defer r.Unlock()
	r.list = append(r.list, m)
}

func (r *registry) remove(m *Mapping) {
	r.Lock()
	defer r.Unlock()
	r.list = slices.DeleteFunc(r.list, func(other *Mapping) bool { return other == m })
}

// Guard runs f. If f panics because a mapped file was truncated or overwritten, Guard returns an
// error that wraps ErrChanged and names the file. Other panics continue. Guard covers only the
// calling goroutine and costs less than 10 ns.
func Guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			if err = mapped.blame(p); err == nil {
				panic(p)
			}
		}
	}()
	return f()
}

// Guard is [Guard] if m is mapped. For a copy or nil it just calls f.
func (m *Mapping) Guard(f func() error) error {
	if m == nil || m.mapped == nil {
		return f()
	}
	return Guard(f)
}

// blame returns the error of the mapping that caused a panic, or nil. The cause is a fault at an
// address in the mapping, or an index out of range after a file changed.
func (r *registry) blame(p any) error {
	e, ok := p.(runtime.Error)
	if !ok {
		return nil
	}
	r.Lock()
	defer r.Unlock()
	fault, isFault := p.(interface{ Addr() uintptr })
	for _, m := range r.list {
		switch {
		case isFault:
			start := uintptr(unsafe.Pointer(unsafe.SliceData(m.mapped)))
			if at := fault.Addr(); start <= at && at < start+uintptr(len(m.mapped)) {
				return m.changed()
			}
		case strings.Contains(e.Error(), "out of range"):
			if err := m.Check(); err != nil {
				return err
			}
		}
	}
	return nil
}
