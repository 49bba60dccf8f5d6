"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const texts = { dockerfile: $("dockerfile"), policy: $("policy"), config: $("config") };
  const set = $("set");
  const severities = ["note", "warning", "error"];
  let findings = []; // those of the last answer, with `from` and `to` in the text it is for
  let judged = null; // that text

  // An editor is a text area over a copy of its text, which has the line numbers beside it and the underlines in it.
  function paint(area, marks) {
    const text = area.value;
    const [numbers, copy] = [area.closest(".editor").firstElementChild, area.previousElementSibling];
    const cuts = new Set([0, text.length]);
    for (const m of marks) { cuts.add(m.from); cuts.add(m.to); }
    const ends = [...cuts].filter((c) => c <= text.length).sort((a, b) => a - b);
    copy.replaceChildren();
    for (let i = 0; i + 1 < ends.length; i++) {
      const on = marks.filter((m) => m.from <= ends[i] && m.to >= ends[i + 1]);
      const piece = text.slice(ends[i], ends[i + 1]);
      if (!on.length) { copy.append(piece); continue; }
      const mark = document.createElement("mark");
      mark.className = severities[Math.max(...on.map((m) => severities.indexOf(m.severity)))];
      mark.textContent = piece;
      copy.append(mark);
    }
    copy.append("\n");
    const lines = text.split("\n").length;
    while (numbers.children.length > lines) numbers.lastElementChild.remove();
    while (numbers.children.length < lines) numbers.append(document.createElement("li"));
  }

  // indexes turns offsets in bytes into indexes of a string.
  function indexes(text) {
    if (!/[^\x00-\x7f]/.test(text)) return (offset) => offset;
    const at = [];
    let i = 0;
    for (const c of text) {
      const n = c.codePointAt(0);
      for (let k = n < 0x80 ? 1 : n < 0x800 ? 2 : n < 0x10000 ? 3 : 4; k > 0; k--) at.push(i);
      i += c.length;
    }
    at.push(i);
    return (offset) => at[offset];
  }

  // change replaces a text as typing would, so that it can be undone.
  function change(area, text) {
    const old = area.value;
    let start = 0, end = 0;
    while (start < old.length && start < text.length && old[start] === text[start]) start++;
    while (end < old.length - start && end < text.length - start && old[old.length - 1 - end] === text[text.length - 1 - end]) end++;
    if (old === text) return;
    const inserted = text.slice(start, text.length - end);
    area.focus();
    area.setSelectionRange(start, old.length - end);
    const typed = document.activeElement === area && document.execCommand(inserted ? "insertText" : "delete", false, inserted);
    if (!typed) area.setRangeText(inserted, start, old.length - end, "end");
    if (area.value !== text) area.value = text;
  }

  // The worker. One request is under way at a time; of those that come meanwhile the last one counts.
  const patience = 20000; // milliseconds; a policy may run for ever
  let worker, ready = false, busy = null, next = null, timer;
  function start() {
    if (!globalThis.plimlineProgram) return fail("This page was built without plimline's program.");
    ready = false;
    worker = new Worker(URL.createObjectURL(new Blob([globalThis.plimlineWorker], { type: "text/javascript" })));
    worker.onmessage = ({ data }) => {
      if (data.failed) return fail(`plimline could not be started: ${data.failed}`);
      if (data.ready) ready = true;
      else {
        clearTimeout(timer);
        const request = busy;
        busy = null;
        if (!next) $("state").removeAttribute("aria-busy");
        show(request, JSON.parse(data.answer), data.took);
      }
      send();
    };
    worker.onerror = (e) => { e.preventDefault(); restart(`plimline has stopped (${e.message}) and was started again.`); };
    worker.postMessage(globalThis.plimlineProgram);
  }
  function restart(why) {
    worker.terminate();
    clearTimeout(timer);
    busy = next = null;
    fail(why);
    start();
  }
  function fail(why) {
    const li = document.createElement("li");
    li.textContent = why;
    $("problems").replaceChildren(li);
    said("");
  }
  // said shows the state, which is read out: not again when it is the same.
  function said(text, took) {
    if ($("state").value !== text) $("state").value = text;
    $("took").textContent = took ? `${took} ms` : "";
  }
  function send() {
    if (!ready || busy || !next) return;
    busy = next;
    next = null;
    $("state").setAttribute("aria-busy", "true");
    worker.postMessage(JSON.stringify(busy));
    timer = setTimeout(() => restart("That took too long; plimline was started again. Change the text to try once more."), patience);
  }
  function ask(more) {
    next = { dockerfile: texts.dockerfile.value, policy: texts.policy.value, config: texts.config.value, rules: set.value, document: !$("pane-document").hidden, ...more };
    send();
  }

  // Results. Of more findings than anybody reads, these are shown.
  const shown = 500;
  const underlined = () => findings.slice(0, shown).filter((f) => !f.suppressed);
  function element(tag, className, ...content) {
    const e = document.createElement(tag);
    if (className) e.className = className;
    e.append(...content);
    return e;
  }
  function show(request, answer, took) {
    const before = document.activeElement;
    if (request.fix && texts.dockerfile.value === request.dockerfile && answer.dockerfile !== request.dockerfile) change(texts.dockerfile, answer.dockerfile);
    if (request.fix) $("told").textContent = answer.done ? `Done: ${answer.done.join("; ")}` : "There was nothing to mend.";
    $("problems").replaceChildren(...(answer.problems || []).map((p) => element("li", "", p)));
    if (before && before.isConnected) before.focus(); // who mends from the keyboard goes on from there
    if (!answer.report) return said("");
    judged = answer.dockerfile;
    const index = indexes(judged);
    const all = answer.report.files[0].findings;
    findings = all.map((f, i) => ({ ...f, i, from: index(f.start.offset), to: index(f.end.offset) }));
    const focused = document.activeElement.closest && document.activeElement.closest("#findings li");
    const at = focused ? [...$("findings").children].indexOf(focused) : -1;
    $("findings").replaceChildren(...findings.slice(0, shown).map(item));
    if (findings.length > shown) $("findings").append(element("li", "more", `and ${findings.length - shown} more`));
    if (at >= 0 && findings.length) $("findings").children[Math.min(at, findings.length - 1)].querySelector("button").focus();
    paint(texts.dockerfile, texts.dockerfile.value === judged ? underlined() : []);
    const counting = findings.filter((f) => !f.suppressed);
    const n = counting.length;
    said(`${n || "No"} ${n === 1 ? "finding" : "findings"}${findings.length > n ? `, ${findings.length - n} suppressed` : ""}`, Math.max(1, Math.round(took)));
    $("fixall").disabled = !counting.some((f) => f.fix && f.fix.safe);
    $("fixunsafe").disabled = !counting.some((f) => f.fix && !f.fix.safe);
    draw(answer.graph);
    if (answer.document) $("document").textContent = JSON.stringify(answer.document, null, 2);
  }
  // draw shows the stages: a picture, whose style sheet is its own then.
  let drawn = "";
  function draw(svg) {
    if (svg === drawn) return;
    drawn = svg;
    if (!svg) return $("pane-stages").replaceChildren(element("p", "", "There is no stage."));
    const image = new Image();
    image.alt = "The stages of the Dockerfile";
    image.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    image.onload = () => URL.revokeObjectURL(image.src);
    $("pane-stages").replaceChildren(image);
  }
  function item(f) {
    const place = element("button", "place", `${f.start.line}:${f.start.column}`);
    place.type = "button";
    place.setAttribute("aria-label", `Go to line ${f.start.line}, column ${f.start.column}`);
    place.addEventListener("click", () => {
      choose($("tab-dockerfile"));
      texts.dockerfile.focus();
      texts.dockerfile.setSelectionRange(f.from, f.to);
    });
    const page = globalThis.plimlineRules[f.rule];
    const rule = element(page ? "a" : "span", "rule", f.rule);
    if (page) rule.href = page;
    const li = element("li", f.severity + (f.suppressed ? " suppressed" : ""), element("p", "", element("span", `badge ${f.severity}`, f.severity), " ", f.message, " ", rule, " ", place));
    for (const r of f.related || []) li.append(element("p", "more", `line ${r.start.line}: ${r.message}`));
    if (f.suppressed) li.append(element("p", "more", f.suppressed.reason ? `suppressed: ${f.suppressed.reason}` : "suppressed"));
    else if (f.fix) {
      const fix = element("button", "fix", f.fix.safe ? "Fix" : "Fix, unsafe");
      fix.type = "button";
      fix.addEventListener("click", () => ask({ fix: "one", index: f.i }));
      li.append(element("p", "more", fix, " ", f.fix.title));
    }
    return li;
  }
  // The finding at the caret stands out in the list.
  document.addEventListener("selectionchange", () => {
    if (document.activeElement !== texts.dockerfile) return;
    const at = texts.dockerfile.selectionStart;
    [...$("findings").children].forEach((li, i) => li.classList.toggle("here", !!findings[i] && findings[i].from <= at && at <= findings[i].to));
  });

  // Tabs, as the ARIA practices have them.
  function choose(tab) {
    for (const t of tab.parentElement.querySelectorAll("[role=tab]")) {
      const on = t === tab;
      t.setAttribute("aria-selected", on);
      t.tabIndex = on ? 0 : -1;
      $(t.getAttribute("aria-controls")).hidden = !on;
    }
    if (tab.id === "tab-document") ask();
  }
  for (const bar of document.querySelectorAll("[role=tablist]")) {
    const tabs = [...bar.querySelectorAll("[role=tab]")];
    bar.addEventListener("click", (e) => { const t = e.target.closest("[role=tab]"); if (t) choose(t); });
    bar.addEventListener("keydown", (e) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
      const to = step ? tabs[(tabs.indexOf(e.target) + step + tabs.length) % tabs.length] : { Home: tabs[0], End: tabs[tabs.length - 1] }[e.key];
      if (!to) return;
      e.preventDefault();
      choose(to);
      to.focus();
    });
  }

  // What is typed stands behind # in the address: JSON, deflated, in base64, where that is of a length that addresses have.
  const longest = 100000;
  async function through(bytes, transform, most) {
    const pieces = [];
    let length = 0;
    for (const reader = new Blob([bytes]).stream().pipeThrough(transform).getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) return new Blob(pieces).arrayBuffer().then((all) => new Uint8Array(all));
      length += value.length;
      if (length > most) { reader.cancel(); throw new RangeError("too much"); } // a short link may unpack to gigabytes
      pieces.push(value);
    }
  }
  let addresses = 0;
  async function address() {
    const state = Object.fromEntries(Object.entries({ dockerfile: texts.dockerfile.value, policy: texts.policy.value, config: texts.config.value, rules: set.value }).filter(([, v]) => v));
    const turn = ++addresses;
    let packed = "";
    try {
      const bytes = await through(new TextEncoder().encode(JSON.stringify(state)), new CompressionStream("deflate-raw"), longest);
      packed = "d=" + btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join("")).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
    } catch { /* it is too long */ }
    if (turn === addresses) history.replaceState(null, "", "#" + packed);
    return packed !== "";
  }
  async function fromAddress() {
    const [, packed] = location.hash.match(/^#d=([\w-]+)$/) || [];
    if (!packed) return false;
    try {
      const bytes = Uint8Array.from(atob(packed.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
      put(JSON.parse(new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw"), 1e7))));
      return true;
    } catch {
      $("told").textContent = "The link is broken.";
      return false;
    }
  }
  function put(state) {
    const given = state;
    state = Object.fromEntries([...Object.keys(texts), "rules"].map((name) => [name, typeof given[name] === "string" ? given[name] : ""]));
    if (state.policy && !state.dockerfile) state.dockerfile = globalThis.plimlineExamples[0].dockerfile;
    for (const name of Object.keys(texts)) texts[name].value = state[name];
    set.value = state.rules;
    if (set.selectedIndex < 0) set.selectedIndex = 0;
    for (const area of Object.values(texts)) paint(area, []);
    choose($(state.policy ? "tab-policy" : "tab-dockerfile"));
    ask();
  }

  let waiting, remembering;
  for (const [name, area] of Object.entries(texts)) {
    area.addEventListener("input", () => {
      // Underlines that are not under what was typed stay until there are new ones.
      paint(area, name === "dockerfile" && judged !== null ? moved(judged, area.value) : []);
      clearTimeout(waiting);
      clearTimeout(remembering);
      // A policy or a configuration has the rules loaded anew, which takes longer than a key.
      if (name === "dockerfile") ask();
      else waiting = setTimeout(ask, 300);
      remembering = setTimeout(address, 500);
    });
  }
  function moved(old, text) {
    let start = 0, end = 0;
    while (start < old.length && start < text.length && old[start] === text[start]) start++;
    while (end < old.length - start && end < text.length - start && old[old.length - 1 - end] === text[text.length - 1 - end]) end++;
    const shift = text.length - old.length;
    return underlined().filter((f) => (f.to <= start || f.from >= old.length - end)).map((f) => f.to <= start ? f : { ...f, from: f.from + shift, to: f.to + shift });
  }
  set.addEventListener("input", () => { ask(); address(); });
  $("example").addEventListener("input", (e) => { if (e.target.value) { put({ ...globalThis.plimlineExamples[e.target.value], rules: set.value }); address(); } });
  $("fixall").addEventListener("click", () => ask({ fix: "all" }));
  $("fixunsafe").addEventListener("click", () => ask({ fix: "unsafe" }));
  $("share").addEventListener("click", async () => {
    if (!await address()) {
      $("told").textContent = "This is too long for a link.";
      return;
    }
    try {
      await navigator.clipboard.writeText(location.href);
      $("told").textContent = "Copied.";
    } catch {
      $("told").textContent = "The address of this page is the link.";
    }
  });
  addEventListener("hashchange", fromAddress);
  fromAddress().then((there) => { if (!there) put(globalThis.plimlineExamples[0]); });
  // The program's script stands behind this one.
  addEventListener("DOMContentLoaded", start);
})();
