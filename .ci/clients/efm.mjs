// usage: node efm.mjs EFM-LANGSERVER CONFIG FOLDER
// efm-langserver with the recipe of docs/editors.md, which has plimline's command line find what stands in the buffer.
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { Client, texts } from "./client.mjs";

const [efm, config, folder] = process.argv.slice(2);
const uri = pathToFileURL(`${folder}/Dockerfile`).href;
const c = new Client(efm, ["-c", config], folder);
await c.start(pathToFileURL(folder).href, { textDocument: { publishDiagnostics: {} } });
const document = await c.open(uri, "FROM alpine:3.20\nENV A b\nUSER 1000\n");
const found = await c.diagnostics(uri, 1);
assert.equal(found.length, 1);
assert.equal(found[0].severity, 4); // a note
assert.equal(found[0].source, "plimline");
assert.match(found[0].message, /\[legacy-key-value\]$/);
assert.deepEqual(found[0].range.start, document.positionAt(document.getText().indexOf("A b")));
await c.edit(document, [{ text: document.getText().replace("A b", "A=b") }]); // it wants all of the text
assert.deepEqual(texts(document, await c.diagnostics(uri, 2)), []);
c.process.kill();
console.log("efm-langserver: passed");
