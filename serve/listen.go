package serve

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// ServeOptions are the options of [Server.Serve].
type ServeOptions struct {
	// Watch is the interval of [Server.Watch]. The default is not to watch.
	Watch time.Duration
	// Reload calls [Server.Reload] for each value, such as a signal.
	Reload <-chan os.Signal
	// Drain is how long the server still accepts connections after ctx ends. /readyz then reports
	// the end, and each answer closes its connection. The default is not at all.
	Drain time.Duration
	// Shutdown is how long requests in progress may take after that. The default is three times the
	// time limit of requests: to read, to label and to write. Streams may need more.
	Shutdown time.Duration
}

// Serve answers the requests of a listener until ctx ends. It then shuts down: requests in progress
// get their answers, and Serve returns nil. If some take too long, it returns an error. The
// connections have time limits, so slow clients cannot hold them.
func (s *Server) Serve(ctx context.Context, l net.Listener, o ServeOptions) error {
	if o.Shutdown == 0 {
		o.Shutdown = 3 * s.limits.Time
	}
	if a, ok := l.Addr().(*net.TCPAddr); ok && !a.IP.IsLoopback() && s.token == nil {
		s.log.Warn("other machines can reach the server, which requires no token")
	}
	s.log.Info("listening", "url", "http://"+l.Addr().String())
	background, end := context.WithCancel(ctx)
	var group sync.WaitGroup
	defer group.Wait()
	defer end()
	group.Go(func() { s.reloading(background, o.Reload) })
	if o.Watch > 0 {
		group.Go(func() { s.Watch(background, o.Watch) })
	}
	return s.serve(ctx, l, o)
}

// reloading reloads the models for each signal.
func (s *Server) reloading(ctx context.Context, signals <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-signals:
			_ = s.Reload() // which logs its errors
		}
	}
}

func (s *Server) serve(ctx context.Context, l net.Listener, o ServeOptions) error {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: min(10*time.Second, s.limits.Time),
		ReadTimeout:       s.limits.Time,
		WriteTimeout:      3 * s.limits.Time,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	s.closing.Store(true)
	s.log.Info("shutting down")
	timer := time.NewTimer(o.Drain)
	defer timer.Stop()
	select {
	case err := <-failed:
		return err
	case <-timer.C:
	}
	end, stop := context.WithTimeout(context.Background(), o.Shutdown)
	defer stop()
	err := server.Shutdown(end)
	if errors.Is(err, context.DeadlineExceeded) {
		err = errors.Join(errors.New("serve: requests were still in progress at the end"), server.Close())
	}
	<-failed
	return err
}
