import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Config, configSchema } from "@egide/contract/config.ts";
import { AppError } from "@egide/std/error.ts";
import { type Command, type OptionValues, type Shell, text, texts } from "#cli/command.ts";
import { paintFor } from "#cli/paint.ts";
import { printProblems } from "#command/check.ts";
import { loggerFor, RUN_OPTIONS, SIGNALS_ABOUT, wantsTakeover } from "#command/run-options.ts";
import { configFile } from "#config/file.ts";
import { type Loaded, loadConfigFile, loadConfigText } from "#config/load.ts";
import { type RunningBoard, startBoardServer } from "#board/start.ts";
import type { Logger } from "#log/logger.ts";
import type { Addresses } from "#run/message.ts";
import { freePorts, isPortFree, localUrl } from "#run/ports.ts";
import { WORKER_PROGRAM } from "#run/program.ts";
import { serve } from "#run/serve.ts";

export const upCommand: Command = {
  name: "up",
  summary: "Put a site behind Égide, now.",
  about: `Takes ./egide.yaml if there is one. With --origin no configuration is needed; with neither, an imageboard is served, with two boards to try it on. Where the usual ports are taken or not allowed, others are picked and printed. ${SIGNALS_ABOUT}`,
  options: {
    ...RUN_OPTIONS,
    origin: {
      type: "string",
      short: "o",
      value: "url",
      multiple: true,
      summary: "Where your site really lives. Several share the load.",
    },
    http: { type: "string", value: "address", summary: "Where to answer HTTP, e.g. 8080." },
    https: { type: "string", value: "address", summary: "Where to answer HTTPS, e.g. 8443." },
  },
  examples: [
    ["egide up", "The board, or what ./egide.yaml says."],
    ["egide up --origin http://127.0.0.1:3000", "Your own site."],
    ["egide up -o http://127.0.0.1:3000 --http 8080 --https 8443", "On ports of your choice."],
  ],
  async run({ options }, shell) {
    const paint = paintFor(shell.isTerminal, shell.env);
    const file = configFile(text(options, "config"), shell);
    const origins = texts(options, "origin");
    const hasFile = origins.length === 0 && (existsSync(file.path) || isNamed(options, shell));
    const logger = loggerFor(options, shell);
    const board = origins.length === 0 && !hasFile ? await ownBoard(shell, logger) : null;
    const site = board === null ? origins : [`http://127.0.0.1:${board.port}`];
    const load = (): Loaded =>
      hasFile ? loadConfigFile(file, shell.env) : loadQuick(site, shell.env);
    const loaded = load();
    if (!loaded.ok) {
      printProblems(loaded.problems, shell);
      return 1;
    }
    // Relative paths in the file start from where the file is.
    if (hasFile) process.chdir(file.directory);
    const config = withPorts(loaded.config, options);
    const code = await serve({
      config,
      reload: hasFile ? load : null,
      takeover: wantsTakeover(options),
      worker: WORKER_PROGRAM,
      onReady(addresses, metrics) {
        const what = board === null ? (hasFile ? file.name : site.join(", ")) : "a board";
        board?.reachedAt(siteUrls(addresses));
        const { sink } = config.log;
        const records = sink.kind === "file" ? sink.path : sink.kind;
        const rows: (readonly [string, string])[] = [
          ["site", what],
          ["requests", records],
        ];
        const staff = board?.firstStaff ?? null;
        if (staff !== null) rows.push(["staff", `${staff.name}, password ${staff.password}`]);
        shell.out(banner(addresses, metrics, rows, paint.bold));
      },
      logger,
      paint,
      env: shell.env,
      cwd: shell.cwd,
    });
    await board?.stop();
    return code;
  },
};

/** The board that stands behind the edge where nothing else does. */
function ownBoard(shell: Shell, logger: Logger): Promise<RunningBoard> {
  return startBoardServer({
    state: join(shell.cwd, "var/board"),
    hostname: "127.0.0.1",
    port: 0,
    // Where it is reached is known once the edge has its ports.
    origins: ["http://localhost"],
    settings: {},
    trusted: ["127.0.0.0/8", "::1/128"],
    edge: { state: join(shell.cwd, "var"), zone: "site" },
    logger,
  });
}

function siteUrls({ http, https }: Addresses): readonly string[] {
  return [
    ...http.map((address) => localUrl("http", address)),
    ...https.map((address) => localUrl("https", address)),
  ];
}

/** One zone that answers for every name. */
function loadQuick(origin: readonly string[], env: Shell["env"]): Loaded {
  const zone = {
    id: "site",
    hosts: ["*"],
    origin,
    tls: { certificate: "self-signed" },
    // Our own board shows pages by these; other sites don't have them.
    cache: { key: { cookies: ["theme", "locale"] } },
    // Whoever has configured nothing is not left bare: the small set refuses plain attacks alone.
    waf: { mode: "block", rules: "own" },
  };
  const log = { sink: { kind: "file", path: "var/requests.log", gzip: false } };
  // Whoever presses Ctrl-C waits for what is under way, but not for streams without an end.
  const shutdown = { drainSeconds: 5 };
  return loadConfigText("--origin", JSON.stringify({ zones: [zone], log, shutdown }), env);
}

function isNamed(options: OptionValues, shell: Shell): boolean {
  return text(options, "config") !== undefined || shell.env["EGIDE_CONFIG"] !== undefined;
}

/** Ports that were asked for are taken at their word; the usual ones give way where they must. */
function withPorts(config: Config, options: OptionValues): Config {
  const asked = { http: text(options, "http"), https: text(options, "https") };
  const listen = { ...config.listen };
  const usual = configSchema.shape.listen.parse({});
  const gives =
    listen.http.join() === usual.http.join() && listen.https.join() === usual.https.join();
  if (asked.http !== undefined || asked.https !== undefined || gives) {
    const [http, https] = freePorts();
    listen.http = [asked.http ?? `[::]:${http}`];
    listen.https = [asked.https ?? `[::]:${https}`];
  }
  if (listen.metrics === usual.metrics && !isPortFree(9180)) listen.metrics = "127.0.0.1:0";
  const parsed = configSchema.shape.listen.safeParse(listen);
  if (!parsed.success) {
    throw new AppError({
      code: "cli.bad_address",
      source: "operator",
      retry: false,
      publicMessage: parsed.error.issues[0]?.message ?? "not an address to listen on",
    });
  }
  return { ...config, listen: parsed.data };
}

function banner(
  { http, https }: Addresses,
  metrics: string | null,
  more: readonly (readonly [name: string, value: string])[],
  bold: (text: string) => string,
): string {
  const rows = [
    ...http.map((address) => ["http", localUrl("http", address)] as const),
    ...https.map((address) => ["https", localUrl("https", address)] as const),
    ["metrics", metrics === null ? "none" : `http://${metrics}/metrics`] as const,
    ...more,
  ];
  const lines = rows.map(([name, value]) => `  ${name.padEnd(9)} ${bold(value)}`);
  return `\nÉgide serves.\n\n${lines.join("\n")}\n\nCtrl-C stops it.\n\n`;
}
