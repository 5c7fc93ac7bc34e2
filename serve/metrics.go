package serve

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are the metrics of a server.
type metrics struct {
	registry  *prometheus.Registry
	page      http.Handler
	requests  *prometheus.CounterVec
	seconds   *prometheus.HistogramVec
	inFlight  prometheus.Gauge
	tokens    *prometheus.CounterVec
	sentences *prometheus.CounterVec
	loads     *prometheus.CounterVec
	unknown   *routeMetrics
}

// routeMetrics are the metrics of a route.
type routeMetrics struct {
	name    string
	m       *metrics
	seconds prometheus.Observer
	codes   sync.Map // maps a status to a prometheus.Counter
}

// unknownRoute is the route of requests for unknown paths.
const unknownRoute = "unknown"

func newMetrics(r *prometheus.Registry, s *Server) (*metrics, error) {
	m := &metrics{registry: r}
	var all []prometheus.Collector
	if r == nil {
		m.registry = prometheus.NewRegistry()
		all = append(all, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "trellis_" + name, Help: help}, labels)
		all = append(all, c)
		return c
	}
	m.requests = counter("requests_total", "Number of answered requests.", "route", "code")
	m.tokens = counter("tokens_total", "Number of labelled tokens.", "model")
	m.sentences = counter("sentences_total", "Number of labelled sentences.", "model")
	m.loads = counter("model_loads_total", "Number of times that a model was loaded or failed to load.", "model", "result")
	m.seconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "trellis_request_seconds", Help: "Time to answer a request.", Buckets: prometheus.ExponentialBuckets(0.0001, 2, 18),
	}, []string{"route"})
	m.inFlight = prometheus.NewGauge(prometheus.GaugeOpts{Name: "trellis_requests_in_flight", Help: "Number of requests without an answer yet."})
	waiting := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "trellis_requests_waiting", Help: "Number of requests that wait for others."},
		func() float64 { return float64(s.gate.waiting.Load() + s.slow.waiting.Load()) })
	for _, c := range append(all, m.seconds, m.inFlight, waiting, modelCollector{s}) {
		if err := m.registry.Register(c); err != nil {
			return nil, err
		}
	}
	m.page = promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{DisableCompression: true})
	m.unknown = m.route(unknownRoute)
	return m, nil
}

// route returns the metrics of a route.
func (m *metrics) route(name string) *routeMetrics {
	return &routeMetrics{name: name, m: m, seconds: m.seconds.WithLabelValues(name)}
}

// code returns the counter of a status.
func (r *routeMetrics) code(status int) prometheus.Counter {
	if c, ok := r.codes.Load(status); ok {
		return c.(prometheus.Counter)
	}
	c := r.m.requests.WithLabelValues(r.name, strconv.Itoa(status))
	r.codes.Store(status, c)
	return c
}

// done counts a request.
func (m *metrics) done(x *exchange, took time.Duration) {
	r := m.unknown
	if x.route != nil {
		r = x.route.count
	}
	r.code(x.status).Inc()
	r.seconds.Observe(took.Seconds())
	if x.job.sentences > 0 {
		x.slot.tokens.Add(float64(x.job.tokens))
		x.slot.sentences.Add(float64(x.job.sentences))
	}
}

// load counts a load of a model.
func (m *metrics) load(s *slot, ok bool) {
	result := "failed"
	if ok {
		result = "loaded"
	}
	m.loads.WithLabelValues(s.name, result).Inc()
}

// answer answers GET /metrics.
func (m *metrics) answer(x *exchange) error {
	x.status = http.StatusOK
	m.page.ServeHTTP(x.writer, x.request)
	return nil
}

var (
	infoMetric    = prometheus.NewDesc("trellis_model_info", "The models, with the constant 1.", []string{"model", "kind", "version"}, nil)
	loadedMetric  = prometheus.NewDesc("trellis_model_loaded_timestamp_seconds", "When the model was loaded.", []string{"model"}, nil)
	failureMetric = prometheus.NewDesc("trellis_model_load_failed", "1 if the last load of the model failed and an older one serves.", []string{"model"}, nil)
)

// A modelCollector describes the current models.
type modelCollector struct{ s *Server }

// Describe implements prometheus.Collector.
func (c modelCollector) Describe(to chan<- *prometheus.Desc) {
	to <- infoMetric
	to <- loadedMetric
	to <- failureMetric
}

// Collect implements prometheus.Collector.
func (c modelCollector) Collect(to chan<- prometheus.Metric) {
	for _, slot := range c.s.slots {
		v, err := slot.status()
		failed := 0.
		if err != nil {
			failed = 1
		}
		to <- prometheus.MustNewConstMetric(infoMetric, prometheus.GaugeValue, 1, slot.name, v.labeller.Kind(), v.short())
		to <- prometheus.MustNewConstMetric(loadedMetric, prometheus.GaugeValue, float64(v.loaded.UnixMilli())/1000, slot.name)
		to <- prometheus.MustNewConstMetric(failureMetric, prometheus.GaugeValue, failed, slot.name)
	}
}
