// Compares what plimline and conftest say of Dockerfiles by the same policies.
//   node conftest.mjs PLIMLINE CONFTEST LIST FOLDERS FILE...
// LIST has a line for each set of policies: NAME PLACE FLAG..., where FLAG is -p PATH, -d PATH (below the folder of PLACE), --combine,
// --rego-version VERSION as conftest has them, --without NAMESPACE, which is not about Dockerfiles, or --severities for those that METADATA
// gives. FOLDERS says as JSON where places are; a set whose place is not there is counted and left out.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const [plimline, conftest, list, foldersJSON, ...files] = process.argv.slice(2);
const folders = JSON.parse(foldersJSON);
const run = promisify(execFile);
const limits = { maxBuffer: 1 << 30 };

// Both tools say no with their exit code; what counts is what they print.
async function output(command, args) {
  try {
    return (await run(command, args, limits)).stdout;
  } catch (err) {
    if (err.code === 1 && err.stdout && !err.stderr) return err.stdout;
    throw new Error(`${command} ${args.slice(0, 12).join(" ")}: ${err.stderr || err.message}`);
  }
}

async function each(items, work) {
  const queue = [...items];
  await Promise.all([0, 1].map(async () => {
    while (queue.length) await work(queue.shift());
  }));
}

function parse(line) {
  const [name, place, ...flags] = line.trim().split(/\s+/);
  const set = { name, place, policies: [], data: [], without: [], conftest: [], combine: false, severities: false };
  for (let i = 0; i < flags.length; i++) {
    switch (flags[i]) {
      case "-p": set.policies.push(flags[++i]); break;
      case "-d": set.data.push(flags[++i]); break;
      case "--without": set.without.push(flags[++i]); break;
      case "--combine": set.combine = true; break;
      case "--severities": set.severities = true; break;
      case "--rego-version": set.conftest.push(flags[i], flags[++i]); break;
      default: throw new Error(`${list}: ${name}: ${flags[i]}`);
    }
  }
  return set;
}

// One line for each result: file, rule, severity, message, and the line that the policy names.
async function byConftest(set, files) {
  const args = ["test", "--output", "json", "--all-namespaces", "--parser", "dockerfile", ...set.conftest];
  for (const p of set.policies) args.push("--policy", p);
  for (const d of set.data) args.push("--data", d);
  if (set.combine) args.push("--combine");
  const said = new Map();
  const read = (text, file) => {
    for (const result of JSON.parse(text)) {
      for (const [severity, all] of [["error", result.failures], ["warning", result.warnings]]) {
        for (const r of all ?? []) {
          const rule = r.metadata.query.replace(/^data\./, "");
          said.set([file ?? result.filename, rule, set.severities || severity, r.msg].join("\t"), { namespace: result.namespace, line: r.loc?.line });
        }
      }
    }
  };
  if (!set.combine) {
    read(await output(conftest, [...args, ...files]));
  } else {
    await each(files, async (file) => read(await output(conftest, [...args, file]), file));
  }
  return said;
}

async function byPlimline(set, files) {
  const args = [];
  for (const p of [...set.policies, ...set.data]) args.push("--policy", p);
  const rules = new Map();
  for (const rule of JSON.parse(await output(plimline, ["rules", "--no-config", ...args, "--format", "json"]))) {
    const alias = rule.aliases.find((a) => a.startsWith("conftest/") && /\.(deny|violation|warn)(_[a-zA-Z0-9]+)*$/.test(a));
    if (alias) rules.set(rule.id, alias.slice("conftest/".length));
  }
  const said = new Map();
  if (rules.size === 0) throw new Error(`${set.name}: plimline finds no policy`);
  const report = JSON.parse(await output(plimline, ["lint", "--no-config", "--no-context", "--shellcheck", "off", "--select", [...rules.keys()].join(","), "--format", "json",
    "--fail-on", "never", ...args, ...files]));
  for (const file of report.files) {
    for (const f of file.findings) {
      if (f.rule === "parse-error") continue;
      if (!rules.has(f.rule)) throw new Error(`${set.name}: ${file.path}: ${f.rule}: ${f.message}`);
      said.set([file.path, rules.get(f.rule), set.severities || f.severity, f.message].join("\t"), { lines: [f.start.line, f.end.line] });
    }
  }
  const namespaces = new Set([...rules.values()].map((r) => r.slice(0, r.lastIndexOf("."))));
  return { said, namespaces, rules };
}

// Files that BuildKit does not take are judged by neither; that is asked of both. There are some that conftest crashes on: with a comment
// "# check=" before an instruction.
async function sound(files) {
  const refused = new Set(), crashing = new Set();
  const report = JSON.parse(await output(plimline, ["lint", "--no-config", "--no-context", "--shellcheck", "off", "--select", "main-deny", "--show-unknown", "--format", "json",
    "--fail-on", "never", "--policy", folders.own + "/any.rego", ...files]));
  for (const file of report.files) {
    if (file.findings.some((f) => f.unknown && f.message.startsWith("not judged"))) refused.add(file.path);
  }
  const why = async (some) => {
    try { await run(conftest, ["parse", "--parser", "dockerfile", ...some], limits); } catch (err) { return err.stderr; }
    return "";
  };
  await each(refused, async (file) => {
    if (!await why([file])) throw new Error(`${file}: conftest takes it and plimline does not`);
  });
  const search = async (some) => {
    const problem = await why(some);
    if (!problem) return;
    if (some.length > 1) {
      await search(some.slice(0, some.length / 2));
      await search(some.slice(some.length / 2));
    } else if (problem.includes("panic:")) {
      crashing.add(some[0]);
    } else {
      throw new Error(`${some[0]}: plimline takes it and conftest does not: ${problem}`);
    }
  };
  const taken = files.filter((f) => !refused.has(f));
  await search(taken);
  return { good: taken.filter((f) => !crashing.has(f)), refused, crashing };
}

const { good, refused, crashing } = await sound(files);
console.log(`${good.length} Dockerfiles; ${refused.size} more that both refuse, ${crashing.size} that conftest crashes on`);
let differences = 0, compared = 0, sets = 0, missing = [], rules = 0;
for (const line of readFileSync(list, "utf8").split("\n")) {
  if (!line.trim() || line.startsWith("#")) continue;
  const set = parse(line);
  const root = folders[set.place.replace(/@.*/, "")];
  if (!root) { missing.push(set.name); continue; }
  set.policies = set.policies.map((p) => join(root, p));
  set.data = set.data.map((p) => join(root, p));
  const some = set.combine ? good.slice(0, 200) : good;
  const theirs = await byConftest(set, some);
  const ours = await byPlimline(set, some);
  let left = 0, wrong = 0;
  const complain = (what, key) => { if (wrong++ < 5) console.log(`  ${what}: ${key.replaceAll("\t", " | ")}`); };
  for (const [key, { namespace, line }] of theirs) {
    if (set.without.includes(namespace) && !ours.namespaces.has(namespace)) { left++; continue; }
    const our = ours.said.get(key);
    if (!our) complain("conftest alone", key);
    else if (line !== undefined && !(our.lines[0] <= line && line <= our.lines[1])) complain(`line ${line} is elsewhere in plimline`, key);
  }
  for (const key of ours.said.keys()) if (!theirs.has(key)) complain("plimline alone", key);
  const verdicts = new Set([...theirs.keys()].map((k) => k.split("\t")[0])).size;
  console.log(`${wrong ? "DIFFERENT" : "equal"} ${set.name}: ${ours.rules.size} rules, ${some.length} files, ${theirs.size - left} results in ${verdicts} of them` +
    (left ? `, ${left} of namespaces for other files` : "") + (wrong ? `, ${wrong} differences` : ""));
  sets++; rules += ours.rules.size; compared += theirs.size - left; differences += wrong;
}
console.log(`conftest: ${sets} sets of policies with ${rules} rules, ${good.length} files, ${compared} results compared, ${differences} differences` +
  (missing.length ? `; not here: ${missing.join(", ")}` : ""));
if (compared === 0 || differences > 0) process.exit(1);
