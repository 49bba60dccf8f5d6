// Compares what plimline and Trivy find in Dockerfiles by the same checks, and how the checks' tests end.
//   node trivy.mjs PLIMLINE TRIVY FOLDER CHECKS...
// TRIVY is what trivy.go makes. Checks, files, messages, lines and what comments ignore have to be equal; of a severity, what becomes of it here.
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";

const [plimline, trivy, folder, ...checks] = process.argv.slice(2).map((p) => resolve(p));
const run = promisify(execFile);
const limits = { maxBuffer: 1 << 30 };
const output = async (command, args, dir) => (await run(command, args, { ...limits, cwd: dir })).stdout;
const lines = (text) => text.split("\n").filter(Boolean).map((l) => JSON.parse(l));
const severities = { CRITICAL: "error", HIGH: "error", MEDIUM: "warning", LOW: "note", UNKNOWN: "warning" };

const files = readdirSync(folder, { recursive: true }).filter((f) => /Dockerfile$/.test(f)).sort();
const places = checks.flatMap((c) => ["--policy", c]);
const theirs = new Map(), crashing = new Set();
for (const r of lines(await output(trivy, ["scan", folder, ...checks]))) {
  if (r.crash) { crashing.add(r.file); continue; }
  const id = r.id === "N/A" || !r.id ? r.package : r.id;
  theirs.set([r.file, id, severities[r.severity], r.ignored, r.message, r.start, r.start && r.end].join("\t"), r);
}

// The ids that Trivy knows the rules by.
const ids = new Map();
for (const rule of JSON.parse(await output(plimline, ["rules", "--no-config", ...places, "--format", "json"]))) {
  if (rule.category === "policy" && rule.aliases.some((a) => a.startsWith("trivy/"))) ids.set(rule.id, rule.aliases.filter((a) => a.startsWith("trivy/")).map((a) => a.slice(6)));
}
const report = JSON.parse(await output(plimline, ["lint", "--no-config", "--no-context", "--shellcheck", "off", "--select", [...ids.keys()].join(","), "--show-unknown",
  "--format", "json", "--fail-on", "never", ...places, ...files], folder));
const off = new Set(lines((await output(plimline, ["rules", "--no-config", ...places, "--format", "json"])).replace(/\n/g, " ")).flat().filter((r) => r.set === "all").map((r) => r.id));

const known = new Set([...theirs.values()].map((r) => r.id === "N/A" || !r.id ? r.package : r.id));
let differences = 0, unread = 0, found = 0, ignored = 0, unplaced = 0, faults = 0;
const complain = (what, key) => { if (differences++ < 10) console.log(`  ${what}: ${key.replaceAll("\t", " | ")}`); };
const ours = new Set();
for (const file of report.files) {
  if (crashing.has(file.path)) continue;
  if (file.findings.some((f) => f.unknown && f.message.startsWith("not judged"))) { unread++; continue; }
  for (const f of file.findings) {
    if (f.rule === "parse-error" || off.has(f.rule)) continue;
    const names = ids.get(f.rule);
    if (!names) { // plimline's own rules have Trivy's ids as names too
      const rule = /^rule (\S+):/.exec(f.message)?.[1];
      if (f.rule !== "faulty-rule") continue;
      faults++; // Trivy logs them, and has no results then
      if ([...theirs.values()].some((r) => r.file === file.path && ids.get(rule)?.includes(r.id))) complain("plimline", `${file.path}: ${f.message}`);
      continue;
    }
    const id = names.find((n) => known.has(n)) ?? names.find((n) => known.has(n.replaceAll("-", "."))) ?? names[0];
    const key = (start, end) => [file.path, known.has(id) ? id : id.replaceAll("-", "."), f.severity, !!f.suppressed, f.message, start, end].join("\t");
    const placed = key(f.start.line, f.end.line);
    // Where the check names no place, plimline gives the nearest, and says so.
    ours.add(theirs.has(placed) || !f.related?.length ? placed : key(0, 0));
  }
}
for (const [key, r] of theirs) {
  if (!ours.has(key)) complain("Trivy alone", key);
  else { found++; ignored += r.ignored; unplaced += r.start === 0; }
}
for (const key of ours) if (!theirs.has(key)) complain("plimline alone", key);
console.log(`trivy: ${ids.size} checks, ${files.length} Dockerfiles (${unread} refused, ${crashing.size} that Trivy crashes on), ${found} findings equal, ${ignored} of them ignored, ${unplaced} without a place, ${faults} times a check fails, ${differences} differences`);

// Tests: every one that plimline runs ends as in OPA, and those of the checks are all run.
if (checks.some((c) => readdirSync(c, { recursive: true }).some((f) => f.endsWith("_test.rego")))) {
  const results = new Map(lines(await output(trivy, ["test", ...checks])).map((t) => [t.name.replace(/#\d+$/, ""), t.passed]));
  const tests = JSON.parse(await output(plimline, ["test", "--format", "json", ...checks]).catch((err) => err.stdout));
  let same = 0;
  for (const t of tests) {
    const name = `${t.policy}.${t.name}`;
    if (results.get(name) === (t.status === "passed")) { same++; results.delete(name); } else complain("a test", `${name} ${t.status}`);
  }
  const left = [...results.keys()];
  for (const name of left) if (!/^lib\.(kubernetes|cloud|cidr_test|squealer_test)\b/.test(name)) complain("a test that plimline does not run", name);
  console.log(`trivy's tests: ${same} equal, ${left.length} left out of what is for other files, ${[...results.values()].filter((p) => !p).length} that fail`);
}
if (found === 0 || differences > 0) process.exit(1);
