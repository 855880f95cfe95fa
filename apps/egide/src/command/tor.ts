import { mkdirSync } from "node:fs";
import { AppError } from "@egide/std/error.ts";
import { systemClock } from "@egide/std/clock.ts";
import { type Command, text } from "#cli/command.ts";
import { BOARD_OPTIONS, boardState } from "#command/board-options.ts";
import { fetchText } from "#command/fetch-text.ts";
import { writeTorExits } from "#tor/file.ts";
import { fetchTorExits, PUBLISHED } from "#tor/update.ts";

const TIMEOUT_MS = 30_000;

const update: Command = {
  name: "update",
  summary: "Fetch the addresses of Tor's exits.",
  about:
    "Writes tor-exits.json into the board's state folder; a running board takes it over within a minute. A list that can't be had or read leaves the one of before. Meant for a daily job.",
  options: {
    state: BOARD_OPTIONS.state,
    from: {
      type: "string",
      value: "url",
      summary: `Where the list is published, or a file:// of your own; else ${PUBLISHED}.`,
    },
  },
  async run({ options }, shell) {
    const state = boardState(options, shell);
    const source = text(options, "from") ?? PUBLISHED;
    const fetched = fetchTorExits(source, systemClock.now(), fetchText(TIMEOUT_MS));
    const list = await fetched.catch((cause: unknown) => {
      throw new AppError({
        code: "cli.tor_exits",
        source: "operator",
        retry: true,
        publicMessage: `${source}: ${cause instanceof Error ? cause.message : String(cause)}; the list of before stays`,
        cause,
      });
    });
    mkdirSync(state, { recursive: true, mode: 0o750 });
    writeTorExits(state, list);
    shell.out(`${list.addresses.length} exits, as of ${list.date}\n`);
    return 0;
  },
};

export const torCommand: Command = {
  name: "tor",
  summary: "Who comes to the board through Tor.",
  commands: [update],
};
