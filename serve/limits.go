package serve

import (
	"cmp"
	"net/http"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/trellis-nlp/trellis/model"
)

// Limits bounds requests. A field that is 0 has its default.
type Limits struct {
	Body           int           // bytes of a body after decompression, or of a line of a stream; default 4 MiB
	Documents      int           // documents of a batch; default 1,000
	Tokens         int           // tokens of a document; default 100,000
	SentenceTokens int           // tokens of a sentence; default 10,000
	NBest          int           // labellings per sentence; default 100
	Explained      int           // tokens of a document to explain; default 500
	Concurrency    int           // requests that are labelled at a time; default GOMAXPROCS
	Queue          int           // requests that wait to be labelled; default 1,000
	Time           time.Duration // of a request, and of each line of a stream; default 30 s
}

// withDefaults returns the limits with a value for each field. If one is negative, the error is a
// *model.OptionError.
func (l Limits) withDefaults() (Limits, error) {
	for _, x := range []struct {
		option string
		value  int
	}{
		{"max-body", l.Body}, {"max-documents", l.Documents}, {"max-tokens", l.Tokens}, {"max-sentence", l.SentenceTokens}, {"max-nbest", l.NBest}, {"max-explained", l.Explained},
		{"threads", l.Concurrency}, {"queue", l.Queue}, {"timeout", int(l.Time)},
	} {
		if x.value < 0 {
			return l, model.Refuse(x.option, "{%s}: want a positive number, or 0 for the default", x.option)
		}
	}
	l.Body = cmp.Or(l.Body, 4<<20)
	l.Documents = cmp.Or(l.Documents, 1000)
	l.Tokens = cmp.Or(l.Tokens, 100_000)
	l.SentenceTokens = cmp.Or(l.SentenceTokens, 10_000)
	l.NBest = cmp.Or(l.NBest, 100)
	l.Explained = cmp.Or(l.Explained, 500)
	l.Concurrency = cmp.Or(l.Concurrency, runtime.GOMAXPROCS(0))
	l.Queue = cmp.Or(l.Queue, 1000)
	l.Time = cmp.Or(l.Time, 30*time.Second)
	return l, nil
}

// A gate lets a few requests run at a time. The others wait in line, up to a number.
type gate struct {
	running chan struct{}
	waiting atomic.Int64
	queue   int64
}

func newGate(concurrency, queue int) *gate {
	return &gate{running: make(chan struct{}, concurrency), queue: int64(queue)}
}

// enter waits until the request may run. If bounded is set and the line is full, it returns a
// problem at once.
func (g *gate) enter(deadline time.Time, bounded bool) error {
	select {
	case g.running <- struct{}{}:
		return nil
	default:
	}
	n := g.waiting.Add(1)
	defer g.waiting.Add(-1)
	if bounded && n > g.queue {
		return later(http.StatusTooManyRequests, "%d requests wait already", g.queue)
	}
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	select {
	case g.running <- struct{}{}:
		return nil
	case <-timer.C:
		return later(http.StatusServiceUnavailable, "the server was too busy to start within the time limit")
	}
}

func (g *gate) leave() { <-g.running }

// again goes to the end of the line.
func (g *gate) again() {
	g.leave()
	g.waiting.Add(1)
	g.running <- struct{}{}
	g.waiting.Add(-1)
}
