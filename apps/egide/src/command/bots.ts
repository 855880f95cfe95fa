import { mkdirSync } from "node:fs";
import { readBotRanges, writeBotRanges } from "#bots/file.ts";
import { fetchRanges } from "#bots/update.ts";
import type { Command } from "#cli/command.ts";
import { fetchText } from "#command/fetch-text.ts";
import { stateDirectory, STATE_OPTION } from "#command/state.ts";
import { CONFIG_OPTION } from "#config/file.ts";

const TIMEOUT_MS = 10_000;

const update: Command = {
  name: "update",
  summary: "Fetch the addresses that makers of bots publish.",
  about:
    "Writes bots.json into the state directory; the edge reads it when it starts. Lists that can't be had or read leave what was known. Meant for a daily job.",
  options: { config: CONFIG_OPTION, state: STATE_OPTION },
  async run({ options }, shell) {
    const state = stateDirectory(options, shell);
    if (state === null) return 1;
    mkdirSync(state, { recursive: true, mode: 0o750 });
    const before = readBotRanges(state, (message) => shell.err(`${message}\n`));
    const { ranges, failures } = await fetchRanges(before, fetchText(TIMEOUT_MS));
    for (const { name, why } of failures) shell.err(`${name}: ${why}\n`);
    writeBotRanges(state, ranges);
    for (const [name, { date, prefixes }] of Object.entries(ranges)) {
      shell.out(`${name}: ${prefixes.length} networks, published ${date || "without a date"}\n`);
    }
    return failures.length === 0 ? 0 : 1;
  },
};

export const botsCommand: Command = {
  name: "bots",
  summary: "What is known of bots.",
  commands: [update],
};
