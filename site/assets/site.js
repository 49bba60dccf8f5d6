"use strict";
(() => {
  const root = document.body.dataset.root;
  const tools = document.querySelector(".tools");
  tools.hidden = false;

  // Light and dark: as the system says, until somebody chooses.
  const theme = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
  const show = () => theme.setAttribute("aria-pressed", isDark());
  theme.addEventListener("click", () => {
    const next = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try { localStorage.setItem("theme", next); } catch { /* storage is off */ }
    show();
  });
  system.addEventListener("change", show);
  show();

  // Narrow windows start with the list of pages closed.
  const side = document.querySelector(".side details");
  if (side && matchMedia("(max-width: 56rem)").matches) side.open = false;

  // Search: the index is a script that calls found.
  const dialog = document.getElementById("results");
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("ul");
  const status = dialog.querySelector("[role=status]");
  let entries = null;
  globalThis.found = (all) => {
    entries = all.map((e) => ({ ...e, title: e.t.toLowerCase(), text: `${e.k} ${e.x}`.toLowerCase() }));
    search();
  };
  function open() {
    if (dialog.open) return;
    dialog.showModal();
    input.select();
    if (entries) return search();
    const script = document.createElement("script");
    script.src = root + "assets/search.js";
    script.onerror = () => { script.remove(); status.textContent = "The index could not be loaded."; };
    document.head.append(script);
  }
  // score says how well an entry fits: every word must be in it, and in the title counts most.
  function score(entry, words) {
    let sum = 0;
    for (const w of words) {
      const at = entry.title.indexOf(w);
      if (at >= 0) sum += entry.title === w ? 100 : at === 0 ? 40 : 20;
      else if (new RegExp(`(^|[^a-z0-9])${w.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`).test(entry.text)) sum += entry.k === "rule" || entry.k === "policy" ? 8 : 5;
      else if (entry.text.includes(w)) sum += 1;
      else return 0;
    }
    return sum - entry.title.length / 100;
  }
  // excerpt is the text around the first word that is found.
  function excerpt(entry, words) {
    const text = entry.x;
    const at = Math.min(...words.map((w) => text.toLowerCase().indexOf(w)).filter((i) => i >= 0), text.length);
    const start = at < 60 || at === text.length ? 0 : text.lastIndexOf(" ", at - 40) + 1;
    return (start ? "… " : "") + text.slice(start, start + 150) + (start + 150 < text.length ? " …" : "");
  }
  function marked(text, words) {
    const out = document.createDocumentFragment();
    const parts = words.map((w) => w.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    for (const piece of text.split(new RegExp(`(${parts.join("|")})`, "i"))) {
      if (words.includes(piece.toLowerCase())) {
        const m = document.createElement("mark");
        m.textContent = piece;
        out.append(m);
      } else out.append(piece);
    }
    return out;
  }
  function search() {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    list.replaceChildren();
    if (!entries || !words.length) { status.textContent = entries ? "" : "Loading…"; return; }
    const hits = entries.map((e) => [score(e, words), e]).filter(([n]) => n > 0).sort((a, b) => b[0] - a[0]);
    status.textContent = hits.length > 30 ? `${hits.length} found, of which the best 30 are here` : hits.length ? `${hits.length} found` : "Nothing found";
    for (const [, e] of hits.slice(0, 30)) {
      const li = document.createElement("li");
      const a = document.createElement("a");
      a.href = root + e.p;
      const kind = document.createElement("span");
      kind.className = "kind";
      kind.textContent = e.k;
      const title = document.createElement("b");
      title.append(marked(e.t, words));
      const text = document.createElement("span");
      text.append(marked(excerpt(e, words), words));
      a.append(title, " ", kind, text);
      li.append(a);
      list.append(li);
    }
  }
  input.addEventListener("input", search);
  dialog.addEventListener("keydown", (e) => {
    const links = [...list.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    if (e.key === "Escape") { e.preventDefault(); dialog.close(); } // a field for searches would be emptied first
    if (e.key === "ArrowDown" && links.length) { e.preventDefault(); links[Math.min(at + 1, links.length - 1)].focus(); }
    if (e.key === "ArrowUp" && at >= 0) { e.preventDefault(); (links[at - 1] || input).focus(); }
    if (e.key === "Enter" && e.target === input) { e.preventDefault(); if (links[0]) links[0].click(); }
  });
  dialog.addEventListener("click", (e) => { if (e.target === dialog || e.target.closest("a")) dialog.close(); });
  document.getElementById("search").addEventListener("click", open);
  document.addEventListener("keydown", (e) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName);
    if (e.key === "/" && !typing && !e.ctrlKey && !e.metaKey && !e.altKey || e.key?.toLowerCase() === "k" && (e.ctrlKey || e.metaKey)) { e.preventDefault(); open(); }
  });

  // The table of rules; what is chosen stands behind # so that it can be linked to.
  const form = document.getElementById("rulefilter");
  if (form) {
    const rows = [...document.querySelectorAll("#rules tbody tr")];
    const fields = ["q", "severity", "category", "set", "kind", "fix"].map((n) => form.elements[n]);
    for (const c of [...new Set(rows.map((r) => r.dataset.category))].sort()) form.elements.category.append(new Option(c));
    const filter = () => {
      const words = form.elements.q.value.toLowerCase().split(/\s+/).filter(Boolean);
      let n = 0;
      for (const row of rows) {
        const text = (row.textContent + " " + row.dataset.codes).toLowerCase();
        row.hidden = !words.every((w) => text.includes(w)) || fields.slice(1).some((f) => f.value && row.dataset[f.name] !== f.value);
        if (!row.hidden) n++;
      }
      form.querySelector("output").value = `${n} of ${rows.length}`;
    };
    const fromAddress = () => {
      const chosen = new URLSearchParams(location.hash.slice(1));
      for (const f of fields) f.value = chosen.get(f.name) || "";
      filter();
    };
    form.hidden = false;
    form.addEventListener("input", () => {
      filter();
      const chosen = new URLSearchParams(fields.filter((f) => f.value).map((f) => [f.name, f.value]));
      history.replaceState(null, "", "#" + chosen);
    });
    form.addEventListener("submit", (e) => e.preventDefault());
    addEventListener("hashchange", fromAddress);
    fromAddress();
  }
})();
