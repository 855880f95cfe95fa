import { resolve } from "node:path";
import type { Mover } from "@egide/board/app/move.ts";
import { Contents } from "@egide/board/move/export/contents.ts";
import { restore } from "@egide/board/move/export/restore.ts";
import type { ImportOrder } from "@egide/board/move/run/context.ts";
import { importBoards } from "@egide/board/move/run/import.ts";
import { egideSource } from "@egide/board/move/source/egide.ts";
import { jschanSource } from "@egide/board/move/source/jschan.ts";
import type { Source } from "@egide/board/move/source/record.ts";
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
import { ReportFile, say, sayInvited } from "#command/board-import-report.ts";
import { BOARD_OPTIONS, moverFor } from "#command/board-options.ts";

/** Called wrongly, as in cli/run.ts. */
const MISUSE = 2;

const RUN_OPTIONS = {
  rename: {
    type: "string",
    value: "old=new",
    multiple: true,
    summary: "Another address for a board. May be repeated.",
  },
  report: {
    type: "string",
    value: "file",
    summary: "Where to list what was not taken, and why; else import-report.jsonl.",
  },
  "dry-run": { type: "boolean", summary: "Take nothing; say what would be taken and what not." },
  ...BOARD_OPTIONS,
} as const satisfies Readonly<Record<string, OptionSpec>>;

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
  ...RUN_OPTIONS,
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
      run: (input, shell) => bringDump(input, shell, async (dump) => vichanSource(dump)),
    },
    {
      name: "jschan",
      summary: "From what mongodump made of jschan's database.",
      options: {
        dump: {
          type: "string",
          value: "path",
          summary: "The folder with boards.bson and posts.bson, or the file of --archive.",
        },
        ...SOURCE_OPTIONS,
      },
      examples: [
        [
          "egide board import jschan --dump dump/jschan --media static",
          "Boards, posts, files, bans.",
        ],
      ],
      run: (input, shell) => bringDump(input, shell, jschanSource),
    },
    {
      name: "board",
      summary: "One board from another Égide, beside those that are here.",
      about:
        "From the export of one board, as its owner may take it along. What stands in it is believed no more than what a visitor posts: texts are rendered anew, files are taken in like uploads.",
      options: {
        from: { type: "string", value: "file", summary: "The .tar, or the folder." },
        owner: {
          type: "string",
          value: "name",
          summary: "Whom to invite as its owner; else it is the site's own.",
        },
        ...RUN_OPTIONS,
      },
      examples: [
        ["egide board import board --from b.tar --owner ann", "With a link by which Ann owns it."],
        ["egide board import board --from b.tar --rename b=tea", "To another address."],
      ],
      run: bringBoard,
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

async function bringDump(
  input: Input,
  shell: Shell,
  sourceOf: (dump: string) => Promise<Source>,
): Promise<number> {
  const dump = text(input.options, "dump");
  if (dump === undefined) return misuse("--dump is missing", shell);
  return bring(input, shell, () => sourceOf(resolve(shell.cwd, dump)));
}

async function bringBoard(input: Input, shell: Shell): Promise<number> {
  const from = text(input.options, "from");
  if (from === undefined) return misuse("--from is missing", shell);
  const owner = text(input.options, "owner") ?? null;
  return bring(input, shell, async () =>
    egideSource(await Contents.open(resolve(shell.cwd, from)), owner),
  );
}

async function bring(
  { options }: Input,
  shell: Shell,
  open: () => Promise<Source>,
): Promise<number> {
  const rename = renames(texts(options, "rename"));
  if (rename === null) return misuse("--rename is written old=new", shell);
  const source = await open();
  const media = text(options, "media");
  const report = new ReportFile(
    resolve(shell.cwd, text(options, "report") ?? "import-report.jsonl"),
  );
  const order: ImportOrder = {
    source,
    name: text(options, "name") ?? source.name,
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

function renames(written: readonly string[]): ReadonlyMap<string, string> | null {
  const pairs = written.map((one) => one.split("="));
  if (pairs.some((pair) => pair.length !== 2 || pair.includes(""))) return null;
  return new Map(pairs as [string, string][]);
}

function misuse(message: string, shell: Shell): number {
  shell.err(`egide board import: ${message}\nmore:  egide board import --help\n`);
  return MISUSE;
}
