"use strict";
(() => {
  addEventListener("beforeprint", () => { for (const d of document.querySelectorAll(".overview, .overview details, .fix")) d.open = true; });
  const form = document.getElementById("filter");
  if (!form) return;
  const all = [...document.querySelectorAll(".finding")];
  const marks = [...document.querySelectorAll("mark")];
  const files = [...document.querySelectorAll(".file")];
  const levels = ["unknown", "note", "warning", "error"];
  const byId = new Map(all.map((f) => [f.id, f]));
  const kind = (f) => levels.find((l) => f.classList.contains(l));
  const shown = () => all.filter((f) => !f.hidden);

  function apply() {
    const on = new Set([...form.querySelectorAll("[name=severity]:checked")].map((c) => c.value));
    const rule = form.elements.rule.value;
    const only = form.elements.file ? form.elements.file.value : "";
    const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const suppressed = form.elements.suppressed && form.elements.suppressed.checked;
    for (const f of all) {
      const text = (f.textContent + " " + f.closest(".file").dataset.path).toLowerCase();
      f.hidden = !on.has(kind(f)) || rule && f.dataset.rule !== rule || only && f.closest(".file").id !== only || f.classList.contains("suppressed") && !suppressed ||
        !words.every((w) => text.includes(w));
    }
    for (const m of marks) {
      const seen = m.dataset.f.split(" ").map((id) => byId.get(id)).filter((f) => !f.hidden).map((f) => levels.indexOf(kind(f)));
      m.className = seen.length ? levels[Math.max(...seen)] : "";
    }
    const any = on.size === levels.filter((l) => form.querySelector(`[value=${l}]`)).length && !rule && !only && !words.length;
    for (const file of files) {
      file.hidden = !any && !file.querySelector(".finding:not([hidden])") && !(file.querySelector(".failure") && !rule && !words.length && (!only || file.id === only));
    }
    const n = shown().length;
    form.elements.count.value = `${n} ${n === 1 ? "finding" : "findings"} shown`;
  }

  function go(step) {
    const list = shown();
    if (!list.length) return;
    const at = list.indexOf(document.activeElement.closest ? document.activeElement.closest(".finding") : null);
    const next = list[at < 0 ? (step > 0 ? 0 : list.length - 1) : (at + step + list.length) % list.length];
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "center" });
  }

  form.parentElement.hidden = false;
  document.querySelector("footer p").hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (e) => e.preventDefault());
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "Escape" && form.contains(e.target)) { e.target.blur(); return; }
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName) && e.target.type !== "checkbox") return;
    if (e.key === "/") { e.preventDefault(); form.elements.text.focus(); }
    if (e.key === "j") go(1);
    if (e.key === "k") go(-1);
  });
  apply();
})();
