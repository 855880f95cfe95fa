import { AppError } from "@egide/std/error.ts";
import { parseListenAddress } from "@egide/contract/policy/address.ts";
import { readSettings } from "#board/settings.ts";
import { startBoardServer } from "#board/start.ts";
import { type Command, type OptionValues, type Shell, text, texts } from "#cli/command.ts";
import { paintFor } from "#cli/paint.ts";
import { boardExportCommand } from "#command/board-export.ts";
import { boardImportCommand } from "#command/board-import.ts";
import { BOARD_OPTIONS, boardState } from "#command/board-options.ts";
import { loggerFor, RUN_OPTIONS } from "#command/run-options.ts";

const { "log-level": logLevel, "log-format": logFormat } = RUN_OPTIONS;

export const boardCommand: Command = {
  name: "board",
  summary: "Serve the imageboard.",
  about:
    "An imageboard that can be moderated, to be put behind the edge: egide edge with its address as origin. At its first start it makes two boards and an account of staff, whose password is printed once. SIGTERM finishes what is under way and stops.",
  commands: [boardImportCommand, boardExportCommand],
  options: {
    listen: { type: "string", value: "address", summary: "Where to answer; else 127.0.0.1:8090." },
    url: {
      type: "string",
      value: "url",
      multiple: true,
      summary:
        "Address that visitors reach it by, e.g. https://board.example; the first is its own.",
    },
    name: { type: "string", value: "text", summary: "The site's name." },
    ...BOARD_OPTIONS,
    trust: {
      type: "string",
      value: "block",
      multiple: true,
      summary: "Proxies whose X-Forwarded-For is believed; else this machine alone.",
    },
    edge: {
      type: "string",
      value: "dir",
      summary: "State directory of the edge in front, which is told what to forget.",
    },
    zone: { type: "string", value: "id", summary: "The board's zone at that edge; else board." },
    "log-level": logLevel,
    "log-format": logFormat,
  },
  examples: [
    ["egide board --url http://localhost:8090", "On this machine alone, without an edge."],
    [
      "egide board --url https://board.example --edge var --zone board",
      "Behind an edge on the same machine.",
    ],
  ],
  async run({ options }, shell) {
    const logger = loggerFor(options, shell);
    const at = listenAddress(options);
    const [first, ...others] = texts(options, "url");
    const edge = text(options, "edge");
    const trusted = texts(options, "trust");
    const name = text(options, "name");
    const settings = text(options, "settings");
    const board = await startBoardServer({
      state: boardState(options, shell),
      database: text(options, "database"),
      hostname: at.host,
      port: at.port,
      origins: [first ?? `http://localhost:${at.port}`, ...others],
      settings: {
        ...(settings === undefined ? {} : await readSettings(settings, shell.cwd)),
        ...(name === undefined ? {} : { name }),
      },
      trusted: trusted.length > 0 ? trusted : ["127.0.0.0/8", "::1/128"],
      env: shell.env,
      edge: edge === undefined ? null : { state: edge, zone: text(options, "zone") ?? "board" },
      logger,
    });
    banner(board.port, board.firstStaff, options, shell);
    const stopped = Promise.withResolvers<void>();
    for (const name of ["SIGTERM", "SIGINT"] as const) {
      process.once(name, () => stopped.resolve());
    }
    await stopped.promise;
    await board.stop();
    return 0;
  },
};

function banner(
  port: number,
  staff: { readonly name: string; readonly password: string } | null,
  options: OptionValues,
  shell: Shell,
): void {
  const { bold } = paintFor(shell.isTerminal, shell.env);
  const rows: (readonly [string, string])[] = [
    ["board", `http://${listenAddress(options).host}:${port}`],
  ];
  if (staff !== null) rows.push(["staff", `${staff.name}, password ${staff.password}`]);
  const lines = rows.map(([name, value]) => `  ${name.padEnd(9)} ${bold(value)}`);
  shell.out(`\nThe board serves.\n\n${lines.join("\n")}\n\nCtrl-C stops it.\n\n`);
}

function listenAddress(options: OptionValues): { readonly host: string; readonly port: number } {
  const written = text(options, "listen") ?? "127.0.0.1:8090";
  const at = parseListenAddress(written);
  if (at !== null) return at;
  throw new AppError({
    code: "cli.bad_address",
    source: "operator",
    retry: false,
    publicMessage: `${JSON.stringify(written)} is no address to listen on`,
  });
}
