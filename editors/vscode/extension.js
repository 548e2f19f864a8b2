"use strict";
// Starts `sluice lsp` for .flow files. Everything the editor then shows comes from the program.

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");
const { expand, find, not_found_text } = require("./program");

const OPEN_SETTINGS = "Open Settings";
const TRY_AGAIN = "Try Again";
const SHOW_OUTPUT = "Show Output";

let client;
let output;
// Starts and stops follow each other, however fast settings change.
let queue = Promise.resolve();

function in_turn(work) {
  queue = queue.then(work, work);
  return queue;
}

function wanted_program() {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  return expand(vscode.workspace.getConfiguration("sluice").get("path", "sluice"), { folder });
}

/** Runs a command of the program and shows the picture it answers with beside the file. */
async function show_result(command, parameters, next) {
  const result = await next(command, parameters);
  if (command === "sluice.showGraph" && result?.svg) {
    const panel = vscode.window.createWebviewPanel(
      "sluice.graph", result.title, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: false });
    panel.webview.html = `<!DOCTYPE html><html><body>${result.svg}</body></html>`;
  }
  return result;
}

function new_client(program) {
  // Without a transport: naming one would add a flag to the arguments.
  const run = { command: program, args: ["lsp"] };
  return new LanguageClient("sluice", "Sluice", { run, debug: run }, {
    documentSelector: [{ scheme: "file", language: "flow" }],
    outputChannel: output,
    middleware: { executeCommand: show_result },
    // The program reads bodies of messages from files beside the flows.
    synchronize: {
      fileEvents: vscode.workspace.createFileSystemWatcher("**/*.{flow,mjml,html,liquid,txt}"),
    },
  });
}

async function start() {
  const wanted = wanted_program();
  const program = find(wanted);
  if (!program) {
    // Not awaited: the message stays up for as long as it is not answered.
    void offer(not_found_text(wanted), [OPEN_SETTINGS, TRY_AGAIN]);
    return;
  }
  const started = new_client(program);
  try {
    await started.start();
    client = started;
  } catch (error) {
    output.appendLine(`${program} lsp: ${error?.message ?? error}`);
    void offer(
      `Sluice: ${program} did not start as a language server. The output says why; an old ` +
        "version of the program may not know `sluice lsp`.",
      [SHOW_OUTPUT, OPEN_SETTINGS, TRY_AGAIN],
    );
  }
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.stop();
}

async function offer(text, choices) {
  const chosen = await vscode.window.showErrorMessage(text, ...choices);
  if (chosen === OPEN_SETTINGS) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "sluice.path");
  } else if (chosen === SHOW_OUTPUT) {
    output.show();
  } else if (chosen === TRY_AGAIN) {
    await restart();
  }
}

function restart() {
  return in_turn(async () => {
    await stop();
    await start();
  });
}

async function activate(context) {
  output = vscode.window.createOutputChannel("Sluice");
  context.subscriptions.push(
    output,
    vscode.commands.registerCommand("sluice.restart", restart),
    vscode.commands.registerCommand("sluice.showOutput", () => output.show()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("sluice.path")) {
        void restart();
      }
    }),
  );
  // A workspace that is not trusted may name any program in its settings.
  if (vscode.workspace.isTrusted) {
    await in_turn(start);
  } else {
    context.subscriptions.push(
      vscode.workspace.onDidGrantWorkspaceTrust(() => void in_turn(start)),
    );
  }
}

function deactivate() {
  return in_turn(stop);
}

module.exports = { activate, deactivate };
