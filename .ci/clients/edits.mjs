// usage: node edits.mjs PLIMLINE FOLDER
// 10,000 random edits of one document. What the server then says of it is what a new server says of the client's text; and the server has not
// grown since the first 1,000.
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { Client, TextDocument, lsp } from "./client.mjs";

const [plimline, folder] = process.argv.slice(2);
const uri = pathToFileURL(`${folder}/random.Dockerfile`).href;
const capabilities = { textDocument: { diagnostic: {} } };
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
console.log(`seed ${seed}`);
let state = seed;
function random(n) { // mulberry32
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % n;
}

const pieces = ["a", "ß", "日", "🚀", "e\u0301", "\t", " ", "\n", "\r\n", "\r", "\uFEFF", "$", '"', "\\\n", "# x\n", "FROM alpine:latest AS b\n", "RUN echo 🚀 && \\\n  sudo a\n",
  "COPY --from=b . .\r\n", "ENV A🚀 b\n", "ARG V=1\n", "RUN <<EOF\n", "EOF\n", "# plimline ignore=latest-tag\n", "", "", "", "", "", "", ""];

// change is a random one that cuts no character in two, as no editor would.
function change(document) {
  const text = document.getText();
  const whole = (i) => i > 0 && i < text.length && (/[\uDC00-\uDFFF]/.test(text[i]) || text[i] === "\n" && text[i - 1] === "\r") ? i - 1 : i;
  const from = whole(random(text.length + 1));
  let to = random(3) ? whole(Math.min(text.length, from + random(8))) : from;
  if (random(40) === 0 && text.length > 4000) to = whole(Math.min(text.length, from + 1500));
  if (to < from) to = from;
  return { range: { start: document.positionAt(from), end: document.positionAt(to) }, text: pieces[random(pieces.length)] };
}

async function everything(c) {
  const ask = (type) => c.connection.sendRequest(type, { textDocument: { uri } });
  const tokens = await ask(lsp.SemanticTokensRequest.type);
  return { diagnostics: await c.pull(uri), tokens: tokens.data, symbols: await ask(lsp.DocumentSymbolRequest.type), folds: await ask(lsp.FoldingRangeRequest.type) };
}

const start = Array.from({ length: 10 }, () => pieces.filter((p) => p.endsWith("\n")).join("")).join("");
const c = new Client(plimline, ["lsp", "--no-config"], folder);
await c.start(pathToFileURL(folder).href, capabilities);
const document = await c.open(uri, start);
const rss = {};
for (let n = 1; n <= 10_000; n++) {
  const changes = [];
  const copy = TextDocument.create(uri, "dockerfile", document.version, document.getText());
  for (let k = 0; k < 1 + random(3); k++) {
    const one = change(copy);
    TextDocument.update(copy, [one], copy.version);
    changes.push(one);
  }
  await c.edit(document, changes);
  assert.equal(document.getText(), copy.getText());
  if (n % 10 === 0) await c.pull(uri);
  if (n % 1000 === 0) {
    const fresh = new Client(plimline, ["lsp", "--no-config"], folder);
    await fresh.start(pathToFileURL(folder).href, capabilities);
    await fresh.open(uri, document.getText());
    assert.deepEqual(await everything(c), await everything(fresh), `after ${n} edits the server has another text than the client (seed ${seed})`);
    assert.equal(await fresh.stop(), 0);
    rss[n] = c.rss();
  }
}
assert.equal(await c.stop(), 0);
const late = Math.max(rss[8000], rss[9000], rss[10_000]), early = Math.max(rss[1000], rss[2000]);
console.log(`resident memory: ${Object.entries(rss).map(([n, kb]) => `${Math.round(kb / 1000)} MB after ${n}`).join(", ")}; ratio ${(late / early).toFixed(2)}; the text is ${document.getText().length} characters long`);
assert(late < 1.5 * early, "the server has grown");
console.log("1 passed, 0 failed");
