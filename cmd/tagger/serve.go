package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/serve"
)

// serveFlags holds the flags of tagger serve.
type serveFlags struct {
	models                   []string
	addr, logFormat, logName string
	serve.Options
	serve.ServeOptions
}

func (a *app) serveCommand() *cobra.Command {
	var o serveFlags
	c := &cobra.Command{
		Use:   "serve [--model [NAME=]FILE...] [flags]",
		Short: "Label text for HTTP requests",
		Example: `  tagger serve --model ner.model
  tagger serve --model ner=ner-v7.model --model pos=pos.model --addr 127.0.0.1:9000
  tagger serve --model ner.model --addr :8080 --token-file token.txt --log-format json
  curl localhost:8080/v1/tag -d '{"text": "Maria lives in Oslo."}'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd.Context(), &o) },
	}
	f := c.Flags()
	f.StringArrayVar(&o.models, "model", nil, "model `[NAME=]FILE`, once for each model; the first one is the default of requests (default the "+
		"built-in model of English parts of speech)")
	f.StringVar(&o.addr, "addr", "127.0.0.1:8080", "listen on this `ADDRESS`; port 0 takes a free port")
	f.StringVar(&o.TokenFile, "token-file", "", "require the token in this `FILE` from clients")
	groupFlags(c, "Basic flags")
	f.DurationVar(&o.Watch, "reload", 2*time.Second, "look for changed model files every `TIME`; 0 means only after SIGHUP")
	f.DurationVar(&o.Drain, "drain", time.Second, "accept connections for this `TIME` after SIGTERM")
	f.StringVar(&o.logName, "log-level", "info", "log this `LEVEL` and above: debug (all requests), info, warn or error")
	f.StringVar(&o.logFormat, "log-format", "text", "`FORMAT` of the log on standard error: text or json")
	groupFlags(c, "Operation")
	f.IntVar(&o.Limits.Body, "max-body", 0, "`BYTES` of a request (default 4 MiB)")
	f.IntVar(&o.Limits.Documents, "max-documents", 0, "`N` documents of a request (default 1000)")
	f.IntVar(&o.Limits.Tokens, "max-tokens", 0, "`N` tokens of a document (default 100000)")
	f.IntVar(&o.Limits.SentenceTokens, "max-sentence", 0, "`N` tokens of a sentence (default 10000)")
	f.IntVar(&o.Limits.Concurrency, "threads", 0, "label `N` requests at a time (default one per core)")
	f.IntVar(&o.Limits.Queue, "queue", 0, "let `N` requests wait, and refuse more (default 1000)")
	f.DurationVar(&o.Limits.Time, "timeout", 0, "`TIME` of a request, and of each line of a stream (default 30s)")
	groupFlags(c, "Limits")
	complete(c, "log-level", "debug", "info", "warn", "error")
	complete(c, "log-format", "text", "json")
	f.SortFlags = false
	return c
}

func (a *app) serve(ctx context.Context, o *serveFlags) error {
	var err error
	if o.Logger, err = o.logger(a.stderr); err != nil {
		return err
	}
	for _, m := range o.models {
		o.Models = append(o.Models, serve.ParseModel(m))
	}
	if len(o.models) == 0 {
		m, err := a.openOrReady(ctx, "", "--model")
		if err != nil {
			return err
		}
		o.Models = []serve.Model{{Name: "english-pos", Model: m}}
	}
	s, err := serve.New(o.Options)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", o.addr)
	if err != nil {
		return err
	}
	hangUp := make(chan os.Signal, 1)
	signal.Notify(hangUp, syscall.SIGHUP)
	defer signal.Stop(hangUp)
	o.Reload = hangUp
	return s.Serve(ctx, l, o.ServeOptions)
}

// logger returns the logger that the flags select.
func (o *serveFlags) logger(w io.Writer) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(o.logName)); err != nil {
		return nil, wrongUsage("--log-level %s: want debug, info, warn or error", o.logName)
	}
	options := &slog.HandlerOptions{Level: level}
	switch o.logFormat {
	case "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, options)), nil
	}
	return nil, wrongUsage("--log-format %s: want text or json", o.logFormat)
}
