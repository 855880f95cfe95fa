import { rm, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { writeArchive } from "@egide/board/move/export/archive.ts";
import { exportEntries } from "@egide/board/move/export/write.ts";
import { boardByUri } from "@egide/board/store/boards.ts";
import { AppError } from "@egide/std/error.ts";
import { type Command, type Input, type Shell, text } from "#cli/command.ts";
import { BOARD_OPTIONS, moverFor } from "#command/board-options.ts";

export const boardExportCommand: Command = {
  name: "export",
  summary: "Write everything that a board holds into open files.",
  about:
    "Records as JSON lines, a file for each table, media by their hash, and a manifest with the SHA-256 of every file: one moment of the board, which may serve meanwhile. docs/guide/board-moving.md says what is in it.",
  options: {
    to: {
      type: "string",
      value: "file",
      summary: "Where to: a name that ends with .tar, or a folder.",
    },
    board: {
      type: "string",
      value: "name",
      summary: "This board alone, as its owner may take it along: public posts, no traces.",
    },
    secrets: {
      type: "string",
      value: "choice",
      choices: ["leave", "take"],
      summary:
        "take: with accounts, keys, hashes of addresses and sealed files, as secret as the installation itself; else they stay.",
    },
    ...BOARD_OPTIONS,
  },
  examples: [
    ["egide board export --to board.tar", "Everything but secrets."],
    ["egide board export --to b.tar --board b", "What the owner of /b/ may have."],
  ],
  run: writeExport,
};

async function writeExport({ options }: Input, shell: Shell): Promise<number> {
  const to = text(options, "to");
  if (to === undefined) {
    shell.err("egide board export: --to is missing\nmore:  egide board export --help\n");
    return 2;
  }
  const path = resolve(shell.cwd, to);
  if ((await stat(path).catch(() => null)) !== null) throw taken(to);
  const mover = await moverFor(options, shell);
  try {
    const uri = text(options, "board");
    const board = uri === undefined ? null : await boardByUri(mover.importing.store.kysely, uri);
    if (uri !== undefined && board === null) throw noBoard(uri);
    const secrets = text(options, "secrets") === "take" && uri === undefined ? mover.sealing : null;
    const order = { boardId: board?.id ?? null, secrets };
    const counted = { files: 0, bytes: 0 };
    const entries = counting(exportEntries(mover.exporting, order), counted);
    try {
      await writeArchive(path, entries, Date.now());
    } catch (error) {
      await rm(`${path}.part`, { force: true });
      throw error;
    }
    shell.out(`${to}: ${counted.files} files, ${counted.bytes} bytes\n`);
    if (secrets !== null) {
      shell.err("Whoever has it can sign in as anybody: keep it as you keep board.key.\n");
    }
    return 0;
  } finally {
    await mover.stop();
  }
}

async function* counting(
  entries: ReturnType<typeof exportEntries>,
  counted: { files: number; bytes: number },
) {
  for await (const entry of entries) {
    counted.files += 1;
    counted.bytes += entry.bytes.length;
    yield entry;
  }
}

function taken(to: string): AppError {
  return new AppError({
    code: "cli.exists",
    source: "operator",
    retry: false,
    publicMessage: `${to} is there already: name another with --to, or remove it`,
  });
}

function noBoard(uri: string): AppError {
  return new AppError({
    code: "cli.no_board",
    source: "operator",
    retry: false,
    publicMessage: `there is no board /${uri}/`,
  });
}
