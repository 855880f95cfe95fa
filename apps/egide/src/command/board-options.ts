import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Mover, openMover } from "@egide/board/app/move.ts";
import { instanceSettingsSchema } from "@egide/board/settings/instance.ts";
import { systemClock } from "@egide/std/clock.ts";
import { readSettings } from "#board/settings.ts";
import { storageKeys } from "#board/storage-keys.ts";
import { type OptionSpec, type OptionValues, type Shell, text } from "#cli/command.ts";
import { secretFile } from "#run/secret-file.ts";

/** Where a board's records and files are: the same for all its commands. */
export const BOARD_OPTIONS = {
  settings: {
    type: "string",
    value: "file",
    summary: "Settings of the site as JSON: docs/guide/moderation.md has an example.",
  },
  state: {
    type: "string",
    value: "dir",
    summary: "Folder of its key, records and files; else var/board.",
  },
  database: {
    type: "string",
    value: "url",
    summary: "Where records are kept; else SQLite in the state folder. postgres://user@host/name.",
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export function boardState(options: OptionValues, shell: Shell): string {
  return resolve(shell.cwd, text(options, "state") ?? "var/board");
}

/** The board's records and files, without its pages. */
export async function moverFor(options: OptionValues, shell: Shell): Promise<Mover> {
  const state = boardState(options, shell);
  mkdirSync(state, { recursive: true, mode: 0o750 });
  const settings = text(options, "settings");
  return openMover({
    database: text(options, "database") ?? `sqlite:${join(state, "board.db")}`,
    media: join(state, "media"),
    storageKeys: storageKeys(shell.env),
    secret: secretFile(state, "board.key", "board.secret"),
    settings: instanceSettingsSchema.parse(
      settings === undefined ? {} : await readSettings(settings, shell.cwd),
    ),
    clock: systemClock,
  });
}
