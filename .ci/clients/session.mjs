// usage: node session.mjs PLIMLINE FOLDER
import assert from "node:assert/strict";
import { writeFileSync, rmSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { Client, applied, lsp, texts } from "./client.mjs";

const [plimline, folder] = process.argv.slice(2);
const uri = (name) => pathToFileURL(`${folder}/${name}`).href;

// Lines with emoji, tabs, combining characters and a byte order mark; they end in CRLF.
const odd = "\uFEFF\tFROM alpine:latest AS 日\r\nENV\t🚀🚀 a b\r\nRUN\techo '🚀' ;\tcd /src # é\r\nUSER 1000\r\n# 🚀 plimline\r\nENV X🚀 y\r\nCMD\techo 🚀\r\n";

async function pushed() {
  const c = new Client(plimline, ["lsp", "--stdio"], folder);
  const { capabilities } = await c.start(uri(""), {
    workspace: { didChangeWatchedFiles: { dynamicRegistration: true }, workspaceEdit: { documentChanges: true } },
    textDocument: { publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true, tagSupport: { valueSet: [1, 2] } } },
  });
  assert.equal(capabilities.positionEncoding, "utf-16");
  assert.equal(capabilities.textDocumentSync.change, lsp.TextDocumentSyncKind.Incremental);
  assert.equal(capabilities.documentFormattingProvider, undefined);

  // Open, type, a finding appears, apply the fix, it goes.
  const document = await c.open(uri("Dockerfile"), "FROM alpine:3.20\nUSER 1000\n");
  assert.deepEqual(await c.diagnostics(document.uri, 1), []);
  for (const [at, letter] of [..."ENV 🚀 b"].map((l, i) => [i + (i > 4 ? 1 : 0), l])) {
    await c.edit(document, [{ range: { start: { line: 2, character: at }, end: { line: 2, character: at } }, text: letter }]);
  }
  assert.equal(document.getText(), "FROM alpine:3.20\nUSER 1000\nENV 🚀 b");
  let found = await c.diagnostics(document.uri, document.version);
  assert.deepEqual(texts(document, found), ['legacy-key-value "🚀 b"']);
  assert.match(found[0].codeDescription.href, /^https:.*legacy-key-value/);
  const actions = await c.connection.sendRequest(lsp.CodeActionRequest.type, { textDocument: { uri: document.uri }, range: found[0].range, context: { diagnostics: found } });
  for (const a of actions) assert(lsp.CodeAction.is(a), JSON.stringify(a));
  const fix = actions.find((a) => a.isPreferred);
  assert.deepEqual(fix.diagnostics, found);
  assert.equal(applied(document, fix.edit), "FROM alpine:3.20\nUSER 1000\nENV 🚀=b");
  await c.edit(document, fix.edit.documentChanges[0].edits.map((e) => ({ range: e.range, text: e.newText })));
  assert.deepEqual(await c.diagnostics(document.uri, document.version), []);

  // A plimline.yaml that is wrong, and mended; the client watches files.
  assert.deepEqual(c.registered.map((r) => r.method), ["workspace/didChangeWatchedFiles"]);
  const tell = () => c.connection.sendNotification(lsp.DidChangeWatchedFilesNotification.type, { changes: [{ uri: uri("plimline.yaml"), type: 2 }] });
  writeFileSync(`${folder}/plimline.yaml`, "ignore: [no-such-rule]\n");
  await tell();
  found = await c.diagnostics(uri("plimline.yaml"));
  assert.equal(found.length, 1);
  assert.deepEqual(found[0].range.start, { line: 0, character: 9 });
  c.published.clear();
  rmSync(`${folder}/plimline.yaml`);
  await tell();
  assert.deepEqual(await c.diagnostics(uri("plimline.yaml")), []);
  assert.equal(c.messages.length, 1);
  assert.equal(await c.stop(), 0);
}

async function pulled() {
  const c = new Client(plimline, ["lsp"], folder);
  await c.start(uri(""), {
    workspace: { workspaceEdit: { documentChanges: true } },
    textDocument: {
      documentSymbol: { hierarchicalDocumentSymbolSupport: true }, diagnostic: {}, rename: { prepareSupport: true }, hover: { contentFormat: ["markdown"] },
      codeAction: { dataSupport: true, resolveSupport: { properties: ["edit"] } },
    },
  });
  const document = await c.open(uri("odd.Dockerfile"), odd);
  const ask = (type, more) => c.connection.sendRequest(type, { textDocument: { uri: document.uri }, ...more });
  const behind = (text) => document.positionAt(odd.indexOf(text) + text.length);

  // Every finding is at the text that it is about.
  assert.deepEqual(texts(document, await c.pull(document.uri)), [
    'latest-tag "alpine:latest"',
    'parse-error "日"', // not a name for a stage
    'legacy-key-value "🚀🚀 a b"',
    'legacy-key-value "X🚀 y"',
    'shell-form-entrypoint "echo 🚀"',
  ]);
  const cmd = { start: behind("CMD"), end: behind("CMD") };
  const all = (await ask(lsp.CodeActionRequest.type, { range: cmd, context: { diagnostics: [] } })).find((a) => a.kind === "source.fixAll.plimline");
  assert.equal(all.edit, undefined);
  const resolved = await c.connection.sendRequest(lsp.CodeActionResolveRequest.type, all);
  const [onSave] = await ask(lsp.CodeActionRequest.type, { range: cmd, context: { diagnostics: [], only: ["source.fixAll"] } });
  assert.deepEqual(onSave.edit, resolved.edit);
  assert.equal(applied(document, resolved.edit), odd.replace("🚀🚀 a b", '🚀🚀="a b"').replace("X🚀 y", "X🚀=y").replace("CMD\techo 🚀", 'CMD\t["echo", "🚀"]'));

  const hover = await ask(lsp.HoverRequest.type, { position: behind("alpi") });
  assert.match(hover.contents.value, /docker\.io\/library\/alpine:latest/);
  assert.equal(document.getText(hover.range), "alpine:latest");

  const text = "FROM golang:1.26 AS build\nARG WHO=🚀\nRUN echo $WHO\nFROM scratch\nCOPY --from=build /a /b\nCOPY --from=BUILD /c /d\n# plimline ignore=\n";
  await c.edit(document, [{ text }]);
  const at = (line, character) => ({ position: { line, character } });
  const definition = await ask(lsp.DefinitionRequest.type, at(4, 13));
  assert(lsp.Location.is(definition));
  assert.equal(document.getText(definition.range), "build");
  const references = await ask(lsp.ReferencesRequest.type, { ...at(2, 12), context: { includeDeclaration: true } });
  assert.deepEqual(references.map((r) => document.getText(r.range)), ["WHO", "$WHO"]);
  assert.equal((await ask(lsp.PrepareRenameRequest.type, at(4, 13))).placeholder, "build");
  assert.equal(applied(document, await ask(lsp.RenameRequest.type, { ...at(4, 13), newName: "compile" })), text.replaceAll(/build|BUILD/g, "compile"));
  await assert.rejects(ask(lsp.RenameRequest.type, { ...at(4, 13), newName: "1" }), /not a name for a stage/);
  const symbols = await ask(lsp.DocumentSymbolRequest.type);
  for (const s of symbols) assert(lsp.DocumentSymbol.is(s));
  assert.deepEqual(symbols.map((s) => [s.name, s.children.map((x) => x.name)]), [["build", ["WHO", "RUN"]], ["stage 1", ["COPY", "COPY"]]]);
  for (const f of await ask(lsp.FoldingRangeRequest.type)) assert(lsp.FoldingRange.is(f));
  const marks = await ask(lsp.DocumentHighlightRequest.type, at(4, 13));
  assert.deepEqual(marks.map((h) => `${document.getText(h.range)} ${h.kind}`), ["build 3", "build 2", "BUILD 2"]);
  const completion = await ask(lsp.CompletionRequest.type, at(6, 18));
  assert(completion.items.some((i) => i.label === "root-user"));
  const tokens = await ask(lsp.SemanticTokensRequest.type);
  assert(lsp.SemanticTokens.is(tokens) && tokens.data.length > 50);
  const changed = await ask(lsp.SemanticTokensDeltaRequest.type, { previousResultId: tokens.resultId });
  assert.deepEqual(changed.edits, []);
  await assert.rejects(c.connection.sendRequest("textDocument/formatting", { textDocument: { uri: document.uri }, options: {} }), { code: -32601 });
  assert.equal(await c.stop(), 0);
}

await pushed();
await pulled();
console.log("2 passed, 0 failed");
