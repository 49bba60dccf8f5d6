// Asks the playground's program, without its page, about the files of a JSON report, and compares the findings. The arguments are the site's
// folder and the report.
import fs from "node:fs";
import path from "node:path";
import vm from "node:vm";
import zlib from "node:zlib";

const [site, report] = process.argv.slice(2);
vm.runInThisContext(fs.readFileSync(path.join(site, "assets/plimline.js"), "utf8"));
// What stands before the worker's own part is Go's.
vm.runInThisContext(globalThis.plimlineWorker.slice(0, globalThis.plimlineWorker.indexOf("// The page's other half")));
const go = new Go();
const { instance } = await WebAssembly.instantiate(zlib.gunzipSync(Buffer.from(globalThis.plimlineProgram, "base64")), go.importObject);
go.run(instance);

let files = 0, findings = 0;
for (const file of JSON.parse(fs.readFileSync(report, "utf8")).files) {
  const answer = JSON.parse(globalThis.plimline(JSON.stringify({ rules: "all", dockerfile: fs.readFileSync(file.path, "utf8") })));
  const got = JSON.stringify(answer.report.files[0].findings), want = JSON.stringify(file.findings);
  if (got !== want) {
    console.log(`${file.path}: the playground says\n${got}\nthe command line\n${want}`);
    process.exit(1);
  }
  files++;
  findings += file.findings.length;
}
if (files < 400 || findings < 1000) throw new Error(`only ${files} files with ${findings} findings`);
console.log(`the playground's program: ${findings} findings in ${files} files, the command line's`);
process.exit(0);
