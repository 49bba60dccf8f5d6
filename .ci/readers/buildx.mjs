// Compares what plimline and buildx say of all that a Dockerfile fetches, by the same build policies.
//   node buildx.mjs PLIMLINE BUILDX FOLDER
// BUILDX is what buildx.go makes. By every policy the denials have to be equal, and how many sources are allowed, fail, or depend on what has to be
// asked for.
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";

const [plimline, buildx, folder] = process.argv.slice(2);
const policies = readdirSync(folder).filter((f) => f.endsWith(".rego")).map((f) => join(folder, f));
const dockerfile = join(folder, "Dockerfile");
const limits = { maxBuffer: 1 << 28, encoding: "utf8" };

const theirs = execFileSync(buildx, [dockerfile, ...policies], limits).split("\n").filter(Boolean).map((l) => JSON.parse(l));
let differences = 0, compared = 0;
for (const policy of policies) {
  const tell = (said) => said.sort().join("\n");
  const of = theirs.filter((t) => t.policy === basename(policy));
  const want = tell(of.filter((t) => t.allow !== true).map((t) => t.error ? "fails" : t.asks ? "asks" : "denied: " + (t.messages.sort().join(", ") || "without a word")));
  const report = JSON.parse(execFileSync(plimline, ["lint", "--no-config", "--no-context", "--shellcheck", "off", "--show-unknown", "--fail-on", "never", "--policy", policy,
    "--select", "docker-decision", "--format", "json", dockerfile], limits));
  // A denial has a finding for each of its messages.
  const places = new Map();
  for (const f of report.files[0].findings) {
    const said = f.unknown ? "asks" : /^the build policy fails on /.test(f.message) ? "fails" : /^the build policy does not allow /.test(f.message) ? "without a word" : f.message;
    places.set(f.start.offset, [...(places.get(f.start.offset) ?? []), said]);
  }
  const got = tell([...places.values()].map((all) => all[0] === "asks" || all[0] === "fails" ? all[0] : "denied: " + all.sort().join(", ")));
  compared += of.length;
  if (want !== got) {
    differences++;
    console.log(`DIFFERENT ${basename(policy)}\n--- buildx\n${want}\n--- plimline\n${got}`);
  }
}
console.log(`buildx: ${policies.length} build policies, ${compared} decisions compared, ${differences} policies with differences`);
if (compared === 0 || differences > 0) process.exit(1);
