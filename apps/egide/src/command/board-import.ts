import { closeSync, openSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import type { Mover } from "@egide/board/app/move.ts";
import { restore } from "@egide/board/move/export/restore.ts";
import type { ImportOrder, ImportResult, Invited } from "@egide/board/move/run/context.ts";
import { importBoards } from "@egide/board/move/run/import.ts";
import { jschanSource } from "@egide/board/move/source/jschan.ts";
import type { Refused, Source } from "@egide/board/move/source/record.ts";
import { vichanSource } from "@egide/board/move/source/vichan.ts";
import {
  type Command,
  flag,
  type Input,
  type OptionSpec,
  type OptionValues,
  type Shell,
  text,
  texts,
} from "#cli/command.ts";
import { BOARD_OPTIONS, moverFor } from "#command/board-options.ts";

/** Called wrongly, as in cli/run.ts. */
const MISUSE = 2;

const SOURCE_OPTIONS = {
  media: {
    type: "string",
    value: "dir",
    summary: "Folder of its files, as the web server had it; without it no files are taken.",
  },
  only: {
    type: "string",
    value: "board",
    multiple: true,
    summary: "This board alone. May be repeated.",
  },
  rename: {
    type: "string",
    value: "old=new",
    multiple: true,
    summary: "Another address for a board. May be repeated.",
  },
  name: {
    type: "string",
    value: "text",
    summary: "Tells one old site from another where several are brought together; else its kind.",
  },
  addresses: {
    type: "string",
    value: "choice",
    choices: ["hash", "drop"],
    summary:
      "hash (if absent): keyed hashes of those that are young enough to be of use; drop: none. Plain addresses are never taken.",
  },
  report: {
    type: "string",
    value: "file",
    summary: "Where to list what was not taken, and why; else import-report.jsonl.",
  },
  "dry-run": { type: "boolean", summary: "Take nothing; say what would be taken and what not." },
  ...BOARD_OPTIONS,
} as const satisfies Readonly<Record<string, OptionSpec>>;

export const boardImportCommand: Command = {
  name: "import",
  summary: "Bring boards over from vichan, jschan or another Égide.",
  about:
    "May be run again: it goes on where it was cut off, and changes nothing once it is through. The board may serve meanwhile, but must not be started meanwhile. docs/guide/board-moving.md has the whole way.",
  commands: [
    {
      name: "vichan",
      summary: "From a dump of a vichan or Tinyboard database (SQL, gzipped or not).",
      options: {
        dump: { type: "string", value: "file", summary: "What mysqldump or phpMyAdmin wrote." },
        ...SOURCE_OPTIONS,
      },
      examples: [
        [
          "egide board import vichan --dump vichan.sql.gz --media /var/www/vichan --dry-run",
          "What would come of it.",
        ],
      ],
      run: (input, shell) => bring(input, shell, async (dump) => vichanSource(dump)),
    },
    {
      name: "jschan",
      summary: "From a folder that mongodump made of jschan's database.",
      options: {
        dump: {
          type: "string",
          value: "dir",
          summary: "The folder with boards.bson and posts.bson.",
        },
        ...SOURCE_OPTIONS,
      },
      examples: [
        [
          "egide board import jschan --dump dump/jschan --media static",
          "Boards, posts, files, bans.",
        ],
      ],
      run: (input, shell) => bring(input, shell, jschanSource),
    },
    {
      name: "egide",
      summary: "Put a whole export back into an empty installation.",
      options: {
        from: { type: "string", value: "file", summary: "The .tar, or the folder." },
        ...BOARD_OPTIONS,
      },
      examples: [
        [
          "egide board import egide --from board.tar --database postgres://egide@/board",
          "From SQLite to PostgreSQL.",
        ],
      ],
      run: putBack,
    },
  ],
};

async function bring(
  { options }: Input,
  shell: Shell,
  sourceOf: (dump: string) => Promise<Source>,
): Promise<number> {
  const dump = text(options, "dump");
  if (dump === undefined) return misuse("--dump is missing", shell);
  const rename = renames(texts(options, "rename"));
  if (rename === null) return misuse("--rename is written old=new", shell);
  const source = await sourceOf(resolve(shell.cwd, dump));
  const media = text(options, "media");
  const report = new ReportFile(
    resolve(shell.cwd, text(options, "report") ?? "import-report.jsonl"),
  );
  const order: ImportOrder = {
    source,
    name: text(options, "name") ?? source.kind,
    media: media === undefined ? null : resolve(shell.cwd, media),
    boards: texts(options, "only").length === 0 ? null : texts(options, "only"),
    rename,
    addresses: text(options, "addresses") === "drop" ? "drop" : "hash",
    dryRun: flag(options, "dry-run"),
    refuse: (entry) => report.add(entry),
    progress: (line) => shell.err(`${line}\n`),
  };
  try {
    return await withMover(options, shell, async (mover) => {
      say(await importBoards(mover.importing, order), order.dryRun, report, shell);
      return 0;
    });
  } finally {
    report.close();
  }
}

async function putBack({ options }: Input, shell: Shell): Promise<number> {
  const from = text(options, "from");
  if (from === undefined) return misuse("--from is missing", shell);
  return withMover(options, shell, async (mover) => {
    const { manifest, rows, invited } = await restore(mover.restoring, resolve(shell.cwd, from));
    for (const [table, count] of rows) shell.out(`${table}: ${count}\n`);
    shell.out(`media: ${manifest.media.files} files, ${manifest.media.bytes} bytes\n`);
    sayInvited(invited, shell);
    return 0;
  });
}

async function withMover(
  options: OptionValues,
  shell: Shell,
  work: (mover: Mover) => Promise<number>,
): Promise<number> {
  const mover = await moverFor(options, shell);
  try {
    return await work(mover);
  } finally {
    await mover.stop();
  }
}

/** What was not taken, a line each; made with the first of them. */
class ReportFile {
  readonly path: string;
  readonly reasons = new Map<string, number>();
  #file: number | null = null;

  constructor(path: string) {
    this.path = path;
  }

  add({ table, row, reason }: Refused): void {
    this.#file ??= openSync(this.path, "w", 0o600);
    writeSync(this.#file, `${JSON.stringify({ table, row, reason })}\n`);
    // Numbers and names in a reason would make each its own.
    const kind = `${table}: ${reason.replace(/\d+/g, "…").slice(0, 100)}`;
    this.reasons.set(kind, (this.reasons.get(kind) ?? 0) + 1);
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}

const REASONS_SHOWN = 12;

function say(result: ImportResult, dryRun: boolean, report: ReportFile, shell: Shell): void {
  const verb = dryRun ? "would be taken" : "taken";
  for (const { from, to, threads, posts, known, files, held } of result.boards) {
    const extra = [
      known > 0 ? `${known} were here` : "",
      held > 0 ? `${held} held for staff` : "",
    ].filter((part) => part !== "");
    const more = extra.length === 0 ? "" : ` (${extra.join(", ")})`;
    shell.out(
      `/${from}/ → /${to}/: ${threads} threads, ${posts} posts, ${files} files ${verb}${more}\n`,
    );
  }
  const { bans, reports, filters, refused } = result;
  shell.out(`${bans} bans, ${reports} reports, ${filters} filters ${verb}\n`);
  for (const [table, count] of result.passed) shell.out(`passed over: ${table}, ${count} rows\n`);
  sayInvited(result.invited, shell);
  if (refused === 0) return;
  shell.out(`not taken: ${refused}, listed in ${report.path}\n`);
  const reasons = [...report.reasons].sort(([, a], [, b]) => b - a);
  for (const [kind, count] of reasons.slice(0, REASONS_SHOWN)) shell.out(`  ${count} × ${kind}\n`);
}

function sayInvited(invited: readonly Invited[], shell: Shell): void {
  if (invited.length === 0) return;
  shell.out("invitations (shown once, good for 30 days; give each to whom it is for):\n");
  for (const { name, role, board, path } of invited) {
    shell.out(
      `  ${name}, ${role}${board === null ? "" : ` of /${board}/`}: ${path || "(a dry run)"}\n`,
    );
  }
}

function renames(written: readonly string[]): ReadonlyMap<string, string> | null {
  const pairs = written.map((one) => one.split("="));
  if (pairs.some((pair) => pair.length !== 2 || pair.includes(""))) return null;
  return new Map(pairs as [string, string][]);
}

function misuse(message: string, shell: Shell): number {
  shell.err(`egide board import: ${message}\nmore:  egide board import --help\n`);
  return MISUSE;
}
