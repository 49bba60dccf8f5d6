// Uses the site and a report in Chromium, from the disk and without a network. The arguments are the site's folder, the report and npm's
// folder.
import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";
import { createRequire } from "node:module";

const [site, report, modules] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), "x.js"));
const { chromium } = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core"), "utf8");
let held = 0, failed = 0;
const need = (what, ok) => {
  if (ok) held++;
  else {
    failed++;
    console.log(`not so: ${what}`);
  }
};

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
// visit opens a page; what it says or asks for is in said.
async function visit(file, colorScheme, width = 1280) {
  const context = await browser.newContext({ colorScheme, offline: true, viewport: { width, height: 900 } });
  context.setDefaultTimeout(60000);
  const page = await context.newPage();
  const said = [];
  page.on("console", (m) => said.push(m.text()));
  page.on("pageerror", (e) => said.push(String(e)));
  page.on("request", (r) => /^(file|data|blob):/.test(r.url()) || said.push(r.url()));
  await page.goto(file.startsWith("file:") ? file : "file://" + path.resolve(file));
  return { page, said, close: () => context.close() };
}
// counted waits for the playground's count of findings. A page that is on its way there has none yet.
const counted = (page, text) => page.waitForFunction((t) => document.getElementById("state")?.value.startsWith(t), text);
// fit holds for every page: no complaints, no wider than the window, nothing that axe calls serious.
async function fit(name, { page, said, close }) {
  need(`${name}: as wide as the window`, await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run({ preload: false, runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] }));
  const serious = violations.filter((v) => v.impact === "serious" || v.impact === "critical");
  need(`${name}: axe finds nothing serious${serious.map((v) => `; ${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 150) + " " + n.failureSummary).join(" | ")}`).join("")}`,
    passes.length > 10 && serious.length === 0);
  for (const v of violations.filter((v) => !serious.includes(v))) console.log(`${name}: ${v.impact}: ${v.id}: ${v.nodes[0].html.slice(0, 120)}`);
  need(`${name}: it asks for nothing and complains of nothing ${said.join("; ")}`, said.length === 0);
  await close();
}

for (const [scheme, width] of [["light", 1280], ["dark", 390]]) {
  for (const file of ["index.html", "rules.html", "rules/latest-tag.html", "docs/parity.html"]) {
    const tab = await visit(path.join(site, file), scheme, width);
    const [back, fore] = await tab.page.evaluate(() => ["backgroundColor", "color"].map((k) => getComputedStyle(document.body)[k].match(/\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0)));
    need(`${file}, ${width} pixels: it is ${scheme}`, (back > fore) === (scheme === "light"));
    await fit(`${file}, ${scheme}, ${width} pixels`, tab);
  }
  await fit(`the report, ${scheme}, ${width} pixels`, await visit(report, scheme, width));
}

// The search, by keys alone.
{
  const tab = await visit(path.join(site, "docs/parity.html"), "light");
  const { page } = tab;
  await page.keyboard.press("/");
  await page.keyboard.type("DL3008");
  await page.waitForSelector("dialog li");
  need("the search finds a code of another linter", (await page.locator("dialog li b").first().textContent()) === "unpinned-apt-package");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/rules\/unpinned-apt-package\.html$/);
  need("a result leads to its page", (await page.locator("h1").textContent()) === "unpinned-apt-package");
  await page.keyboard.press("/");
  await page.keyboard.type("baseline");
  await page.waitForSelector("dialog li");
  need("the search finds words of the text", (await page.locator("dialog li").count()) > 1);
  await page.keyboard.press("Escape");
  need("Escape leaves the search", !(await page.locator("dialog").isVisible()));
  await page.click("#theme");
  await page.reload();
  need("what is chosen of light and dark stays", await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme === "dark"));
  await fit("a page after the search", tab);
}

// The list of rules.
{
  const tab = await visit(path.join(site, "rules.html"), "light");
  const { page } = tab;
  const all = await page.locator("#rules tbody tr").count();
  const seen = () => page.locator("#rules tbody tr:visible").count();
  need("all rules are listed", all >= 150 && (await seen()) === all);
  await page.fill("[name=q]", "dl3008");
  need("a code leaves its rule", (await seen()) === 1);
  await page.fill("[name=q]", "");
  await page.selectOption("[name=severity]", "error");
  const errors = await seen();
  await page.selectOption("[name=fix]", "safe");
  need("filters add up", errors > 1 && errors < all && (await seen()) < errors);
  const address = page.url();
  await tab.close();
  const again = await visit(address, "light");
  need("what is chosen is in the address", (await again.page.inputValue("[name=fix]")) === "safe" && (await again.page.inputValue("[name=severity]")) === "error");
  await fit("the list of rules", again);
}

// The playground: type, see, mend.
{
  const begin = Date.now();
  const tab = await visit(path.join(site, "playground.html"), "dark");
  const { page } = tab;
  const state = (text) => counted(page, text);
  const rules = () => page.locator("#findings .rule").allTextContents();
  await state("3 findings");
  console.log(`the first findings after ${Date.now() - begin} ms`);
  const area = page.locator("#dockerfile");
  await area.fill("");
  await page.waitForFunction(() => document.querySelector("#findings .rule")?.textContent === "parse-error");
  await area.pressSequentially("# 🚀\nFROM alpine:3.20\nENV GREETING hello\nUSER 65532\nCMD [\"date\"]\n");
  await page.waitForSelector("#state:not([aria-busy])");
  need("what is typed is judged", (await rules()).join() === "legacy-key-value");
  const times = [];
  for (let i = 0; i < 20; i++) {
    await area.press("a");
    await page.waitForSelector("#state:not([aria-busy])");
    times.push(+(await page.locator("#took").textContent()).match(/(\d+) ms/)[1]);
  }
  console.log(`a keystroke takes ${times.sort((a, b) => a - b)[10]} ms in the median`);
  for (let i = 0; i < 20; i++) await area.press("Backspace");
  await state("1 finding");
  const under = () => page.locator("#pane-dockerfile mark").allTextContents();
  need("the place is underlined, behind an emoji", (await under()).join("|") === "GREETING hello");
  await page.click("#findings .place");
  need("a finding leads to its place", await area.evaluate((a) => document.activeElement === a && a.value.slice(a.selectionStart, a.selectionEnd) === "GREETING hello"));
  await page.click("#findings .fix");
  await state("No findings");
  need("a fix mends it", (await area.inputValue()).includes("ENV GREETING=hello\n") && (await under()).length === 0);
  await area.press("Control+z");
  await state("1 finding");
  need("and can be undone", (await area.inputValue()).includes("ENV GREETING hello\n"));
  await page.click("#fixall");
  await state("No findings");
  need("all safe fixes are made at once", (await area.inputValue()).includes("ENV GREETING=hello\n"));

  await area.fill("FROM alpine:3.20\nUSER 1\nENV A b\nENV C d\n");
  await state("2 findings");
  await page.locator("#findings .fix").first().focus();
  await page.keyboard.press("Enter");
  await state("1 finding");
  need("who mends from the keyboard stays in the list", await page.evaluate(() => !!document.activeElement.closest("#findings li")));
  await area.fill("FROM alpine:3.20\nUSER 1\n" + Array.from({ length: 800 }, (_, i) => `ENV A${i} b\n`).join(""));
  await state("800 findings");
  need("of very many findings the first are shown", (await page.locator("#findings .fix").count()) === 500 && (await page.locator("#findings").textContent()).endsWith("and 300 more"));
  await area.fill("FROM alpine:3.20\nUSER 1\n#" + Array.from(crypto.getRandomValues(new Uint8Array(60000)), (b) => b.toString(16)).join("") + Array.from(crypto.getRandomValues(new Uint8Array(60000)), (b) => b.toString(16)).join("") + "\n");
  await page.click("#share");
  await page.waitForFunction(() => document.getElementById("told").textContent === "This is too long for a link.");
  need("what is too long for a link is not in the address", new URL(page.url()).hash === "");
  await area.fill("FROM alpine:3.20\nUSER 65532\nENV GREETING=hello\nCMD [\"date\"]\n");
  await state("No findings");

  await page.selectOption("#set", "strict");
  await state("2 findings");
  need("a set can be chosen", (await rules()).includes("unpinned-base-image"));
  await page.selectOption("#set", "");
  await page.click("#tab-stages");
  need("the stages are a picture", await page.waitForFunction(() => document.querySelector("#pane-stages img")?.naturalWidth > 100).then(() => true, () => false));
  await page.press("#tab-stages", "ArrowRight");
  await page.waitForFunction(() => document.getElementById("document").textContent.includes('"stages"'));
  need("what rules read is there", JSON.parse(await page.locator("#document").textContent()).stages.length === 1);
  await page.click("#tab-findings");

  await page.selectOption("#example", { label: "a policy of your own" });
  await state("5 findings");
  need("a policy is judged with the rules", (await rules()).filter((r) => r === "our-registry").length === 2 && (await page.locator("#problems li").count()) === 0);
  const policy = page.locator("#policy");
  await policy.fill((await policy.inputValue()).replace("input.stages", "input.stagges"));
  await page.waitForSelector("#problems li");
  need("a mistake in it is told with its place", /^policy\.rego:\d+:\d+: input has no stagges; did you mean stages\?/.test((await page.locator("#problems li").first().textContent())));
  await policy.fill((await policy.inputValue()).replace("input.stagges", "input.stages"));
  await state("5 findings");
  await page.click("#tab-config");
  await page.locator("#config").fill("severity: {our-registry: note}\nignore: [latest-tag]\n");
  await state("4 findings");
  need("a configuration counts", (await page.locator("#findings .badge.note").count()) === 2);
  await page.waitForURL(({ hash }) => hash && JSON.parse(zlib.inflateRawSync(Buffer.from(hash.slice("#d=".length), "base64url"))).config?.includes("our-registry"));
  const address = page.url();
  await fit("the playground, dark", tab);

  const again = await visit(address, "light", 390);
  await counted(again.page, "4 findings");
  need("the address has it all", (await again.page.inputValue("#config")).includes("our-registry") && (await again.page.inputValue("#policy")).includes("package plimline.policies"));
  await fit("the playground, light, 390 pixels", again);

  const rule = await visit(path.join(site, "rules/latest-tag.html"), "light");
  await rule.page.locator("a.try").first().click();
  await counted(rule.page, "1 finding");
  need("a rule's example opens in the playground", (await rule.page.locator("#findings .rule").textContent()) === "latest-tag");
  await rule.page.locator("#findings a.rule").click();
  await rule.page.waitForURL(/rules\/latest-tag\.html$/);
  need("and its finding leads back", (await rule.page.locator("h1").textContent()) === "latest-tag");
  await rule.close();
}
await browser.close();
console.log(`the site in Chromium: ${held} things are as they should be, ${failed} are not`);
process.exit(failed ? 1 : 0);
