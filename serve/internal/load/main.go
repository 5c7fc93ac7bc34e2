package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A load is what to send.
type load struct {
	addr, path        string
	form, model       string
	connections, pid  int
	requests          int64
	encoded           [][]byte
	tokens            []int64
	next, done, words atomic.Int64
}

func main() {
	log.SetFlags(0)
	var l load
	flag.StringVar(&l.addr, "addr", "127.0.0.1:8080", "address of the service")
	flag.StringVar(&l.path, "path", "/v1/tag", "path of the requests")
	flag.StringVar(&l.form, "form", "text", "what a request holds: text or tokens")
	flag.StringVar(&l.model, "model", "", "name of the model")
	flag.IntVar(&l.connections, "connections", 64, "number of connections")
	flag.Int64Var(&l.requests, "requests", 100_000, "number of requests")
	flag.IntVar(&l.pid, "pid", 0, "process of the server, to print its memory")
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("load: name one file of sentences")
	}
	if err := l.run(flag.Arg(0)); err != nil {
		log.Fatal("load: ", err)
	}
}

func (l *load) run(file string) error {
	if err := l.encode(file); err != nil {
		return err
	}
	before := l.memory()
	times := make([][]time.Duration, l.connections)
	failures := make([]error, l.connections)
	stop := make(chan struct{})
	if l.pid != 0 {
		go l.watch(stop)
	}
	start := time.Now()
	var group sync.WaitGroup
	for k := range l.connections {
		group.Go(func() { times[k], failures[k] = l.connection() })
	}
	group.Wait()
	took := time.Since(start)
	close(stop)
	if k := slices.IndexFunc(failures, func(err error) bool { return err != nil }); k >= 0 {
		return failures[k]
	}
	all := slices.Concat(times...)
	slices.Sort(all)
	at := func(share float64) time.Duration {
		return all[min(len(all)-1, int(share*float64(len(all))))].Round(time.Microsecond)
	}
	fmt.Printf("%d requests in %.1f s: %.0f requests/s, %.0f tokens/s\n", len(all), took.Seconds(), float64(len(all))/took.Seconds(), float64(l.words.Load())/took.Seconds())
	fmt.Printf("time to answer: p50 %v, p90 %v, p99 %v, p99.9 %v, max %v\n", at(0.5), at(0.9), at(0.99), at(0.999), at(1))
	if l.pid != 0 {
		fmt.Printf("memory of the server: %s before, %s after\n", before, l.memory())
	}
	return nil
}

// encode makes the requests.
func (l *load) encode(file string) error {
	source, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(source)) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		request := map[string]any{"text": strings.Join(words, " ")}
		if l.form == "tokens" {
			request = map[string]any{"tokens": words}
		}
		if l.model != "" {
			request["model"] = l.model
		}
		body, err := json.Marshal(request)
		if err != nil {
			return err
		}
		l.encoded = append(l.encoded, fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", l.path, l.addr, len(body), body))
		l.tokens = append(l.tokens, int64(len(words)))
	}
	if len(l.encoded) == 0 {
		return errors.New(file + ": no sentence")
	}
	return nil
}

// connection sends requests until all are sent. It returns the times to answer.
func (l *load) connection() ([]time.Duration, error) {
	c, err := net.Dial("tcp", l.addr)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	r := bufio.NewReaderSize(c, 32<<10)
	var times []time.Duration
	for {
		n := l.next.Add(1) - 1
		if n >= l.requests {
			return times, nil
		}
		k := int(n) % len(l.encoded)
		start := time.Now()
		if _, err := c.Write(l.encoded[k]); err != nil {
			return nil, err
		}
		if err := answer(r); err != nil {
			return nil, err
		}
		times = append(times, time.Since(start))
		l.words.Add(l.tokens[k])
		l.done.Add(1)
	}
}

var length = []byte("content-length:")

// answer reads an answer, which must be one of success.
func answer(r *bufio.Reader) error {
	size := -1
	for first := true; ; first = false {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && !bytes.HasPrefix(line, []byte("HTTP/1.1 200 ")) {
			return fmt.Errorf("answer %q", line)
		}
		if line = bytes.TrimSpace(line); len(line) == 0 {
			break
		}
		if len(line) > len(length) && bytes.EqualFold(line[:len(length)], length) {
			if size, err = strconv.Atoi(string(bytes.TrimSpace(line[len(length):]))); err != nil {
				return err
			}
		}
	}
	if size < 0 {
		return errors.New("answer without Content-Length")
	}
	_, err := r.Discard(size)
	return err
}

// watch prints the memory of the server during the run.
func (l *load) watch(stop chan struct{}) {
	ticker := time.NewTicker(10 * time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
			fmt.Printf("%d requests, memory %s\n", l.done.Load(), l.memory())
		}
	}
}

// memory returns the resident memory of the server.
func (l *load) memory() string {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", l.pid))
	if err != nil {
		return "unknown"
	}
	defer f.Close()
	source, err := io.ReadAll(f)
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(source)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}
