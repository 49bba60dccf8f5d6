// Compares what readers of plimline's reports make of them with the JSON report, finding by finding. The arguments are the folder of the
// reports and npm's.
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";

const [dir, modules] = process.argv.slice(2);
const require = createRequire(path.join(modules, "x.js"));
const read = (name) => fs.readFileSync(path.join(dir, name), "utf8");
let failed = false;
function same(what, got, want) {
  got = [...got].sort();
  want = [...want].sort();
  const wrong = got.filter((x) => !want.includes(x)).concat(want.filter((x) => !got.includes(x)));
  if (got.length !== want.length || wrong.length) {
    failed = true;
    console.log(`${what}: ${got.length} read, ${want.length} wanted; not in both: ${wrong.slice(0, 6).join(" | ")}`);
  } else {
    console.log(`${what}: ${got.length} findings, each at its place`);
  }
}
const need = (what, ok) => {
  if (!ok) {
    failed = true;
    console.log(`not so: ${what}`);
  }
};

// What there is to be read.
const findings = JSON.parse(read("report.json")).files.flatMap((f) =>
  f.findings.filter((x) => !x.suppressed).map((x) => {
    const bytes = fs.readFileSync(path.join(dir, f.path));
    const line = bytes.lastIndexOf(10, x.start.offset - 1) + 1;
    const bom = line === 0 && bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0;
    return { path: f.path, ...x, line: x.start.line, point: x.start.column, byte: x.start.offset - line + 1, bom, text: bytes.subarray(x.start.offset, x.end.offset).toString() };
  }));
need("there is a finding behind a tab and an emoji", findings.some((x) => x.byte > x.point + 2));
const failures = [["missing.Dockerfile", 1, 1, "plimline"]];
const lines = (name) => read(name).split("\n").filter(Boolean).map((l) => l.split("\t"));
const rows = (name, tool) => lines(name).filter((l) => l[0] === tool).map((l) => l.slice(1).join(" "));
const want = (f) => findings.map(f).concat(failures.map((x) => f({ path: x[0], line: x[1], point: x[2], byte: x[2], bom: 0, rule: x[3] })));

same("reviewdog, checkstyle", rows("reviewdog.txt", "reviewdog-checkstyle"), want((x) => `${x.path} ${x.line} ${x.point} plimline.${x.rule}`));
same("reviewdog, rdjson", rows("reviewdog.txt", "reviewdog-rdjson"), want((x) => `${x.path} ${x.line} ${x.byte} ${x.rule}`));
same("Jenkins, checkstyle", rows("jenkins.txt", "checkstyle"), want((x) => `${x.path} ${x.line} ${x.point} ${x.rule}`));
same("Jenkins, Code Climate", rows("jenkins.txt", "code-climate"), want((x) => `${x.path} ${x.line} 0 ${x.rule}`));
need("Jenkins reads as many failed tests", rows("jenkins.txt", "junit").length === findings.length + 1);
// Editors open what is there.
const once = (list) => [...new Set(list)]; // Emacs goes to a place once
same("Emacs, gnu", rows("emacs.txt", "emacs"), once(findings.map((x) => `${x.path} ${x.line} ${x.point}`)));
same("Vim, gnu", rows("vim.txt", "vim"), want((x) => `${x.path} ${x.line} ${x.byte - x.bom}`));

// Azure's own library takes its commands apart.
const { commandFromString } = require("azure-pipelines-task-lib/taskcommand");
const issues = read("report.azure").split("\n").filter((l) => l.startsWith("##vso[")).map(commandFromString);
same("Azure's task library", issues.map((c) => [c.command, ...["type", "sourcepath", "linenumber", "columnnumber", "code"].map((k) => c.properties[k]), c.message].join(" ")),
  findings.filter((x) => x.severity !== "note").map((x) => `task.logissue ${x.severity} ${x.path} ${x.line} ${x.point} ${x.rule} ${x.message}`)
    .concat("task.logissue error missing.Dockerfile 1 1 plimline no such file or directory"));
need("no other line of the log is a command", read("report.azure").split("\n").every((l) => l.startsWith("##vso[task.logissue ") || !l.includes("##")));

// GitLab and SonarQube say what they read; their readers are not to be had by themselves.
const gitlab = JSON.parse(read("report.gitlab"));
same("GitLab's fields", gitlab.map((x) => `${x.location.path} ${x.location.lines.begin} ${x.check_name} ${x.description}`),
  findings.map((x) => `${x.path} ${x.line} ${x.rule} ${x.message}`).concat("missing.Dockerfile 1 plimline no such file or directory"));
for (const x of gitlab) {
  need("GitLab: the fields it requires", x.description && x.check_name && /^[0-9a-f]{32}$/.test(x.fingerprint) && ["info", "minor", "major", "critical", "blocker"].includes(x.severity));
  need("GitLab: a relative path without ./", !/^(\.\/|\/)/.test(x.location.path));
}
need("GitLab: a fingerprint for each", new Set(gitlab.map((x) => x.fingerprint)).size === gitlab.length);

const sonar = JSON.parse(read("report.sonarqube"));
const ids = new Set(sonar.rules.map((r) => r.id));
need("SonarQube: each rule once", ids.size === sonar.rules.length);
for (const r of sonar.rules) {
  need(`SonarQube: rule ${r.id}`, r.name && r.engineId && r.description && r.impacts.length === 1 && ["BUG", "VULNERABILITY", "CODE_SMELL"].includes(r.type) &&
    ["CRITICAL", "MAJOR", "MINOR"].includes(r.severity) && ["CONVENTIONAL", "TRUSTWORTHY", "LOGICAL", "EFFICIENT", "CLEAR"].includes(r.cleanCodeAttribute) &&
    ["SECURITY", "RELIABILITY", "MAINTAINABILITY"].includes(r.impacts[0].softwareQuality) && ["HIGH", "MEDIUM", "LOW"].includes(r.impacts[0].severity));
}
same("SonarQube's ranges", sonar.issues.filter((x) => x.ruleId !== "plimline").map((x) => {
  need("SonarQube: the rule of an issue is listed, and it has no severity", ids.has(x.ruleId) && !("severity" in x) && !("type" in x) && x.primaryLocation.message);
  const at = x.primaryLocation.textRange;
  const text = fs.readFileSync(path.join(dir, x.primaryLocation.filePath), "utf8").replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  if (at.startColumn === undefined) return `${x.primaryLocation.filePath} ${x.ruleId} `;
  need("SonarQube: a range within its lines", at.startLine < at.endLine || at.startColumn < at.endColumn);
  need("SonarQube: a column within its line", at.startColumn <= text[at.startLine - 1].length && at.endColumn <= text[at.endLine - 1].length);
  const part = text.slice(at.startLine - 1, at.endLine);
  part[part.length - 1] = part[part.length - 1].slice(0, at.endColumn);
  part[0] = part[0].slice(at.startColumn);
  return `${x.primaryLocation.filePath} ${x.ruleId} ${part.join("\n")}`;
}), findings.map((x) => `${x.path} ${x.rule} ${x.text.replace(/\r/g, "")}`));

// GitHub's own renderer has made the Markdown into a table.
const cells = [...read("markdown.html").matchAll(/<tr>\n((?:<td>.*<\/td>\n)+)<\/tr>/g)].map((row) =>
  [...row[1].matchAll(/<td>(.*)<\/td>/g)].map((c) => c[1].replace(/<br ?\/?>.*/, "").replace(/<!--.*?-->|<[^>]+>/g, "")
    .replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&amp;/g, "&")));
same("GitHub's Markdown", cells.map((c) => c.slice(1).join(" ")),
  findings.map((x) => `${x.path}:${x.line}:${x.point} ${x.message} ${x.rule}`).concat("missing.Dockerfile:1:1 no such file or directory plimline"));

// The page, in a browser without a network.
const { chromium } = require("playwright-core");
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
for (const colorScheme of ["light", "dark"]) {
  const page = await (await browser.newContext({ colorScheme, offline: true, viewport: { width: 1280, height: 900 } })).newPage();
  const said = [];
  page.on("console", (m) => said.push(m.text()));
  page.on("pageerror", (e) => said.push(String(e)));
  page.on("request", (r) => /^(file|data):/.test(r.url()) || said.push(r.url()));
  page.on("dialog", (d) => { said.push("a dialog"); d.dismiss(); });
  await page.goto("file://" + path.resolve(dir, "report.html"));
  const marked = await page.evaluate(() => [...document.querySelectorAll(".finding:not(.suppressed)")].map((f) =>
    [f.closest(".file").dataset.path, f.dataset.rule, [...document.querySelectorAll("mark")].filter((m) => m.dataset.f.split(" ").includes(f.id)).map((m) => m.textContent).join("")].join(" ")));
  const flat = (s) => s.replace(/\t/g, "    ").replace(/[\r\n]/g, "");
  same(`the page, ${colorScheme}`, marked, findings.map((x) => `${x.path} ${x.rule} ${flat(x.text)}`));
  const count = () => page.locator("output").textContent();
  const visible = () => page.locator(".finding:visible").count();
  need("all are shown at first", (await count()) === `${findings.length} findings shown` && (await visible()) === findings.length);
  await page.keyboard.press("/");
  await page.keyboard.type("latest-tag");
  const some = findings.filter((x) => x.rule === "latest-tag").length;
  need("the search leaves those that it finds", (await visible()) === some && (await count()).startsWith(`${some} `));
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  need("j goes to a finding", await page.evaluate(() => document.activeElement.dataset.rule === "latest-tag"));
  await page.fill("[name=text]", "");
  await page.uncheck("[value=note]");
  need("a severity can be left out", (await visible()) === findings.filter((x) => x.severity !== "note").length);
  await page.check("[value=note]");
  await page.selectOption("[name=rule]", "latest-tag");
  need("a rule can be chosen", (await visible()) === some);
  await page.selectOption("[name=rule]", "");
  await page.selectOption("[name=file]", { label: "odd.Dockerfile" });
  need("a file can be chosen", (await visible()) === findings.filter((x) => x.path === "odd.Dockerfile").length);
  await page.selectOption("[name=file]", "");
  const fixes = await page.locator(".finding:not(.suppressed) .fix").count();
  need("each fix shows what it changes", fixes === findings.filter((x) => x.fix).length && (await page.locator(".finding:not(.suppressed) .fix:has(ins, del)").count()) === fixes);
  await page.evaluate(() => { document.querySelector(".overview").open = false; });
  await page.locator(".finding:visible .rule").first().click();
  need("a finding leads to what its rule is about", await page.locator(":target p").first().isVisible());
  await page.check("[name=suppressed]");
  need("suppressed ones are shown on request", (await visible()) > findings.length);
  await page.locator(".stages summary").first().click();
  need("the stages are a picture", await page.evaluate(() => document.querySelector(".stages img").naturalWidth > 100));
  const [back, fore] = await page.evaluate(() => ["backgroundColor", "color"].map((k) => getComputedStyle(document.body)[k].match(/\d+/g).reduce((a, b) => a + +b, 0)));
  need(`it is ${colorScheme}`, (back > fore) === (colorScheme === "light"));
  need("it is as wide as the window", await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  need(`it asks for nothing and complains of nothing: ${said}`, said.length === 0);
}
await browser.close();
process.exit(failed ? 1 : 0);
