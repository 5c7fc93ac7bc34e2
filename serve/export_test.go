package serve

import (
	"runtime"
	"sync/atomic"
)

// Routes returns the number of routes by name.
func Routes(s *Server) int {
	names := make(map[string]bool)
	for _, r := range s.routes {
		names[r.name] = true
	}
	return len(names)
}

// Running returns the number of requests that are labelled now.
func Running(s *Server) int { return len(s.gate.running) }

// Hold keeps the gate closed until release is called.
func Hold(s *Server) (release func()) {
	for range cap(s.gate.running) {
		s.gate.running <- struct{}{}
	}
	return func() {
		for range cap(s.gate.running) {
			<-s.gate.running
		}
	}
}

// HoldExplanations keeps the gate of explanations closed.
func HoldExplanations(s *Server) {
	for range cap(s.slow.running) {
		s.slow.running <- struct{}{}
	}
}

// Freed reports whether the garbage collector has freed the current version of the first model.
func Freed(s *Server) *atomic.Bool {
	freed := new(atomic.Bool)
	runtime.AddCleanup(s.slots[0].current.Load(), func(freed *atomic.Bool) { freed.Store(true) }, freed)
	return freed
}

// Break makes the next request for the models panic.
func Break(s *Server) { s.slots = append(s.slots, nil) }
