// Stand-ins for the parts of VS Code and of its language client that the extension calls. What they are
// asked to do is written to `log`.

/** Anything: a class, a function, an object with any member. For code that only has to load. */
function anything() {
  const made = function () {};
  return new Proxy(made, {
    get: (target, key) => {
      if (key === "prototype" || key === Symbol.hasInstance) return Reflect.get(target, key);
      return key === Symbol.toPrimitive ? () => "" : anything();
    },
    apply: () => anything(),
    construct: () => ({}),
  });
}

export function fakeVscode({ path = "sluice", answer, fails, trusted = true } = {}) {
  const settings = { path };
  const log = [];
  const commands = new Map();
  const listeners = {};
  const panels = [];
  const clients = [];
  const subscription = { dispose() {} };
  const listen = (name) => (listener) => {
    listeners[name] = listener;
    return subscription;
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  const parts = {
    window: {
      createOutputChannel: () => ({ appendLine: (line) => log.push(`output ${line}`), show() {} }),
      createWebviewPanel: (_type, title, _place, options) => {
        const panel = { title, options, webview: {} };
        panels.push(panel);
        return panel;
      },
      showErrorMessage: async (text, ...choices) => {
        log.push(`error ${text} [${choices.join(", ")}]`);
        return choices.includes(answer) ? answer : undefined;
      },
    },
    workspace: {
      isTrusted: trusted,
      workspaceFolders: undefined,
      getConfiguration: () => ({ get: (name, otherwise) => settings[name] ?? otherwise }),
      createFileSystemWatcher: () => subscription,
      onDidChangeConfiguration: listen("change"),
      onDidGrantWorkspaceTrust: listen("trust"),
    },
    commands: {
      registerCommand: (name, run) => {
        commands.set(name, run);
        return subscription;
      },
      executeCommand: async (name, ...rest) => log.push(`command ${[name, ...rest].join(" ")}`),
    },
  };

  class LanguageClient {
    constructor(_id, _name, server, options) {
      this.server = server.run;
      this.options = options;
      clients.push(this);
    }
    async start() {
      log.push(`start ${[this.server.command, ...this.server.args].join(" ")}`);
      if (fails) throw new Error(fails);
    }
    async stop() {
      log.push("stop");
    }
  }

  return {
    log,
    commands,
    panels,
    clients,
    context: { subscriptions: [] },
    vscode: new Proxy(parts, { get: (target, key) => target[key] ?? anything() }),
    client: { LanguageClient },
    async change(name, value) {
      if (name.startsWith("sluice.")) settings[name.slice(7)] = value;
      listeners.change({ affectsConfiguration: (asked) => asked === name });
      await settled();
    },
    async trust() {
      listeners.trust();
      await settled();
    },
  };
}
