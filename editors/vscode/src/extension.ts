// The editor's side of plimline: it finds the program, starts `plimline lsp`, and says what to do where that is not possible.
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import * as vscode from "vscode";
import { LanguageClient } from "vscode-languageclient/node";

const run = promisify(execFile);
const source = "github.com/plimline/plimline/cmd/plimline@latest";

// What the server reads: Dockerfiles, what builds them, and its own configuration.
const documents = [
  { scheme: "file", language: "dockerfile" },
  { scheme: "untitled", language: "dockerfile" },
  { scheme: "file", language: "dockercompose" },
  { scheme: "file", pattern: "**/{,docker-}{compose,bake}*.{yaml,yml,hcl,json}" },
  { scheme: "file", pattern: "**/{,.}plimline.{yaml,yml}" },
];

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const it = (server = new Server());
  const command = (name: string, f: () => unknown) => vscode.commands.registerCommand(name, f);
  context.subscriptions.push(
    command("plimline.restart", () => it.restart()),
    command("plimline.install", () => it.install()),
    command("plimline.showOutput", () => { it.output.show(); }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => it.restart()),
    vscode.workspace.onDidChangeConfiguration((e) => {
      if (["path", "args", "config"].some((name) => e.affectsConfiguration(`plimline.${name}`))) {
        return it.restart();
      }
    }),
  );
  await it.restart();
}

// deactivate lets the server say goodbye: the editor waits for it, as it does not for subscriptions.
export async function deactivate(): Promise<void> {
  await server?.dispose();
  server = undefined;
}

// Server is the one language server, which serves all folders of the window.
class Server {
  readonly output = vscode.window.createOutputChannel("plimline", { log: true });
  private client?: LanguageClient;
  private turn: Promise<void> = Promise.resolve();

  // restart stops the server, if one runs, and starts it as the settings say now. One restart waits for the other.
  restart(): Promise<void> {
    this.turn = this.turn.then(() => this.again()).catch((err: unknown) => {
      this.output.error(String(err));
      void this.offer(`plimline did not start: ${reason(err)}`, "Show output");
    });
    return this.turn;
  }

  async dispose(): Promise<void> {
    await this.turn;
    await this.stop();
    this.output.dispose();
  }

  private async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose();
    } catch (err) {
      this.output.warn(reason(err)); // one that did not start, or is gone, cannot be stopped, and need not be
    }
  }

  private async again(): Promise<void> {
    await this.stop();
    const settings = vscode.workspace.getConfiguration("plimline");
    const wanted = settings.get<string>("path", "");
    const command = await find(wanted);
    if (command === undefined) {
      void (wanted === ""
        ? this.offer("plimline is not installed, so Dockerfiles are not checked.", "Install", "Settings")
        : this.offer(`The setting plimline.path names ${wanted}, which is no program.`, "Settings"));
      return;
    }
    const config = settings.get<string>("config", "");
    const args = ["lsp", ...(config === "" ? [] : ["--config", absolute(config)]), ...settings.get<string[]>("args", [])];
    const { version, problem } = await ask(command);
    if (problem !== undefined) {
      this.output.error(`${command}: ${problem}`);
      void this.offer(`${command} cannot serve the editor: ${problem}`, "Install", "Settings");
      return;
    }
    this.output.info(`${version}: ${[command, ...args].join(" ")}`);
    this.client = new LanguageClient("plimline", "plimline", { command, args }, {
      documentSelector: documents,
      outputChannel: this.output,
      initializationFailedHandler: () => false, // once is enough
    });
    try {
      await this.client.start();
    } catch (err) {
      this.output.error(reason(err)); // the client has shown it
    }
  }

  // install has Go install plimline, or shows where to get it.
  async install(): Promise<void> {
    const go = await search("go");
    if (go === undefined) {
      await vscode.env.openExternal(vscode.Uri.parse("https://github.com/plimline/plimline/releases"));
      return;
    }
    const task = new vscode.Task({ type: "process" }, vscode.TaskScope.Global, "install", "plimline",
      new vscode.ProcessExecution(go, ["install", source], { cwd: os.homedir() }));
    const execution = await vscode.tasks.executeTask(task);
    const ended = vscode.tasks.onDidEndTaskProcess((e) => {
      if (e.execution === execution) {
        ended.dispose();
        if (e.exitCode === 0) {
          void this.restart();
        }
      }
    });
  }

  // offer says something and does what the chosen button says.
  private async offer(text: string, ...buttons: string[]): Promise<void> {
    switch (await vscode.window.showWarningMessage(text, ...buttons)) {
      case "Install":
        return this.install();
      case "Settings":
        await vscode.commands.executeCommand("workbench.action.openSettings", "plimline.path");
        return;
      case "Show output":
        this.output.show();
    }
  }
}

// ask has a program say what it is; problem is why it cannot serve.
async function ask(command: string): Promise<{ version: string; problem?: string }> {
  let version: string;
  try {
    version = (await run(command, ["version"], { timeout: 20_000 })).stdout.trim();
  } catch (err) {
    return { version: "", problem: reason(err) };
  }
  if (!version.startsWith("plimline ")) {
    return { version, problem: "it is not plimline." };
  }
  try {
    await run(command, ["lsp", "--help"], { timeout: 20_000 });
  } catch {
    return { version, problem: `${version} is too old, it has no language server.` };
  }
  return { version };
}

// find is the absolute path of the program that the setting asks for.
async function find(wanted: string): Promise<string | undefined> {
  if (wanted === "") {
    return search("plimline", goBin());
  }
  return /[\\/]/.test(wanted) ? executable(absolute(wanted)) : search(wanted);
}

// search looks a program up on PATH, then in more folders. Folders that are relative are left out: they would make what runs depend on the
// folder that is open.
async function search(name: string, ...more: string[]): Promise<string | undefined> {
  for (const dir of [...(process.env["PATH"] ?? "").split(path.delimiter), ...more]) {
    const found = path.isAbsolute(dir) ? await executable(path.join(dir, name)) : undefined;
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

async function executable(file: string): Promise<string | undefined> {
  if (process.platform === "win32" && path.extname(file) === "") {
    file += ".exe";
  }
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}

// goBin is where `go install` puts programs.
function goBin(): string {
  const gopath = (process.env["GOPATH"] ?? "").split(path.delimiter)[0];
  return process.env["GOBIN"] || path.join(gopath || path.join(os.homedir(), "go"), "bin");
}

// absolute is a path of the settings.
function absolute(file: string): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? os.homedir();
  return path.resolve(folder, file.replaceAll("${workspaceFolder}", folder).replace(/^~(?=$|[\\/])/, os.homedir()));
}

function reason(err: unknown): string {
  return err instanceof Error ? err.message : String(err);
}
