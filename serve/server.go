package serve

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Options are the options of a [Server].
type Options struct {
	// Models are the models to serve. The first one is for requests that name no model.
	Models []Model
	// Token is what clients must send in the header Authorization, as "Bearer TOKEN" or as the
	// password of basic authentication. Without a Token, all requests are accepted. /healthz and
	// /readyz need none.
	Token string
	// TokenFile is a file that holds the token, instead of Token. White space around it does not
	// count.
	TokenFile string
	// Limits bounds requests.
	Limits Limits
	// Logger receives failures at level Error, loads of models and refused requests at level Info,
	// and all other requests at level Debug. The default discards everything.
	Logger *slog.Logger
	// Metrics is where the server registers its metrics, and what /metrics shows. The default is a
	// new registry, which also has metrics of the process.
	Metrics *prometheus.Registry
	// DisablePage leaves out the page for people at /. Programs have no use for it.
	DisablePage bool
}

// A Server is an http.Handler that labels text. It is safe for concurrent use.
type Server struct {
	limits   Limits
	log      *slog.Logger
	token    *[sha256.Size]byte // the hash of the token, or nil
	slots    []*slot
	byName   map[string]*slot
	routes   map[string]*route
	gate     *gate
	slow     *gate // of explanations, before gate; half as wide, so that tagging does not wait for them
	metrics  *metrics
	origins  *http.CrossOriginProtection
	closing  atomic.Bool // true while the server shuts down
	requests sync.Pool   // of *exchange
}

// A route is a path and what answers it.
type route struct {
	method string // GET includes HEAD
	name   string // in metrics and the log
	open   bool   // needs no token
	slot   *slot  // the model that the path names, or nil
	answer func(*exchange) error
	count  *routeMetrics
}

// New opens the models and returns a server. It fails if a model cannot be opened, or reads more
// than the words of sentences.
func New(o Options) (*Server, error) {
	limits, err := o.Limits.withDefaults()
	if err != nil {
		return nil, err
	}
	if len(o.Models) == 0 {
		return nil, errors.New("serve: no model")
	}
	s := &Server{limits: limits, log: cmp.Or(o.Logger, slog.New(slog.DiscardHandler)), gate: newGate(limits.Concurrency, limits.Queue),
		slow: newGate((limits.Concurrency+1)/2, limits.Queue), byName: make(map[string]*slot), origins: http.NewCrossOriginProtection()}
	if o.TokenFile != "" {
		token, err := os.ReadFile(o.TokenFile)
		if err != nil {
			return nil, err
		}
		if o.Token = strings.TrimSpace(string(token)); o.Token == "" {
			return nil, fmt.Errorf("%s: no token", o.TokenFile)
		}
	}
	if o.Token != "" {
		sum := sha256.Sum256([]byte(o.Token))
		s.token = &sum
	}
	for _, m := range o.Models {
		slot, err := newSlot(m, limits.Concurrency)
		if err != nil {
			return nil, err
		}
		if s.byName[slot.name] != nil {
			return nil, fmt.Errorf("serve: two models named %q; name them, as in NAME=FILE", slot.name)
		}
		s.slots, s.byName[slot.name] = append(s.slots, slot), slot
	}
	if s.metrics, err = newMetrics(o.Metrics, s); err != nil {
		return nil, err
	}
	s.route(!o.DisablePage)
	for _, slot := range s.slots {
		slot.tokens, slot.sentences = s.metrics.tokens.WithLabelValues(slot.name), s.metrics.sentences.WithLabelValues(slot.name)
		s.loaded(slot, nil)
	}
	return s, nil
}

// route makes the table of routes.
func (s *Server) route(page bool) {
	s.routes = make(map[string]*route)
	add := func(path string, r route) {
		r.name = cmp.Or(r.name, path)
		r.count = s.metrics.route(r.name)
		s.routes[path] = &r
	}
	add("/v1/tag", route{method: http.MethodPost, answer: tag})
	add("/v1/explain", route{method: http.MethodPost, answer: explanations})
	add("/v1/models", route{method: http.MethodGet, answer: listModels})
	add("/healthz", route{method: http.MethodGet, answer: healthy, open: true})
	add("/readyz", route{method: http.MethodGet, answer: ready, open: true})
	add("/metrics", route{method: http.MethodGet, answer: s.metrics.answer})
	add("/openapi.json", route{method: http.MethodGet, answer: openAPI})
	add("/bigquery", route{method: http.MethodPost, answer: bigQuery})
	if page {
		s.routePage(add)
	}
	// The other adapters have no place for the name of a model, so it is in the path.
	adapters := func(slot *slot, studio, hugging, shown string) {
		add(hugging, route{method: http.MethodPost, name: "/hf" + shown, slot: slot, answer: huggingFace})
		for _, r := range []struct {
			path string
			route
		}{
			{"/health", route{method: http.MethodGet, answer: studioHealth, open: true}},
			{"/setup", route{method: http.MethodPost, answer: studioSetup}},
			{"/predict", route{method: http.MethodPost, answer: studioPredict}},
			{"/webhook", route{method: http.MethodPost, answer: studioWebhook}},
		} {
			r.slot = slot
			if shown != "" {
				r.name = "/label-studio" + shown + r.path
			}
			add(studio+r.path, r.route)
		}
	}
	adapters(s.slots[0], "", "/hf", "")
	for _, slot := range s.slots {
		adapters(slot, "/label-studio/"+slot.name, "/hf/"+slot.name, "/{model}")
	}
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x, ok := s.requests.Get().(*exchange)
	if !ok {
		x = new(exchange)
	}
	x.begin(s, w, r)
	defer x.end()
	err := x.find()
	if err == nil {
		err = x.route.answer(x)
	}
	if err != nil {
		x.refuse(problemOf(err))
	}
}

// find finds the route of the request, and checks that it may use it.
func (x *exchange) find() error {
	s, r := x.server, x.request
	found, ok := s.routes[r.URL.Path]
	if !ok {
		return refuse(http.StatusNotFound, "no page %s", r.URL.Path)
	}
	x.route = found
	if r.Method != found.method && !(r.Method == http.MethodHead && found.method == http.MethodGet) {
		p := refuse(http.StatusMethodNotAllowed, "%s does not answer %s", r.URL.Path, r.Method)
		p.header = [2]string{"Allow", found.method}
		if found.method == http.MethodGet {
			p.header[1] = "GET, HEAD"
		}
		return p
	}
	if !found.open && !s.authorized(r) {
		p := refuse(http.StatusUnauthorized, "this server needs a token in the header Authorization")
		p.header = [2]string{"WWW-Authenticate", `Bearer realm="trellis"`}
		return p
	}
	if err := s.origins.Check(r); err != nil {
		return refuse(http.StatusForbidden, "a page of another site sent the request")
	}
	x.slot = found.slot
	return nil
}

// authorized compares the token of the request in constant time.
func (s *Server) authorized(r *http.Request) bool {
	if s.token == nil {
		return true
	}
	_, token, ok := r.BasicAuth()
	if !ok {
		scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if !strings.EqualFold(scheme, "bearer") {
			return false
		}
		token = strings.TrimSpace(rest)
	}
	sum := sha256.Sum256([]byte(token))
	return equal(&sum, s.token)
}

// choose picks the model that a request names, or the default model.
func (x *exchange) choose(name string) (*version, error) {
	if name != "" {
		slot, ok := x.server.byName[name]
		if !ok {
			return nil, refuse(http.StatusNotFound, "no model %q; see /v1/models", name)
		}
		x.slot = slot
	}
	if x.slot == nil {
		x.slot = x.server.slots[0]
	}
	return x.slot.current.Load(), nil
}

// Names returns the names of the models. The first one is the default.
func (s *Server) Names() []string {
	names := make([]string, 0, len(s.slots))
	for _, slot := range s.slots {
		names = append(names, slot.name)
	}
	return names
}

// deadline returns when a request that starts now must be done.
func (s *Server) deadline() time.Time { return time.Now().Add(s.limits.Time) }
