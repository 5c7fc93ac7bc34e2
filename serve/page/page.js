// The page of the service. It sends text to v1/tag and v1/explain, and draws the answers. Text and
// labels become text nodes and attributes, never markup.

const $ = (id) => document.getElementById(id);

// element makes an element. Attributes whose value is undefined or false are left out, and names
// that start with "--" are custom properties.
function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function fill(node, attributes, children = []) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (key.startsWith("--")) node.style.setProperty(key, value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

const percent = (p) => (100 * p).toFixed(1) + " %";
const plural = (n, word, many = word + "s") => `${n.toLocaleString("en")} ${n === 1 ? word : many}`;

// The service

class Failure extends Error {
  constructor(status, detail, wait) {
    super(detail);
    Object.assign(this, { status, wait });
  }
}

// The access token lives as long as the tab. Some browsers forbid that.
const storage = (() => {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
})();
const access = { token: storage?.getItem("token") };

// call sends a request and returns the parsed answer, or the answer as text. An answer with an error
// becomes a Failure.
async function call(path, { body, signal, as = "json" } = {}) {
  const headers = {};
  if (body) headers["Content-Type"] = "application/json";
  if (access.token) headers.Authorization = "Bearer " + access.token;
  let response;
  try {
    response = await fetch(path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body), signal });
    if (response.ok) return await response[as]();
  } catch (error) {
    signal?.throwIfAborted();
    throw new Failure(0, error instanceof SyntaxError ? "It sent no JSON." : "");
  }
  const problem = await response.json().catch(() => ({}));
  const wait = Number(response.headers.get("Retry-After")) || 0;
  throw new Failure(response.status, problem.detail ?? problem.title ?? "", wait);
}

const plainWords = {
  0: "The server does not answer. The page tries again until it does.",
  413: "This text is too long for the server.",
  429: "The server is busy. The page tries again in a moment.",
  502: "The server cannot be reached. The page tries again until it can.",
  503: "The server is not ready. The page tries again in a moment.",
  504: "The server took too long. A shorter text may help.",
};
const temporary = [0, 429, 502, 503];

// The state, and its copy in the fragment of the address

const defaults = { text: "", model: "", compare: "", view: "labels" };
const state = { ...defaults };
const longest = 4000; // characters of text in the address
let addressTimer;

// writeAddress waits a little, because browsers limit how often the address may change.
function writeAddress() {
  clearTimeout(addressTimer);
  addressTimer = setTimeout(() => {
    const changed = Object.entries(state).filter(([key, value]) => value !== defaults[key] && value.length <= longest);
    history.replaceState(null, "", changed.length > 0 ? "#" + new URLSearchParams(changed) : location.pathname + location.search);
  }, 400);
}

function readAddress() {
  clearTimeout(addressTimer);
  const fragment = new URLSearchParams(location.hash.slice(1));
  const keys = Object.keys(state);
  if (!keys.some((key) => fragment.has(key))) return;
  for (const key of keys) state[key] = fragment.get(key) ?? defaults[key];
}

// Requests: a new one cancels the last, and a failed one may come back

let models = [];
let panes = []; // one per chosen model
let request; // the AbortController of the request under way
let timer;
let failures = 0;

function schedule(delay) {
  clearTimeout(timer);
  timer = setTimeout(update, delay);
}

const question = (model) => ({ model: model.name, text: state.text, probabilities: true, offsets: "utf16" });

// update asks the service for the labels of the text, and shows them.
async function update() {
  clearTimeout(timer);
  request?.abort();
  request = new AbortController();
  const { signal } = request;
  document.body.classList.add("stale");
  try {
    if (models.length === 0) await loadModels(signal);
    chooseModels();
    writeAddress();
    const chosen = models.filter((m) => m.name === state.model || m.name === state.compare);
    chosen.sort((a, b) => (b.name === state.model) - (a.name === state.model));
    const start = performance.now();
    const blank = state.text.trim() === "";
    const answers = blank ? [] : await Promise.all(chosen.map((m) => call("v1/tag", { body: question(m), signal })));
    const duration = performance.now() - start;
    failures = 0;
    say("");
    $("access").hidden = true;
    panes = answers.map((answer, k) => new Pane(chosen[k], answer));
    if (panes.length === 2) compare(...panes);
    draw();
    $("status").textContent = panes.length > 0 ? summary() : "";
    $("time").textContent = panes.length > 0 ? `${Math.max(1, Math.round(duration))} ms` : "";
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof Failure)) throw error;
    report(error);
  } finally {
    if (!signal.aborted) document.body.classList.remove("stale");
  }
}

function summary() {
  const { tokens, entities, spans } = panes[0];
  return plural(tokens.length, "word") + (spans ? `, ${plural(entities.length, "entity", "entities")}` : "");
}

// inWords describes a failure.
function inWords({ status, message }, otherwise) {
  return [plainWords[status] ?? otherwise, message && `(${message})`].filter(Boolean).join(" ");
}

// report shows a failure in plain words. It schedules the next attempt if one can help.
function report(failure) {
  if (failure.status === 401) {
    const refused = Boolean(access.token);
    access.token = "";
    $("access").hidden = false;
    $("token").value = "";
    $("token").focus();
    return say(refused ? "The server refused this token." : "");
  }
  say(inWords(failure, "The server cannot label this text."));
  if (!temporary.includes(failure.status)) return;
  models = []; // the server may come back with others
  schedule(1000 * (failure.wait || Math.min(8, 2 ** failures)));
  failures++;
}

// say shows a message, or none. A repeated message is not read out again.
function say(text) {
  if ($("message").textContent !== text) $("message").replaceChildren(...(text ? [element("p", {}, text)] : []));
}

// The sheet needs the access token, so it is no link in the page.
const colors = new CSSStyleSheet();
document.adoptedStyleSheets = [colors];

async function loadModels(signal) {
  const list = await call("v1/models", { signal });
  models = list.models;
  const names = models.map((m) => m.name);
  $("model").replaceChildren(...names.map((name) => new Option(name)));
  $("compare").replaceChildren(new Option("no other model", ""), ...names.map((name) => new Option(name)));
  $("model").disabled = false;
  $("comparing").hidden = models.length < 2;
  await colors.replace(await call("colors.css", { signal, as: "text" }));
}

// chooseModels makes the state name models that exist, and shows it in the lists.
function chooseModels() {
  const exists = (name) => models.some((m) => m.name === name);
  if (!exists(state.model)) state.model = models[0].name;
  if (!exists(state.compare) || state.compare === state.model) state.compare = "";
  $("model").value = state.model;
  for (const option of $("compare").options) option.hidden = option.disabled = option.value === state.model;
  $("compare").value = state.compare;
}

// A Pane is the answer of a model, in the chosen view.
class Pane {
  constructor(model, answer) {
    const { text, tokens, entities } = answer;
    Object.assign(this, { model, answer, text, tokens, entities });
    this.spans = model.spans;
    this.entityOf = []; // for each token, its entity or undefined
    let e = 0;
    for (const [n, token] of tokens.entries()) {
      while (e < entities.length && entities[e].end <= token.start) e++;
      if (entities[e]?.start <= token.start) this.entityOf[n] = entities[e];
    }
    this.only = new Set(); // the labels that the legend selects
    this.differing = new Set(); // tokens that another model labels differently
    this.elements = []; // of the tokens in the text
    this.explanations = new Map(); // promises, by sentence
  }

  draw() {
    const views = { labels: this.drawLabels, table: this.drawTable, json: this.drawJSON, curl: this.drawCurl };
    const about = `${this.model.kind}, ${plural(this.model.labels.length, "label")}`;
    const title = panes.length > 1 ? [element("h2", {}, element("bdi", {}, this.model.name), element("small", {}, about))] : [];
    this.node = element("article", { class: "pane", "aria-label": this.model.name }, ...title, ...views[state.view].call(this));
    this.node.classList.toggle("tags", !this.spans);
    this.node.classList.toggle("long", this.tokens.length > 1000);
    this.filter();
    return this.node;
  }

  drawLabels() {
    return [this.drawLegend(), this.drawText()];
  }

  // drawLegend lists the labels with their counts. A click shows only the chosen ones.
  drawLegend() {
    const counts = new Map();
    for (const { label } of this.spans ? this.entities : this.tokens) counts.set(label, (counts.get(label) ?? 0) + 1);
    const rows = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    const items = rows.map(([label, count]) => {
      const button = fill(chip("button", label, count), { type: "button", title: "Show only this label" });
      button.addEventListener("click", () => {
        if (!this.only.delete(label)) this.only.add(label);
        this.filter();
      });
      return element("li", {}, button);
    });
    return element("ul", { class: "legend", "aria-label": "Labels" }, ...items);
  }

  // filter shows the labels that the legend selects, or all.
  filter() {
    for (const button of this.node.querySelectorAll(".legend button")) {
      button.setAttribute("aria-pressed", this.only.has(button.dataset.label));
    }
    for (const node of this.node.querySelectorAll(".text [data-label]")) {
      node.classList.toggle("off", this.only.size > 0 && !this.only.has(node.dataset.label));
    }
  }

  // drawText shows the text as it is, with a block for each paragraph. Blocks out of sight cost no
  // layout.
  drawText() {
    const blocks = [element("div")];
    const add = (...nodes) => blocks.at(-1).append(...nodes);
    const gap = (start, end) => {
      const text = this.text.slice(start, end);
      const cut = text.lastIndexOf("\n") + 1;
      if (cut === 0) return add(text);
      add(text.slice(0, cut));
      blocks.push(element("div", {}, text.slice(cut)));
    };
    let at = 0;
    for (let n = 0; n < this.tokens.length; ) {
      let { start } = this.tokens[n];
      gap(at, start);
      at = start;
      const entity = this.spans ? this.entityOf[n] : undefined;
      const group = [];
      do {
        const token = this.tokens[n];
        if (at < token.start) group.push(this.text.slice(at, token.start));
        at = token.end;
        group.push(this.drawToken(n));
        n++;
      } while (n < this.tokens.length && (entity ? this.entityOf[n] === entity : !this.spans && this.trails(n)));
      if (entity) add(this.drawEntity(entity, group));
      else if (group.length > 1) add(element("span", { class: "line" }, ...group));
      else add(...group);
    }
    add(this.text.slice(at));
    for (const block of blocks) block.dir = "auto"; // not earlier, because every append looks at all the text
    this.elements[0]?.setAttribute("tabindex", "0");
    return element("div", { class: "text", role: "listbox", "aria-label": "Words with labels" }, ...blocks);
  }

  // trails reports whether a token is a punctuation mark that belongs on the line of the word before.
  trails(n) {
    const token = this.tokens[n];
    return this.tokens[n - 1].end === token.start && /^[\p{Po}\p{Pe}\p{Pf}]/u.test(token.text);
  }

  // drawToken copies a word that is ready but for its text, which is fast.
  drawToken(n) {
    const token = this.tokens[n];
    const entity = this.entityOf[n];
    const node = word.cloneNode();
    node.dataset.token = n;
    node.textContent = this.text.slice(token.start, token.end);
    node.title = entity ? `${labelled(entity)}\n${labelled(token)}` : labelled(token);
    if (!this.spans) fill(node, { "data-label": token.label, "--p": shade(token.probability) });
    if (this.differing.has(n)) node.classList.add("differs");
    this.elements[n] = node;
    return node;
  }

  drawEntity(entity, children) {
    return element("mark", {
      role: "group", "aria-label": labelled(entity), "data-label": entity.label, "--p": shade(entity.probability),
    }, ...children);
  }

  drawTable() {
    const head = ["Word", "Label", "Probability"].map((title) => element("th", { scope: "col" }, title));
    const body = element("tbody");
    const more = element("button", { type: "button" });
    const add = (end) => {
      for (let n = body.rows.length; n < end; n++) body.append(this.drawRow(n));
      more.hidden = end === this.tokens.length;
    };
    const first = 500; // rows that every browser lays out at once
    more.textContent = `Show all ${plural(this.tokens.length, "word")}`;
    more.addEventListener("click", () => {
      add(this.tokens.length);
      body.rows[first].querySelector("button").focus();
    });
    add(Math.min(first, this.tokens.length));
    return [element("table", {}, element("thead", {}, element("tr", {}, ...head)), body), more];
  }

  drawRow(n) {
    const token = this.tokens[n];
    const last = this.answer.sentences?.some((s) => s.end === token.end);
    const word = element("button", { type: "button", "data-token": n, dir: "auto" }, token.text);
    if (this.differing.has(n)) word.classList.add("differs");
    return element("tr", { class: last && "end" },
      element("td", {}, word),
      element("td", {}, chip("span", token.label)),
      element("td", {}, ...(token.probability === undefined ? [] : [meter(token.probability)])));
  }

  drawJSON() {
    return code(JSON.stringify(this.answer, null, 2));
  }

  // sentenceOf returns the first token of the sentence of token n, and the token after the last.
  sentenceOf(n) {
    const { start, end } = this.answer.sentences.find((s) => this.tokens[n].start < s.end);
    const first = this.tokens.findIndex((token) => token.start >= start);
    const after = this.tokens.findIndex((token) => token.start >= end);
    return [first, after < 0 ? this.tokens.length : after];
  }

  // explain returns the explanation of the sentence of token n. It asks the service once for all
  // tokens, but for each token of a long sentence, and for each label to compare with.
  async explain(n, against) {
    const [first, end] = this.sentenceOf(n);
    const body = { model: this.model.name, tokens: this.tokens.slice(first, end).map((token) => token.text), nbest: 5 };
    if (against || end - first > 100) body.token = n - first + 1;
    if (against) body.against = against;
    const key = JSON.stringify([first, body.token, against]);
    if (!this.explanations.has(key)) this.explanations.set(key, call("v1/explain", { body }));
    try {
      return (await this.explanations.get(key)).explanations[0];
    } catch (error) {
      this.explanations.delete(key);
      throw error;
    }
  }

  // drawCurl shows the command that gives the same answer.
  drawCurl() {
    const quote = (s) => `'${s.replaceAll("'", `'\\''`)}'`;
    const lines = [`curl ${quote(new URL("v1/tag", document.baseURI).href)}`, `-H 'Content-Type: application/json'`];
    if (access.token) lines.push(`-H "Authorization: Bearer $TOKEN"`);
    lines.push(`-d ${quote(JSON.stringify(question(this.model)))}`);
    return code(lines.join(" \\\n  "));
  }
}

const word = element("span", { class: "token", role: "option", tabindex: "-1", "aria-selected": "false" });

const shade = (p) => (p === undefined ? undefined : (0.2 + 0.8 * p).toFixed(2));

const labelled = ({ label, probability }) => label + (probability === undefined ? "" : " " + percent(probability));

function chip(name, label, ...more) {
  return element(name, { class: "chip", "data-label": label }, element("bdi", {}, label), ...more);
}

function meter(p) {
  return element("span", { class: "meter" }, element("span", {}, percent(p)), element("i", { "--p": p }));
}

// code shows text to copy, with a button.
function code(text) {
  const pre = element("pre", { tabindex: "0" }, text);
  const button = element("button", { type: "button" }, "Copy");
  button.addEventListener("click", async () => {
    const copied = await copy(text, pre);
    button.textContent = copied ? "Copied" : "Press Ctrl+C";
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  return [pre, element("div", { class: "bar" }, button)];
}

// copy writes to the clipboard. Where the browser forbids it, as on pages without TLS, it selects
// the node.
async function copy(text, node) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection().selectAllChildren(node);
    return document.execCommand("copy");
  }
}

// compare marks the tokens that two models label differently. Where they have no label in common, it
// compares only the boundaries of spans.
function compare(a, b) {
  const names = ({ spans, model }) => new Set(spans ? model.labels.map((l) => l.replace(/^[BIES]-/, "")) : model.labels);
  const common = names(a).intersection(names(b));
  common.delete("O");
  if (a.spans !== b.spans || (!a.spans && common.size === 0)) return;
  a.comparison = common.size > 0 ? "labels" : "boundaries";
  const place = (range) => `${range.start} ${range.end} ${common.size > 0 ? range.label : ""}`;
  for (const [pane, other] of [[a, b], [b, a]]) {
    const known = new Set((pane.spans ? other.entities : other.tokens).map(place));
    let e = 0;
    for (const [n, token] of pane.tokens.entries()) {
      while (other.entities[e]?.end <= token.start) e++;
      const elsewhere = other.entities[e]?.start < token.end; // another model has an entity here
      const here = pane.spans ? pane.entityOf[n] : token;
      if (here ? !known.has(place(here)) : elsewhere) pane.differing.add(n);
    }
  }
}

function draw() {
  const view = $("views");
  view.classList.toggle("two", panes.length > 1);
  view.replaceChildren(...panes.map((pane) => pane.draw()));
  if (panes.length === 0) view.append(element("p", { class: "hint" }, "The labels of your text appear here."));
  for (const tab of document.querySelectorAll("[role=tab]")) {
    const chosen = tab.dataset.view === state.view;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
    if (chosen) view.setAttribute("aria-labelledby", tab.id);
  }
  $("hint").hidden = panes.length === 0 || state.view !== "labels";
  drawDifferences();
  restoreSelection();
}

function drawDifferences() {
  const box = $("differences");
  box.hidden = panes.length < 2;
  if (box.hidden) return;
  const [{ comparison, differing, tokens }] = panes;
  const count = differing.size;
  const words = {
    undefined: "The models have different kinds of labels.",
    labels: count === 0 ? "No word differs." : `${count} of ${plural(tokens.length, "word")} differ`,
    boundaries: count === 0 ? "Same words, other label names." : `${count} of ${plural(tokens.length, "word")} differ in boundaries`,
  };
  box.firstElementChild.textContent = words[comparison];
  for (const button of box.querySelectorAll("button")) button.hidden = count === 0 || state.view !== "labels";
}

// The explanation of a word

let selected; // the pane and the number of the token

const isOpen = () => !$("panel").hidden;

// select opens the explanation of a token. Focus moves to it if it comes from the keyboard. label is
// the one whose attributes are shown, and against the one to compare with; both have defaults.
async function select(pane, n, { focus = false, label, against } = {}) {
  mark(pane, n);
  const panel = $("panel");
  panel.hidden = false;
  document.body.classList.add("explained");
  if (focus) panel.focus({ preventScroll: true });
  const current = { pane, n };
  selected = current;
  const slow = setTimeout(() => panel.replaceChildren(panelHead(pane, n), element("p", {}, "One moment …")), 150);
  try {
    const explanation = await pane.explain(n, against);
    if (selected === current) drawPanel(pane, n, explanation, label);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (selected !== current) return;
    panel.replaceChildren(panelHead(pane, n), element("p", {}, inWords(error, "The server cannot explain this word.")));
  } finally {
    clearTimeout(slow);
  }
  if (selected === current) pane.elements[n]?.scrollIntoView({ block: "nearest" }); // a panel below must not hide it
}

// mark makes a token the selected one, and the one that Tab reaches.
function mark(pane, n) {
  unmark();
  for (const node of pane.elements) if (node.tabIndex === 0) node.tabIndex = -1;
  const node = pane.elements[n];
  if (!node) return;
  node.tabIndex = 0;
  node.setAttribute("aria-selected", "true");
}

function unmark() {
  for (const node of document.querySelectorAll(".token[aria-selected=true]")) node.setAttribute("aria-selected", "false");
}

function closePanel() {
  if (!isOpen()) return;
  const inside = $("panel").contains(document.activeElement);
  $("panel").hidden = true;
  document.body.classList.remove("explained");
  unmark();
  if (inside && selected) focusToken(selected.pane, selected.n);
  selected = undefined;
}

function focusToken(pane, n) {
  const node = pane.node.querySelector(`[data-token="${n}"]`);
  node?.focus();
  node?.scrollIntoView({ block: "nearest" });
}

// restoreSelection finds the selected word in new answers. It closes the panel if the word is gone.
function restoreSelection() {
  if (!selected || !isOpen()) return;
  const { pane: old, n: before } = selected;
  const token = old.tokens[before];
  const pane = panes.includes(old) ? old : panes.find((p) => p.model.name === old.model.name) ?? panes[0];
  const n = pane?.text === old.text ? pane.tokens.findIndex((t) => t.start === token.start && t.end === token.end) : -1;
  if (n < 0) return closePanel();
  if (pane === old) return mark(pane, n);
  select(pane, n);
}

function panelHead(pane, n) {
  const token = pane.tokens[n];
  const close = element("button", { type: "button", class: "close", "aria-label": "Close the explanation" }, "×");
  close.addEventListener("click", closePanel);
  return element("div", { class: "head" },
    element("h2", { dir: "auto" }, token.text), chip("span", token.label), ...(panes.length > 1 ? [pane.model.name] : []), close);
}

function drawPanel(pane, n, explanation, label) {
  const [first] = pane.sentenceOf(n);
  const t = n - first;
  const choose = (at, of) => select(pane, first + at, { label: of });
  const compare = async (against) => {
    await select(pane, n, { against });
    $("against")?.focus();
  };
  $("panel").replaceChildren(panelHead(pane, n), ...drawContrast(pane, explanation, t, compare), ...drawCandidates(explanation.tokens[t]),
    ...drawLattice(explanation, t, choose), ...drawLabellings(explanation), ...drawAttributes(explanation.tokens[t], label));
  const column = $("panel").querySelector(".lattice .chosen-column");
  const frame = column?.closest(".lattice");
  if (frame) frame.scrollLeft += column.getBoundingClientRect().x - frame.getBoundingClientRect().x - frame.clientWidth / 2;
}

const signed = (x) => (x < 0 ? "−" : "+") + Math.abs(x).toFixed(2);

// drawContrast shows what speaks for the chosen label, and what for the other one: the runner-up, or
// the choice of the reader. compare is called with the choice.
function drawContrast(pane, { tokens }, t, compare) {
  const { label, contrast, note } = tokens[t];
  const other = element("select", { id: "against", "aria-label": "Label to compare with", "data-label": contrast?.label });
  const names = new Set([...tokens[t].candidates.map((c) => c.label), ...pane.model.labels]);
  if (!contrast) other.append(new Option("another label", ""));
  for (const name of names) if (name !== label) other.append(new Option(name));
  other.value = contrast?.label ?? "";
  other.addEventListener("change", () => compare(other.value));
  const question = element("h3", {}, "Why ", chip("span", label), " and not ", other, "?");
  if (!contrast) return [question, element("p", {}, note ?? "There is no other labelling.")];
  const { parts, difference } = contrast;
  const decisive = new Set(contrast.decisive);
  const shown = 8;
  const top = parts.slice(0, shown);
  const rest = parts.slice(shown);
  const restSum = rest.reduce((sum, part) => sum + part.difference, 0);
  const largest = Math.max(...top.map((part) => Math.abs(part.difference)), Math.abs(restSum));
  const row = (part, k) => fill(barRow(describe(part, tokens, t), part.difference, largest), { class: decisive.has(k) && "decisive" });
  const body = element("tbody", {}, ...top.map(row));
  if (rest.length > 0) {
    const all = element("button", { type: "button" }, "Show");
    const others = barRow([`${plural(rest.length, "other part")} `, all], restSum, largest);
    all.addEventListener("click", () => {
      others.replaceWith(...rest.map((part, k) => row(part, shown + k)));
      body.rows[shown].tabIndex = -1;
      body.rows[shown].focus();
    });
    body.append(others);
  }
  const sum = element("tr", {}, element("th", { scope: "row" }, "Score difference"), element("td"),
    element("td", { class: "number" }, signed(difference)));
  return [
    question,
    element("table", { class: "parts" },
      element("caption", { class: "quiet" }, "Parts of the score difference, the greatest first"),
      element("thead", { class: "quiet" }, element("tr", {}, ...["Part", "Size", "Difference"].map((s) => element("th", { scope: "col" }, s)))),
      body, element("tfoot", {}, sum)),
    element("p", { class: "hint" }, "Bars to the right speak for ", element("bdi", {}, label), ", bars to the left for ",
      element("bdi", {}, contrast.label), ". ", ...(decisive.size === 0 ? [] : [
        `Without the ${decisive.size === 1 ? "part" : `${decisive.size} parts`} in bold, `, element("bdi", {}, contrast.label), " would win."])),
  ];
}

// barRow returns a row of a table: a name, a bar to the right or left, and the number.
function barRow(name, value, largest) {
  return element("tr", {},
    element("th", { scope: "row" }, ...name),
    element("td", { class: value < 0 ? "bar against" : "bar" }, element("i", { "--p": Math.abs(value) / (largest || 1) })),
    element("td", { class: "number" }, signed(value)));
}

// describe returns the nodes that name a part of a score.
function describe(part, tokens, t) {
  const labels = (share) => share?.labels.join(" → ");
  const name = part.kind === "attribute" ? [element("code", {}, part.name)]
    : [part.name ? element("code", {}, part.name) : part.kind];
  const both = [labels(part.chosen), labels(part.other)].filter(Boolean);
  const details = [];
  if (part.kind === "attribute" && part.token !== t) details.push(`at “${tokens[part.token].text}”`);
  if (part.kind !== "attribute") details.push(both.join(" instead of "));
  if (part.subtag) details.push(part.subtag);
  if (part.value && part.value !== 1) details.push(`value ${part.value}`);
  return [...name, ...(details.length ? [" ", element("small", {}, details.join(", "))] : [])];
}

function drawCandidates({ candidates }) {
  const likely = candidates.filter((c, k) => k < 2 || c.probability >= 0.005).slice(0, 6);
  const rows = likely.map((c) => element("tr", {},
    element("th", { scope: "row" }, chip("span", c.label)), element("td", {}, meter(c.probability))));
  return [element("h3", {}, "Probabilities"), element("table", { class: "candidates" }, element("tbody", {}, ...rows))];
}

// drawLattice draws the labels of a sentence as a lattice: nodes shaded by probability, the chosen
// path bold, and the runner-up dashed. Of a long sentence it draws the part around the word. choose
// is called with the token and label of a node.
function drawLattice({ tokens }, t, choose) {
  const around = 25; // tokens on each side
  const first = Math.max(0, t - around);
  const part = tokens.slice(first, t + around + 1);
  const { contrast } = tokens[t];
  const best = tokens.map((token) => token.label);
  const other = best.slice();
  contrast?.labels.forEach((label, k) => (other[contrast.from + k] = label));
  const likely = part.flatMap((token) => token.candidates).filter((c) => c.probability >= 0.01).map((c) => c.label);
  const shown = (labels) => labels.slice(first, first + part.length);
  const names = [...new Set([...likely, ...shown(best), ...shown(other)])];
  const probability = (token, name) => token.candidates.find((c) => c.label === name)?.probability ?? 0;
  const total = new Map(names.map((name) => [name, part.reduce((sum, token) => sum + probability(token, name), 0)]));
  names.sort((a, b) => total.get(b) - total.get(a));

  const wide = 76, high = 32, top = 30; // pixels of a column, a row and the words
  const x = (k) => wide * (k - first + 0.5);
  const y = (name) => top + high * (names.indexOf(name) + 0.5);
  const path = (labels, from, end) => {
    const points = labels.map((label, k) => `${x(k)} ${y(label)}`).slice(Math.max(from, first), Math.min(end, first + part.length));
    return points.length > 0 ? "M" + points.join("L") : "";
  };
  const columns = part.map((token, k) => {
    const nodes = names.map((name) => {
      const p = probability(token, name);
      const node = svg("g", { class: "node", "data-label": name, "--p": shade(p) },
        svg("title", {}, `${token.text}: ${name} ${percent(p)}`),
        svg("circle", { cx: x(first + k), cy: y(name), r: 4 + 6 * Math.sqrt(p) }));
      node.addEventListener("click", () => choose(first + k, name));
      return node;
    });
    const word = svg("text", { x: x(first + k), y: 18, "text-anchor": "middle" }, shorten(token.text, 10));
    return svg("g", { class: first + k === t && "chosen-column" }, word, ...nodes);
  });
  const width = wide * part.length, height = top + high * names.length;
  const drawing = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Lattice of the sentence" },
    svg("rect", { class: "column", x: x(t) - wide / 2 + 2, y: 1, width: wide - 4, height: height - 2, rx: 8 }),
    ...(contrast ? [svg("path", { class: "other-path", d: path(other, contrast.from - 1, contrast.from + contrast.labels.length + 1) })] : []),
    svg("path", { class: "best-path", d: path(best, 0, tokens.length) }), ...columns);
  return [
    element("h3", {}, "Lattice"),
    element("div", { class: "lattice-frame" },
      element("div", { class: "rows", "aria-hidden": "true" }, ...names.map((name) => chip("span", name))),
      element("div", { class: "lattice", tabindex: "0", role: "group", "aria-label": "Lattice, scrolls" }, drawing)),
    element("p", { class: "hint" }, "Bold: the labels of the model. ", contrast ? "Dashed: the runner-up. " : "",
      "Greater circles are more probable."),
  ];
}

const shorten = (s, n) => ([...s].length > n ? [...s].slice(0, n - 1).join("") + "…" : s);

// drawAttributes lists the active attributes of a token with their weights for a label.
function drawAttributes({ label, candidates, attributes }, wanted) {
  if (!attributes?.length) return [];
  const choice = element("select", { "aria-label": "Label" });
  for (const { label, inside = [label], subtags = [] } of candidates) {
    for (const name of inside) choice.append(new Option(name, JSON.stringify([name, subtags])));
  }
  const named = (name) => candidates.find((c) => c.label === name)?.inside?.[0] ?? name;
  for (const option of choice.options) if (option.text === named(wanted ?? label)) option.selected = true;
  const body = element("tbody");
  const show = () => {
    const [inside, subtags] = JSON.parse(choice.value);
    const weights = attributes.map(({ name, value, weights = {}, subtags: parts = {} }) =>
      [name, value * subtags.reduce((sum, s) => sum + (parts[s] ?? 0), weights[inside] ?? 0)]);
    weights.sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
    const largest = Math.max(...weights.map(([, w]) => Math.abs(w)));
    body.replaceChildren(...weights.map(([name, w]) => barRow([element("code", {}, name)], w, largest)));
  };
  choice.addEventListener("change", show);
  show();
  const details = element("details", { open: wanted !== undefined },
    element("summary", {}, "Attributes of the word"), element("label", {}, "Weights for ", choice),
    element("table", { class: "parts" }, body));
  return [details];
}

// drawLabellings lists the best labellings of the sentence. Each names the words that differ from
// the first.
function drawLabellings({ tokens, nbest }) {
  if (!(nbest?.length > 1)) return [];
  const rows = nbest.map(({ labels, probability }, k) => {
    const changed = labels.flatMap((label, n) => (label === nbest[0].labels[n] ? [] : [[tokens[n].text, label]]));
    const words = changed.flatMap(([text, label]) => [element("bdi", {}, text), " ", chip("span", label), " "]);
    return element("li", {}, meter(probability), element("span", {}, ...(k === 0 ? ["as shown"] : words)));
  });
  return [element("h3", {}, "Best labellings of the sentence"), element("ol", { class: "labellings" }, ...rows)];
}

// Events

$("text").addEventListener("input", () => {
  state.text = $("text").value;
  schedule(state.text.length > 20000 ? 400 : 120);
});

const examples = {
  en: [
    "Anna Keller moved from Oslo to Berlin in May. She now works for Siemens, and she says that the food is better there.",
    "The new bridge over the Danube opened on Monday, two years late, but nobody in Vienna complained.",
    "“We don't know yet,” said Dr. Ruiz of the University of Lima, “but Ida Holm will.”",
  ],
  da: ["Anna Keller flyttede i maj fra Oslo til Aarhus og arbejder nu hos Lego."],
  de: ["Anna Keller zog im Mai von Oslo nach Berlin und arbeitet jetzt bei Siemens.", "Die neue Brücke über die Donau wurde am Montag eröffnet."],
  es: ["Anna Keller se mudó de Oslo a Madrid en mayo y ahora trabaja en Telefónica."],
  fr: ["Anna Keller a quitté Oslo pour Paris en mai et travaille maintenant chez Renault."],
  it: ["Anna Keller si è trasferita da Oslo a Roma a maggio e ora lavora per la Fiat."],
  nl: ["Anna Keller verhuisde in mei van Oslo naar Utrecht en werkt nu bij Philips."],
};
let nextExample = 0;

function setText(text) {
  state.text = $("text").value = text;
  update();
}

$("example").addEventListener("click", () => {
  const list = examples[models.find((m) => m.name === state.model)?.language] ?? examples.en;
  setText(list[nextExample++ % list.length]);
});
$("clear").addEventListener("click", () => {
  setText("");
  $("text").focus();
});

$("model").addEventListener("change", () => {
  if ($("model").value === state.compare) state.compare = state.model;
  state.model = $("model").value;
  update();
});
$("compare").addEventListener("change", () => {
  state.compare = $("compare").value;
  update();
});

$("access").addEventListener("submit", (event) => {
  event.preventDefault();
  access.token = $("token").value.trim();
  storage?.setItem("token", access.token);
  update();
});

$("skip").addEventListener("click", (event) => {
  event.preventDefault(); // the fragment has the state
  $("result").focus();
});

const tabs = [...document.querySelectorAll("[role=tab]")];
function show(tab) {
  state.view = tab.dataset.view;
  writeAddress();
  draw();
}
for (const tab of tabs) tab.addEventListener("click", () => show(tab));
document.querySelector("[role=tablist]").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1, Home: -tabs.indexOf(event.target), End: tabs.length - 1 - tabs.indexOf(event.target) }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const tab = tabs.at((tabs.indexOf(event.target) + step) % tabs.length);
  show(tab);
  tab.focus();
});

const paneOf = (node) => panes.find((pane) => pane.node.contains(node));

$("views").addEventListener("click", (event) => {
  const node = event.target.closest("[data-token]");
  if (node) select(paneOf(node), Number(node.dataset.token), { focus: event.detail === 0 });
});

$("views").addEventListener("keydown", (event) => {
  const node = event.target.closest(".token");
  if (!node || event.ctrlKey || event.metaKey || event.altKey) return;
  const pane = paneOf(node);
  const n = Number(node.dataset.token);
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    return select(pane, n, { focus: true });
  }
  const forward = node.parentElement.closest("[dir]").matches(":dir(rtl)") ? "ArrowLeft" : "ArrowRight";
  const last = pane.tokens.length - 1;
  const moves = {
    ArrowLeft: () => (forward === "ArrowLeft" ? n + 1 : n - 1), ArrowRight: () => (forward === "ArrowRight" ? n + 1 : n - 1),
    ArrowDown: () => lineFrom(pane, n, 1), ArrowUp: () => lineFrom(pane, n, -1), Home: () => 0, End: () => last,
  };
  if (!moves[event.key]) return;
  event.preventDefault();
  const to = Math.max(0, Math.min(last, moves[event.key]()));
  if (isOpen()) select(pane, to);
  else {
    node.tabIndex = -1;
    pane.elements[to].tabIndex = 0;
  }
  focusToken(pane, to);
});

// lineFrom returns the nearest token of the line below or above token n.
function lineFrom(pane, n, step) {
  const from = pane.elements[n].getBoundingClientRect();
  let best = n, distance = Infinity, line;
  for (let k = n + step; k >= 0 && k < pane.tokens.length; k += step) {
    const { left, bottom } = pane.elements[k].getBoundingClientRect();
    if (Math.abs(bottom - from.bottom) < from.height / 2) continue;
    line ??= bottom;
    if (Math.abs(bottom - line) > from.height / 2) break;
    if (Math.abs(left - from.left) < distance) [best, distance] = [k, Math.abs(left - from.left)];
  }
  return best;
}

for (const button of document.querySelectorAll("#differences button")) {
  button.addEventListener("click", () => {
    const [pane] = panes;
    const list = [...pane.differing].sort((a, b) => a - b);
    const step = Number(button.dataset.step);
    const at = list.indexOf(Number(pane.node.querySelector(".token[tabindex='0']")?.dataset.token));
    const to = list.at(at < 0 ? (step > 0 ? 0 : -1) : (at + step) % list.length);
    mark(pane, to);
    pane.elements[to].scrollIntoView({ block: "center" });
    if (isOpen()) select(pane, to);
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closePanel();
});

function start() {
  readAddress();
  $("text").value = state.text;
  update();
}
addEventListener("hashchange", start);
start();
