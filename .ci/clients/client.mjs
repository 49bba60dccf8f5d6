// A session with plimline over vscode-languageserver-protocol: what VS Code's own client speaks. The document is held by
// vscode-languageserver-textdocument, which knows nothing of plimline.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import assert from "node:assert/strict";

export const modules = process.env.NODE_MODULES;
const require = createRequire(`${modules}/`);
export const rpc = require("vscode-jsonrpc/node");
export const lsp = require("vscode-languageserver-protocol/node");
export const { TextDocument } = require("vscode-languageserver-textdocument");

export class Client {
  constructor(command, args, cwd) {
    this.process = spawn(command, args, { cwd, stdio: ["pipe", "pipe", "inherit"] });
    this.exited = new Promise((resolve) => this.process.on("exit", (code) => resolve(code)));
    this.connection = rpc.createMessageConnection(new rpc.StreamMessageReader(this.process.stdout), new rpc.StreamMessageWriter(this.process.stdin));
    this.published = new Map(); // by URI: the latest diagnostics
    this.waiting = [];
    this.messages = [];
    this.registered = [];
    this.connection.onError(([error]) => { throw error; });
    this.connection.onNotification(lsp.PublishDiagnosticsNotification.type, (p) => {
      for (const d of p.diagnostics) assert(lsp.Diagnostic.is(d), JSON.stringify(d));
      this.published.set(p.uri, p);
      this.waiting = this.waiting.filter((check) => !check());
    });
    this.connection.onNotification(lsp.ShowMessageNotification.type, (p) => this.messages.push(p.message));
    this.connection.onNotification(lsp.LogMessageNotification.type, (p) => this.messages.push(p.message));
    this.connection.onRequest(lsp.RegistrationRequest.type, (p) => { this.registered.push(...p.registrations); });
    this.connection.listen();
  }

  async start(rootUri, capabilities) {
    this.result = await this.connection.sendRequest(lsp.InitializeRequest.type, {
      processId: process.pid, rootUri, workspaceFolders: [{ uri: rootUri, name: "root" }], capabilities,
    });
    await this.connection.sendNotification(lsp.InitializedNotification.type, {});
    return this.result;
  }

  async stop() {
    await this.connection.sendRequest(lsp.ShutdownRequest.type);
    await this.connection.sendNotification(lsp.ExitNotification.type);
    const code = await this.exited;
    this.connection.dispose();
    return code;
  }

  async open(uri, text, languageId = "dockerfile") {
    const document = TextDocument.create(uri, languageId, 1, text);
    await this.connection.sendNotification(lsp.DidOpenTextDocumentNotification.type, { textDocument: { uri, languageId, version: 1, text } });
    return document;
  }

  // edit makes changes, each in what the one before it left, here and at the server.
  async edit(document, changes) {
    const version = document.version + 1;
    TextDocument.update(document, changes, version);
    await this.connection.sendNotification(lsp.DidChangeTextDocumentNotification.type, { textDocument: { uri: document.uri, version }, contentChanges: changes });
  }

  // diagnostics waits for those of the document's version, or of a file that is not open.
  diagnostics(uri, version, minutes = 1) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no diagnostics of ${uri} ${version}`)), minutes * 60_000);
      const check = () => {
        const p = this.published.get(uri);
        if (!p || version !== undefined && p.version !== version) return false;
        clearTimeout(timer);
        resolve(p.diagnostics);
        return true;
      };
      if (!check()) this.waiting.push(check);
    });
  }

  async pull(uri) {
    const report = await this.connection.sendRequest(lsp.DocumentDiagnosticRequest.type, { textDocument: { uri } });
    assert.equal(report.kind, "full");
    return report.items;
  }

  rss() {
    return Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${this.process.pid}/status`, "utf8"))[1]);
  }
}

// applied is a document's text after a workspace edit that is about it alone.
export function applied(document, edit) {
  assert(lsp.WorkspaceEdit.is(edit), JSON.stringify(edit));
  const edits = edit.documentChanges ? edit.documentChanges.flatMap((c) => c.edits) : edit.changes[document.uri];
  return TextDocument.applyEdits(document, edits);
}

// texts are the codes of diagnostics with the text that each is about.
export function texts(document, diagnostics) {
  return diagnostics.map((d) => `${d.code} ${JSON.stringify(document.getText(d.range))}`);
}
