"use strict";
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const items = Array.from(document.querySelectorAll("#error-list > li"), li => ({
    li, kind: li.dataset.kind, labels: JSON.parse(li.dataset.labels), text: li.textContent.toLowerCase(),
  }));
  const count = document.getElementById("shown");
  const apply = () => {
    const kind = form.elements.kind.value, label = form.elements.label.value;
    const text = form.elements.text.value.trim().toLowerCase();
    let shown = 0;
    for (const x of items) {
      const show = (!kind || x.kind === kind) && (!label || x.labels.includes(label.slice(1))) && x.text.includes(text);
      x.li.hidden = !show;
      if (show) shown++;
    }
    count.textContent = shown + " shown";
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", e => e.preventDefault());
  form.hidden = false;
  apply();
})();
