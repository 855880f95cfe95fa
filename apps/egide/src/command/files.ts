import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { copyFiles } from "@egide/board/media/store/copy.ts";
import { DiskStore } from "@egide/board/media/store/disk.ts";
import { openMediaStore } from "@egide/board/media/store/open.ts";
import { storageSettingsSchema } from "@egide/board/settings/storage.ts";
import { AppError } from "@egide/std/error.ts";
import { sealingOf } from "@egide/board/app/sealing.ts";
import { readSettings } from "#board/settings.ts";
import { storageKeys } from "#board/storage-keys.ts";
import { type Command, text } from "#cli/command.ts";
import { BOARD_OPTIONS, boardState } from "#command/board-options.ts";
import { secretFile } from "#run/secret-file.ts";

const copy: Command = {
  name: "copy",
  summary: "Copy the board's files from its disk to its bucket, or back.",
  about:
    "For the change from one storage to the other. It may run while the board serves, and again: what is there already is passed over. What is sealed stays sealed. Nothing is removed where it lay.",
  options: {
    to: {
      type: "string",
      choices: ["s3", "disk"],
      summary: "Where to; else s3.",
    },
    settings: {
      type: "string",
      value: "file",
      summary: "The board's settings, whose storage names the bucket.",
    },
    state: BOARD_OPTIONS.state,
  },
  examples: [
    ["egide files copy --to s3 --settings board.json", "Before the bucket is switched on."],
  ],
  async run({ options }, shell) {
    const state = boardState(options, shell);
    const file = text(options, "settings");
    const { storage } = file === undefined ? {} : await readSettings(file, shell.cwd);
    const bucket = storageSettingsSchema.parse(storage);
    if (bucket.kind !== "s3") {
      throw new AppError({
        code: "cli.no_bucket",
        source: "operator",
        retry: false,
        publicMessage:
          'the settings name no bucket: --settings FILE, in which "storage" has the kind "s3"',
      });
    }
    const folder = join(state, "media");
    const temp = join(folder, "temp");
    mkdirSync(temp, { recursive: true, mode: 0o750 });
    const sealing = sealingOf(secretFile(state, "board.key", "board.secret"));
    const disk = new DiskStore(folder, sealing);
    const s3 = await openMediaStore(bucket, storageKeys(shell.env), folder, sealing);
    const [from, to] = text(options, "to") === "disk" ? [s3, disk] : [disk, s3];
    const { copied, known } = await copyFiles(from, to, temp);
    shell.out(`${copied} files copied, ${known} were there\n`);
    return 0;
  },
};

export const filesCommand: Command = {
  name: "files",
  summary: "Files of the board.",
  commands: [copy],
};
