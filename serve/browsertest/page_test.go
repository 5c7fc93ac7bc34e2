package browsertest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/report"
	"github.com/trellis-nlp/trellis/serve"
)

const sentence = "Anna Keller moved from Oslo to Berlin."

// fragment is the part of an address that holds the state of the page.
func fragment(pairs ...string) string {
	values := make(url.Values)
	for k := 0; k < len(pairs); k += 2 {
		values.Set(pairs[k], pairs[k+1])
	}
	return "#" + values.Encode()
}

func TestEntities(t *testing.T) {
	b := open(t, newServer(t, serve.Options{}), "")
	b.do(chromedp.SendKeys(chromedp.CSS("#text"), sentence))
	b.awaitText(`mark[data-label="PER"]`, "Anna Keller")
	b.awaitText(`mark[data-label="LOC"]`, "Oslo")
	b.awaitText("#status", "8 words, 3 entities")
	assert.Equal(t, sentence, get[string](b, `document.querySelector(".text").textContent`))

	c := report.ColorOf("PER").Light
	color := get[string](b, `getComputedStyle(document.querySelector(".legend [data-label=PER]")).backgroundColor`)
	assert.Equal(t, fmt.Sprintf("rgb(%d, %d, %d)", c.R, c.G, c.B), color, "as in reports")
	assert.Contains(t, get[string](b, `document.querySelector(".token").title`), "%")

	b.click(`.legend [data-label="LOC"]`)
	b.await(`document.querySelector("mark[data-label=PER]").classList.contains("off")`)
	b.click("#tab-table")
	b.click("#tab-labels")
	b.await(`document.querySelector("mark[data-label=PER]").classList.contains("off")`) // still
	b.await(`!document.querySelector("mark[data-label=LOC]").classList.contains("off")`)

	b.click("#clear")
	b.await(`document.querySelectorAll(".token").length === 0 && document.activeElement.id === "text"`)
	b.click("#example")
	b.await(`document.querySelectorAll(".token").length > 5 && document.getElementById("text").value !== ""`)
}

func TestTable(t *testing.T) {
	b := open(t, newServer(t, serve.Options{}), fragment("text", sentence, "view", "table"))
	b.await(`document.querySelectorAll("tbody tr").length === 8`)
	assert.Contains(t, get[string](b, `document.querySelector("tbody tr").innerText`), "B-PER")
	b.click("#tab-json")
	b.await(`JSON.parse(document.querySelector("pre").textContent).entities.length === 3`)
	b.await(`location.hash.includes("view=json")`)
}

func TestModels(t *testing.T) {
	b := open(t, newServer(t, serve.Options{}), fragment("text", sentence))
	b.awaitText(`mark[data-label="PER"]`, "Anna Keller")
	b.choose("model", "pos")
	b.await(`document.querySelector(".token").dataset.label === "PROPN"`)
	b.await(`location.hash.includes("model=pos")`)

	b.choose("compare", "ner")
	b.await(`document.querySelectorAll(".pane").length === 2`)
	b.awaitText("#differences", "different kinds of labels")

	b.choose("model", "small")
	b.await(`document.querySelector(".pane h2").textContent.startsWith("small")`)
	b.await(`/differ/.test(document.querySelector("#differences").textContent)`)
	left := get[[]string](b, `[...document.querySelectorAll(".pane:first-child mark")].map((m) => m.textContent + " " + m.dataset.label)`)
	right := get[[]string](b, `[...document.querySelectorAll(".pane:last-child mark")].map((m) => m.textContent + " " + m.dataset.label)`)
	marked := get[int](b, `document.querySelectorAll(".differs").length`)
	if assert.ObjectsAreEqual(left, right) {
		assert.Zero(t, marked)
	} else {
		assert.NotZero(t, marked, "%v and %v", left, right)
	}
}

// The address of the page has its whole state.
func TestAddress(t *testing.T) {
	server := newServer(t, serve.Options{})
	state := fragment("text", "Is Oslo & Berlin #1? 100%", "model", "small", "compare", "ner", "view", "table")
	b := open(t, server, state)
	b.await(`document.querySelectorAll(".pane").length === 2`)
	assert.Equal(t, "Is Oslo & Berlin #1? 100%", get[string](b, `document.getElementById("text").value`))
	assert.Equal(t, "small", get[string](b, `document.getElementById("model").value`))
	assert.Equal(t, "true", get[string](b, `document.getElementById("tab-table").getAttribute("aria-selected")`))
	get[bool](b, fmt.Sprintf("(location.hash = %q, true)", fragment("text", "Anna", "compare", "")))
	b.await(`document.getElementById("text").value === "Anna"`)
	b.await(`document.querySelectorAll(".pane").length === 1`)
}

func TestExplanation(t *testing.T) {
	b := open(t, newServer(t, serve.Options{}), fragment("text", "It rained. "+sentence))
	b.awaitText(`mark[data-label="PER"]`, "Anna Keller")
	b.click(`mark[data-label="LOC"] .token`)
	b.awaitText("#panel h2", "Oslo")
	b.awaitText("#panel h3", "Why B-LOC and not")
	b.await(`document.querySelector("#panel .lattice svg .best-path").getTotalLength() > 0`)
	b.await(`document.querySelector("#panel .lattice svg .other-path").getTotalLength() > 0`)
	assert.Equal(t, 8, get[int](b, `document.querySelectorAll(".lattice text").length`), "the sentence, not the text before it")

	// The parts sum to the difference of the scores.
	numbers := get[[]float64](b, `[...document.querySelectorAll("#panel .parts")][0].innerText.match(/[+−]\d+\.\d\d/g)
		.map((s) => Number(s.replace("−", "-")))`)
	require.Greater(t, len(numbers), 2)
	total := numbers[len(numbers)-1]
	sum := -total
	for _, n := range numbers {
		sum += n
	}
	assert.InDelta(t, total, sum, 0.005*float64(len(numbers)))

	b.choose("against", "B-ORG")
	b.await(`document.activeElement.id === "against" && document.activeElement.value === "B-ORG"`)
	b.awaitText("#panel .parts + .hint", "B-ORG")

	b.click(`.lattice g:nth-of-type(1) .node`)
	b.awaitText("#panel h2", "Anna")
	b.await(`document.querySelector("#panel details").open`)
	b.keys(kb.Escape)
	b.await(`document.getElementById("panel").hidden`)
}

func TestLongText(t *testing.T) {
	b := open(t, newServer(t, serve.Options{}), "")
	const words = 5000
	text := strings.Repeat("Anna Keller moved from Oslo to Berlin, but Ida stayed. ", words/10)
	b.await(`document.getElementById("model").value === "ner"`)
	b.paste(text)
	b.await(fmt.Sprintf(`document.querySelectorAll(".token").length >= %d`, words))
	assert.Equal(t, text, get[string](b, `document.querySelector(".text").textContent`))
	b.await(`!location.hash.includes("text=")`) // too long for an address
	b.keys("Oslo")
	b.await(fmt.Sprintf(`document.querySelector(".text").textContent === %q`, text+"Oslo"))

	b.click("#tab-table")
	b.await(`document.querySelectorAll("tbody tr").length === 500`)
	b.click(".pane > button")
	b.await(fmt.Sprintf(`document.querySelectorAll("tbody tr").length >= %d`, words))
}

// Markup in the text, and in words of an explanation, is text.
func TestHostileText(t *testing.T) {
	const hostile = `Anna <script>alert(1)</script> <img src=x onerror=alert(2)> "Oslo' <svg onload=alert(3)> &lt;b&gt;`
	b := open(t, newServer(t, serve.Options{}), "")
	b.do(chromedp.SendKeys(chromedp.CSS("#text"), hostile))
	b.await(fmt.Sprintf(`document.querySelector(".text")?.textContent === %q`, hostile))
	for _, view := range []string{"#tab-table", "#tab-json", "#tab-curl", "#tab-labels"} {
		b.click(view)
		b.await(`document.querySelector(".pane").childElementCount > 0`)
	}
	for k := range get[int](b, `document.querySelectorAll(".token").length`) {
		get[bool](b, fmt.Sprintf(`(document.querySelectorAll(".token")[%d].click(), true)`, k))
		b.await(fmt.Sprintf(`document.querySelector("#panel h2")?.textContent === document.querySelectorAll(".token")[%d].textContent`, k))
	}
	assert.Zero(t, get[int](b, `document.querySelectorAll("main script, main img, main svg[onload], main b").length`))
	b.await(`location.hash.includes("script")`)
	b.do(chromedp.Reload())
	b.await(fmt.Sprintf(`document.querySelector(".text")?.textContent === %q`, hostile))
}

func TestKeyboard(t *testing.T) {
	b := open(t, newServer(t, serve.Options{}), "")
	focused := func(js string) {
		t.Helper()
		b.await("((e) => " + js + ")(document.activeElement)")
	}
	b.await(`document.getElementById("model").value === "ner"`)
	b.keys(kb.Tab)
	focused(`e.id === "skip"`)
	for _, id := range []string{"model", "compare", "text"} {
		b.keys(kb.Tab)
		focused(fmt.Sprintf("e.id === %q", id))
	}
	b.keys("Anna moved to Oslo.")
	b.await(`document.querySelectorAll(".token").length === 5`)
	for _, id := range []string{"example", "clear", "tab-labels"} {
		b.keys(kb.Tab)
		focused(fmt.Sprintf("e.id === %q", id))
	}
	b.keys(kb.ArrowRight)
	focused(`e.id === "tab-table" && e.ariaSelected === "true"`)
	b.keys(kb.ArrowLeft)
	focused(`e.id === "tab-labels"`)
	b.keys(kb.Tab)
	focused(`e.matches(".legend button")`)
	b.keys(kb.Tab + kb.Tab)
	focused(`e.textContent === "Anna"`)
	b.keys(kb.ArrowRight)
	focused(`e.textContent === "moved"`)
	b.keys(kb.End)
	focused(`e.textContent === "."`)
	b.keys(kb.ArrowLeft)
	focused(`e.textContent === "Oslo"`)
	b.keys(kb.Enter)
	focused(`e.id === "panel"`)
	b.awaitText("#panel h3", "Why B-LOC")
	b.keys(kb.Tab)
	focused(`e.matches(".close")`)
	b.keys(kb.Enter)
	focused(`e.textContent === "Oslo" && document.getElementById("panel").hidden`)
	b.keys(kb.Enter)
	focused(`e.id === "panel"`)
	b.keys(kb.Escape)
	focused(`e.textContent === "Oslo"`)
	b.keys(kb.Tab)
	b.shift(kb.Tab)
	focused(`e.textContent === "Oslo"`) // one stop for all words
}

func TestRightToLeft(t *testing.T) {
	const text = "אנה גרה באוסלו."
	b := open(t, newServer(t, serve.Options{}), fragment("text", text+"\nAnna lives in Oslo."))
	b.await(`document.querySelectorAll(".token").length > 7`)
	assert.Equal(t, []bool{true, false}, get[[]bool](b, `[...document.querySelectorAll(".text > div")].map((d) => d.matches(":dir(rtl)"))`))
	get[bool](b, `(document.querySelector(".token").focus(), true)`)
	b.keys(kb.ArrowLeft)
	b.await(`document.activeElement.dataset.token === "1"`)
	b.keys(kb.ArrowRight)
	b.await(`document.activeElement.dataset.token === "0"`)
	b.keys(kb.ArrowDown)
	b.await(`document.activeElement.closest("div").textContent.startsWith("Anna")`)
}

func TestNarrow(t *testing.T) {
	b := open(t, newServer(t, serve.Options{}), fragment("text", sentence, "compare", "pos"))
	b.do(chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile))
	b.await(`document.querySelectorAll(".pane").length === 2`)
	for _, view := range []string{"labels", "table", "json", "curl", "labels"} {
		b.click("#tab-" + view)
		b.await(fmt.Sprintf(`document.getElementById("tab-%s").ariaSelected === "true"`, view))
		b.picture(view)
		assert.LessOrEqual(t, get[float64](b, "document.scrollingElement.scrollWidth"), 360.0, view)
	}
	b.click(`mark[data-label="LOC"] .token`)
	b.await(`document.querySelector("#panel .lattice")`)
	assert.LessOrEqual(t, get[float64](b, "document.scrollingElement.scrollWidth"), 360.0)
	// The word stays in sight above the panel.
	assert.True(t, get[bool](b, `document.querySelector("[aria-selected=true].token").getBoundingClientRect().bottom
		<= document.getElementById("panel").getBoundingClientRect().top`))
}

func TestDark(t *testing.T) {
	b := open(t, newServer(t, serve.Options{}), fragment("text", sentence))
	b.awaitText(`mark[data-label="PER"]`, "Anna Keller")
	light := get[string](b, "getComputedStyle(document.body).backgroundColor")
	b.emulate("prefers-color-scheme", "dark")
	assert.NotEqual(t, light, get[string](b, "getComputedStyle(document.body).backgroundColor"))
	c := report.ColorOf("PER").Dark
	color := get[string](b, `getComputedStyle(document.querySelector(".legend [data-label=PER]")).backgroundColor`)
	assert.Equal(t, fmt.Sprintf("rgb(%d, %d, %d)", c.R, c.G, c.B), color)
}

func TestServerStopsAndReturns(t *testing.T) {
	server := newServer(t, serve.Options{})
	address, stop := listen(t, "127.0.0.1:0", server)
	b := visit(t, address, "")
	b.allowed = "Failed to load resource"
	b.await(`document.getElementById("model").value === "ner"`)
	stop()
	b.do(chromedp.SendKeys(chromedp.CSS("#text"), sentence))
	b.awaitText("#message", "The server does not answer.")
	listen(t, address, server)
	b.awaitText(`mark[data-label="PER"]`, "Anna Keller")
	b.await(`document.getElementById("message").textContent === ""`)
}

func TestToken(t *testing.T) {
	b := open(t, newServer(t, serve.Options{Token: "secret"}), fragment("text", sentence))
	b.allowed = "401"
	b.await(`document.activeElement.id === "token"`)
	b.keys("wrong" + kb.Enter)
	b.awaitText("#message", "refused this token")
	b.await(`document.activeElement.id === "token" && document.activeElement.value === ""`)
	b.keys("secret" + kb.Enter)
	b.awaitText(`mark[data-label="PER"]`, "Anna Keller")
	b.await(`document.getElementById("access").hidden`)
	b.do(chromedp.Reload()) // the tab remembers the token
	b.awaitText(`mark[data-label="PER"]`, "Anna Keller")
	b.click("#tab-curl")
	b.awaitText("pre", "Bearer $TOKEN")
}

func TestTooLong(t *testing.T) {
	b := open(t, newServer(t, serve.Options{Limits: serve.Limits{Tokens: 20}}), fragment("text", strings.Repeat(sentence+" ", 9)))
	b.allowed = "413"
	b.awaitText("#message", "too long")
	b.paste(sentence)
	b.awaitText(`mark[data-label="PER"]`, "Anna Keller")
	b.await(`document.getElementById("message").textContent === ""`)
}

func TestBusy(t *testing.T) {
	server := newServer(t, serve.Options{})
	var requests atomic.Int32
	b := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/tag" && requests.Add(1) <= 2 {
			w.Header().Set("Retry-After", "1")
			http.Error(w, "{}", http.StatusTooManyRequests)
			return
		}
		server.ServeHTTP(w, r)
	}), fragment("text", sentence))
	b.allowed = "429"
	b.awaitText("#message", "busy")
	b.awaitText(`mark[data-label="PER"]`, "Anna Keller")
	b.await(`document.getElementById("message").textContent === ""`)
}

// The answer to an old text never replaces that to a newer one.
func TestStaleAnswers(t *testing.T) {
	server := newServer(t, serve.Options{})
	held := make(chan struct{})
	var requests atomic.Int32
	b := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/tag" && requests.Add(1) == 1 {
			select {
			case <-r.Context().Done():
			case <-held:
			}
		}
		server.ServeHTTP(w, r)
	}), fragment("text", "Berlin"))
	for end := time.Now().Add(patience); requests.Load() == 0; time.Sleep(time.Millisecond) {
		require.True(t, time.Now().Before(end))
	}
	b.paste("Oslo")
	b.awaitText(".text", "Oslo")
	close(held)
	b.paste("Oslo.")
	b.awaitText(".text", "Oslo.")
}

// The command that the page shows gives the answer that it shows.
func TestCurl(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl")
	}
	b := open(t, newServer(t, serve.Options{}), fragment("text", `Anna's "new" \ $HOME `+"`id`\n😀 Oslo", "view", "curl"))
	b.awaitText("pre", "curl")
	command := get[string](b, `document.querySelector("pre").textContent`)
	out, err := exec.Command("sh", "-c", command).Output()
	require.NoError(t, err, command)
	b.click("#tab-json")
	b.awaitText("pre", "entities")
	var want, got any
	require.NoError(t, json.Unmarshal([]byte(get[string](b, `document.querySelector("pre").textContent`)), &want))
	require.NoError(t, json.Unmarshal(out, &got))
	assert.Equal(t, want, got)
}

// All that the page loads comes from its server.
func TestOffline(t *testing.T) {
	b := open(t, newServer(t, serve.Options{}), fragment("text", sentence))
	b.awaitText(`mark[data-label="PER"]`, "Anna Keller")
	loaded := get[[]string](b, `performance.getEntriesByType("resource").map((e) => e.name)`)
	require.Greater(t, len(loaded), 4)
	for _, name := range loaded {
		assert.True(t, strings.HasPrefix(name, b.address), name)
	}
}
