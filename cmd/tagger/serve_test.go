package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A service is a process of tagger serve.
type service struct {
	url     string
	log     *syncBuffer
	process *exec.Cmd
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// startService starts tagger serve on a free port.
func startService(t *testing.T, args ...string) *service {
	t.Helper()
	s := &service{log: new(syncBuffer)}
	s.process = exec.CommandContext(t.Context(), filepath.Join(programFolder(t), "tagger"), append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	s.process.Stderr = s.log
	require.NoError(t, s.process.Start())
	require.Eventually(t, func() bool {
		_, rest, ok := strings.Cut(s.log.String(), "url=")
		s.url, _, _ = strings.Cut(rest, "\n")
		return ok && strings.Contains(rest, "\n")
	}, 30*time.Second, 5*time.Millisecond, "%s", s.log)
	return s
}

func (s *service) post(t *testing.T, body string, header ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", s.url+"/v1/tag", strings.NewReader(body))
	require.NoError(t, err)
	for k := 0; k < len(header); k += 2 {
		r.Header.Set(header[k], header[k+1])
	}
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(b)
}

// The service answers with what tag --json --per paragraph writes. It ends with status 0 after
// SIGTERM under load, and no answer is lost.
func TestServe(t *testing.T) {
	model := modelOf(t, "--pos", "none", "testdata/train.conll")
	s := startService(t, "--model", "names="+model, "--drain", "300ms")
	const story = "Maria met Jonas in Oslo. They left."
	want := done(t, story, "tag", "--text", "--json", "--per", "paragraph", "--model", model).out
	request, err := json.Marshal(map[string]string{"text": story, "model": "names"})
	require.NoError(t, err)
	code, got := s.post(t, string(request))
	assert.Equal(t, 200, code)
	assert.Equal(t, want, got)

	var answered atomic.Int64
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for closed := false; !closed; {
				resp, err := http.Post(s.url+"/v1/tag", "application/json", bytes.NewReader(request))
				if !assert.NoError(t, err) {
					return
				}
				b, err := io.ReadAll(resp.Body)
				resp.Body.Close()
				if !assert.NoError(t, err) || !assert.Equal(t, want, string(b)) {
					return
				}
				answered.Add(1)
				closed = resp.Close
			}
		})
	}
	require.Eventually(t, func() bool { return answered.Load() > 100 }, 30*time.Second, time.Millisecond)
	require.NoError(t, s.process.Process.Signal(syscall.SIGTERM))
	group.Wait()
	require.NoError(t, s.process.Wait(), "%s", s.log)
	assert.Contains(t, s.log.String(), `msg="shutting down"`)
}

func TestServeReloads(t *testing.T) {
	path := filepath.Join(t.TempDir(), "names.model")
	put := func(data string) {
		require.NoError(t, os.WriteFile(path+".new", []byte(data), 0o644))
		require.NoError(t, os.Rename(path+".new", path))
	}
	put(read(t, modelOf(t, "--pos", "none", "testdata/train.conll")))
	token := filepath.Join(t.TempDir(), "token.txt")
	require.NoError(t, os.WriteFile(token, []byte("secret\n"), 0o600))
	s := startService(t, "--model", path, "--reload", "0", "--token-file", token, "--drain", "0")
	code, _ := s.post(t, `{"text":"Maria"}`)
	assert.Equal(t, 401, code)
	label := func() string {
		code, body := s.post(t, `{"tokens":["Maria"]}`, "Authorization", "Bearer secret")
		require.Equal(t, 200, code)
		return body
	}
	assert.Contains(t, label(), `"label":"B-PER"`)
	hangUp := func(log string) {
		t.Helper()
		before := strings.Count(s.log.String(), log)
		require.NoError(t, s.process.Process.Signal(syscall.SIGHUP))
		require.Eventually(t, func() bool { return strings.Count(s.log.String(), log) > before }, 30*time.Second, 5*time.Millisecond, "%s", s.log)
	}
	put("broken")
	hangUp("model not loaded, the old one stays")
	assert.Contains(t, label(), `"label":"B-PER"`)
	put(read(t, modelOf(t, "--label", "2", "--pos", "none", "testdata/train.conll")))
	hangUp("model loaded")
	assert.Contains(t, label(), `"label":"PROPN"`)
	require.NoError(t, s.process.Process.Signal(os.Interrupt))
	require.NoError(t, s.process.Wait(), "%s", s.log)
}

func TestServeRefuses(t *testing.T) {
	model := modelOf(t, "--pos", "none", "testdata/train.conll")
	empty := filepath.Join(t.TempDir(), "token.txt")
	require.NoError(t, os.WriteFile(empty, []byte(" \n"), 0o600))
	for _, c := range []struct {
		args   string
		status int
		want   string
	}{
		{"--log-level loud", exitUsage, "tagger: --log-level loud: want debug, info, warn or error\n"},
		{"--log-format xml", exitUsage, "tagger: --log-format xml: want text or json\n"},
		{"--threads -1", exitUsage, "tagger: --threads: want a positive number, or 0 for the default\n"},
		{"--addr nowhere", exitFailed, "missing port in address"},
		{"--token-file " + empty, exitFailed, "token.txt: no token\n"},
		{"--model testdata/train.conll", exitFailed, "testdata/train.conll: "},
		{"--model a=" + model + " --model a=" + model, exitFailed, `two models named "a"`},
	} {
		o := tagger(t, "", strings.Fields("serve --model names="+model+" "+c.args)...)
		assert.Equal(t, c.status, o.status, c.args)
		assert.Contains(t, o.errors, c.want, fmt.Sprint(c.args))
	}
}
