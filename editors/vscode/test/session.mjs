// Uses the packaged extension in a real Visual Studio Code, the one that code-server ships, through headless Chromium.
//
//   node session.mjs VSCODE EXTENSION.vsix PLIMLINE WORKDIR NODE_MODULES
//
// VSCODE is the folder with out/server-main.js. What `go install` gives comes from the module proxy that GOPROXY names.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [vscode, vsix, plimline, work, modules] = process.argv.slice(2).map((p) => path.resolve(p));
const { chromium } = createRequire(path.join(modules, "x.js"))("playwright-core");
const port = 18000 + (process.pid % 1000);
const patience = 60_000;

const write = (name, text, mode = 0o644) => {
  const file = path.join(work, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text, { mode });
  return file;
};
const bad = 'FROM alpine:latest\nRUN apk add curl\nUSER 1\nCMD ["true"]\n';

const common = ["--accept-server-license-terms", "--server-data-dir", path.join(work, "data"), "--extensions-dir", path.join(work, "extensions")];
const server = path.join(vscode, "out/server-main.js");
execFileSync(process.execPath, [server, "--install-extension", vsix, "--force", ...common], { stdio: "pipe" });

// The folders of PATH that have no plimline, and a home of its own.
const env = { ...process.env, HOME: path.join(work, "home"), GOBIN: "", GOPATH: "" };
env.PATH = env.PATH.split(":").filter((dir) => !fs.existsSync(path.join(dir, "plimline"))).join(":");
fs.mkdirSync(env.HOME, { recursive: true });
const log = fs.openSync(path.join(work, "server.log"), "w");
const code = spawn(process.execPath, [server, "--host", "127.0.0.1", "--port", String(port), "--without-connection-token", "--telemetry-level", "off", "--force-disable-user-env", ...common],
  { env, stdio: ["ignore", log, log] });

const settings = (values) => write("data/data/Machine/settings.json", JSON.stringify({ "extensions.autoUpdate": false, "files.autoSave": "off", ...values }));
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
let page;
let failed = false;

// open opens a folder or a .code-workspace, and a file in it, in a new profile.
async function open(what, trust, file) {
  await page?.context().close();
  const context = await browser.newContext({ viewport: { width: 1300, height: 800 } });
  page = await context.newPage();
  page.setDefaultTimeout(patience);
  const kind = what.endsWith(".code-workspace") ? "workspace" : "folder";
  const payload = JSON.stringify([["openFile", `vscode-remote://127.0.0.1:${port}${path.join(work, file)}`]]);
  for (let tries = 0; ; tries++) {
    try {
      await page.goto(`http://127.0.0.1:${port}/?${kind}=${path.join(work, what)}&payload=${encodeURIComponent(payload)}`);
      break;
    } catch (err) {
      if (tries === 50) throw err;
      await page.waitForTimeout(200);
    }
  }
  await page.getByText(trust ? "Yes, I trust the authors" : "No, I don't trust the authors").click();
  await page.locator(".monaco-editor .view-line").first().waitFor();
  await command("Problems: Focus on Problems View");
}

async function command(name) {
  await page.keyboard.press("F1");
  await page.locator(".quick-input-widget input").first().fill(`>${name}`);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first().waitFor();
  await page.keyboard.press("Enter");
}

const problems = (text) => page.locator(".markers-panel .monaco-list-row", { hasText: text });
const notice = (text) => page.locator(".notification-toast", { hasText: text });
const finding = (text) => problems(text).first().waitFor();
const noFinding = (text) => problems(text).first().waitFor({ state: "detached" });
const text = async () => (await page.locator(".editor-instance .view-line").allInnerTexts()).join("\n").replaceAll("\u00a0", " ");

async function step(what, f) {
  if (failed) return;
  const start = Date.now();
  try {
    await f();
    console.log(`vscode: ${what} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
  } catch (err) {
    failed = true;
    console.log(`vscode: not so: ${what}\n${err}`);
    await page?.screenshot({ path: path.join(work, "failed.png") });
  }
}
const must = (what, ok) => {
  if (!ok) throw new Error(what);
};

await step("says when plimline is missing, installs it with Go, and lints", async () => {
  settings({});
  write("folder/Dockerfile", bad);
  await open("folder", true, "folder/Dockerfile");
  await notice("plimline is not installed").getByText("Install", { exact: true }).click();
  page.setDefaultTimeout(5 * patience);
  await page.locator(".squiggly-warning").waitFor();
  must("it was installed", fs.existsSync(path.join(env.HOME, "go/bin/plimline")));
});

await step("a fix from the menu, and the finding is gone", async () => {
  settings({ "plimline.path": plimline });
  await open("folder", true, "folder/Dockerfile");
  await finding("latest-tag");
  await problems("the package index stays in the layer").first().dblclick({ position: { x: 90, y: 10 } });
  await page.locator(".editor-instance .codicon-light-bulb, .editor-instance [class*=lightbulb]").first().waitFor();
  await command("Quick Fix...");
  await page.locator(".action-widget .monaco-list-row.focused", { hasText: "Give --no-cache" }).waitFor();
  await page.keyboard.press("Enter");
  await noFinding("the package index stays in the layer");
  must("the buffer has --no-cache", (await text()).includes("apk add --no-cache curl"));
  must("the file has it not", !fs.readFileSync(path.join(work, "folder/Dockerfile"), "utf8").includes("--no-cache"));
});

await step("a changed configuration counts at once", async () => {
  write("folder/plimline.yaml", "ignore: [latest-tag]\n");
  await noFinding("latest-tag");
  fs.unlinkSync(path.join(work, "folder/plimline.yaml"));
  await finding("latest-tag");
});

await step("restarts", async () => {
  const servers = () => execFileSync("pgrep", ["-f", `^${plimline} lsp`], { encoding: "utf8" }).trim();
  const before = servers();
  await command("plimline: Restart the language server");
  await noFinding("latest-tag");
  await finding("latest-tag");
  must("another process serves", servers() !== before);
});

await step("an untrusted folder names no program, a trusted one does", async () => {
  const evil = write("untrusted/evil", `#!/bin/sh\n: >"${work}/ran"\nexec "${plimline}" "$@"\n`, 0o755);
  write("untrusted/.vscode/settings.json", JSON.stringify({ "plimline.path": "./evil", "plimline.args": ["--select", "root-user"] }));
  write("untrusted/Dockerfile", bad);
  await open("untrusted", false, "untrusted/Dockerfile");
  await finding("latest-tag");
  must(`${evil} did not run`, !fs.existsSync(path.join(work, "ran")));
  await open("untrusted", true, "untrusted/Dockerfile");
  for (let tries = 0; !fs.existsSync(path.join(work, "ran")); tries++) {
    must(`${evil} ran`, tries < 100);
    await page.waitForTimeout(200);
  }
});

await step("a Dockerfile that stands in a Compose file", async () => {
  write("composed/compose.yaml", `services:\n  web:\n    build:\n      dockerfile_inline: |\n${bad.replace(/^(?=.)/gm, "        ")}`);
  await open("composed", true, "composed/compose.yaml");
  await problems("latest-tag").locator("text=[Ln 5, Col 14]").waitFor();
});

await step("folders of one window have their own configurations", async () => {
  write("one/Dockerfile", bad);
  write("two/Dockerfile", bad);
  write("two/plimline.yaml", "ignore: [latest-tag]\n");
  write("both.code-workspace", JSON.stringify({ folders: ["one", "two"].map((f) => ({ uri: `vscode-remote://127.0.0.1:${port}${path.join(work, f)}` })) }));
  await open("both.code-workspace", true, "one/Dockerfile");
  await finding("latest-tag");
  await page.keyboard.press("Control+P");
  await page.locator(".quick-input-widget input").first().fill(path.join(work, "two/Dockerfile"));
  await page.locator(".quick-input-list .monaco-list-row", { hasText: "two" }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".editor-instance .squiggly-info").first().waitFor();
  await page.locator(".markers-panel .monaco-list-row", { hasText: /Dockerfile.*two/ }).waitFor();
  must("latest-tag is shown once", (await problems("latest-tag").count()) === 1);
});

await step("says when the settings do not fit, and starts once they do", async () => {
  settings({ "plimline.path": plimline, "plimline.args": ["--select", "nonsense"] });
  await open("folder", true, "folder/Dockerfile");
  await notice('--select: unknown rule "nonsense"').first().waitFor();
  settings({ "plimline.path": plimline });
  await finding("latest-tag");
});

await step("says when plimline is too old", async () => {
  settings({ "plimline.path": write("old", '#!/bin/sh\n[ "$1" = version ] && echo "plimline 0.0.1 (go1.26 linux/amd64)" && exit\nexit 2\n', 0o755) });
  await open("folder", true, "folder/Dockerfile");
  await notice("plimline 0.0.1 (go1.26 linux/amd64) is too old").first().waitFor();
});

await page?.screenshot({ path: path.join(work, "last.png") });
await browser.close();
code.kill();
process.exit(failed ? 1 : 0);
