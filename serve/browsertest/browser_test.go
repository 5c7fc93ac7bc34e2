package browsertest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/serve"
)

// patience is how long a test waits for what should happen soon.
const patience = time.Minute

// models trains the models of the tests.
var models = sync.OnceValues(func() ([]serve.Model, error) {
	var list []serve.Model
	for _, m := range []struct {
		name   string
		data   string
		config trellis.Config
	}{
		{"ner", sample.Train, trellis.Config{POS: "none"}},
		{"pos", sample.Train, trellis.Config{Label: "2"}},
		{"small", sample.Dev, trellis.Config{POS: "none", ModelType: "semi"}},
	} {
		source := trellis.Source{Paths: []string{"-"}, Stdin: strings.NewReader(m.data)}
		trained, _, err := trellis.Train(context.Background(), source, m.config)
		if err != nil {
			return nil, err
		}
		list = append(list, serve.Model{Name: m.name, Model: trained})
	}
	return list, nil
})

// newServer returns a server of the models.
func newServer(t *testing.T, o serve.Options) *serve.Server {
	t.Helper()
	var err error
	o.Models, err = models()
	require.NoError(t, err)
	s, err := serve.New(o)
	require.NoError(t, err)
	return s
}

// listen serves a handler at an address, and returns the address and what stops it.
func listen(t *testing.T, address string, h http.Handler) (string, func()) {
	t.Helper()
	l, err := net.Listen("tcp", address)
	require.NoError(t, err)
	s := &http.Server{Handler: h}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(l) // until Close
	}()
	stop := sync.OnceFunc(func() {
		_ = s.Close()
		<-done
	})
	t.Cleanup(stop)
	return l.Addr().String(), stop
}

// browser starts Chromium once for all tests.
var browser = sync.OnceValues(func() (context.Context, error) {
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		return nil, nil
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox)
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stopTab := chromedp.NewContext(ctx)
	atExit = func() {
		stopTab()
		stop()
	}
	return ctx, chromedp.Do(ctx)
})

var atExit = func() {}

func TestMain(m *testing.M) {
	code := m.Run()
	atExit()
	os.Exit(code)
}

// A tab shows the page. Each test fails if the page writes to the console or opens a dialog.
type tab struct {
	*testing.T
	ctx     context.Context
	address string

	mu       sync.Mutex
	messages []string
	allowed  string // a part of messages that the test expects
}

// open opens the page of a handler in a new tab, with a fragment.
func open(t *testing.T, h http.Handler, fragment string) *tab {
	t.Helper()
	address, _ := listen(t, "127.0.0.1:0", h)
	return visit(t, address, fragment)
}

func visit(t *testing.T, address, fragment string) *tab {
	t.Helper()
	parent, err := browser()
	require.NoError(t, err)
	if parent == nil {
		t.Skip("there is no Chromium: install it to test the page, such as with apt-get install chromium")
	}
	ctx, stop := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	b := &tab{T: t, ctx: ctx, address: "http://" + address + "/"}
	messages, dialogs := chromedp.Console(ctx), chromedp.Events(ctx, page.JavascriptDialogOpening)
	var readers sync.WaitGroup
	readers.Go(func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.Type != chromedp.ConsoleDebug {
				b.add(m.String() + " " + m.URL)
			}
		}
	})
	readers.Go(func() {
		for d, err := range dialogs {
			if err != nil {
				return
			}
			b.add("dialog: " + d.Message)
		}
	})
	t.Cleanup(func() {
		b.picture("end")
		stop()
		readers.Wait()
		for _, m := range b.messages {
			assert.True(t, b.allowed != "" && strings.Contains(m, b.allowed), "the browser reports: %s", m)
		}
	})
	b.do(chromedp.EmulateViewport(1200, 800), chromedp.Navigate(b.address+fragment))
	return b
}

func (b *tab) add(message string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages = append(b.messages, message)
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	require.NoError(b, chromedp.Do(ctx, steps...))
}

// get evaluates JavaScript.
func get[T any](b *tab, js string) T {
	b.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	require.NoError(b, err, js)
	return value
}

// await waits until a JavaScript expression is true.
func (b *tab) await(js string) {
	b.Helper()
	for end := time.Now().Add(patience); !get[bool](b, "Boolean("+js+")"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			b.picture("failed")
			require.FailNow(b, "never true: "+js, "the page shows: %s", get[string](b, "document.body.innerText"))
		}
	}
}

// awaitText waits until an element has a text.
func (b *tab) awaitText(selector, text string) {
	b.Helper()
	b.await(fmt.Sprintf("document.querySelector(%q)?.textContent.includes(%q)", selector, text))
}

// keys presses keys, one character each.
func (b *tab) keys(keys string) {
	b.Helper()
	b.do(chromedp.KeyEvent(keys))
}

// shift presses a key with Shift.
func (b *tab) shift(key string) {
	b.Helper()
	b.do(chromedp.KeyEvent(key, chromedp.KeyModifiers(chromedp.ModifierShift)))
}

func (b *tab) click(selector string) {
	b.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector)))
}

// choose chooses an option of a list.
func (b *tab) choose(id, value string) {
	b.Helper()
	get[bool](b, fmt.Sprintf(`(() => {
		const list = document.getElementById(%q);
		list.value = %q;
		return list.dispatchEvent(new Event("change"));
	})()`, id, value))
}

// paste replaces the text as the clipboard does, in one step.
func (b *tab) paste(text string) {
	b.Helper()
	get[bool](b, `document.getElementById("text").focus(), document.getElementById("text").select(), true`)
	_, err := chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: text})
	require.NoError(b, err)
}

// emulate sets a media feature.
func (b *tab) emulate(feature, value string) {
	b.Helper()
	params := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: feature, Value: value}}}
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, params)
	require.NoError(b, err)
}

// picture writes a screenshot if there is a folder for it, and returns it.
func (b *tab) picture(name string) {
	folder := os.Getenv("TRELLIS_SCREENSHOTS")
	if folder == "" {
		return
	}
	image, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if assert.NoError(b, err) {
		assert.NoError(b, os.WriteFile(filepath.Join(folder, b.Name()+"-"+name+".png"), image, 0o666))
	}
}
