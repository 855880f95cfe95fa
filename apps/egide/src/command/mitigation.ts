import { join } from "node:path";
import { type Command, flag, type Input, type Shell } from "#cli/command.ts";
import { stateDirectory, STATE_OPTION } from "#command/state.ts";
import { CONFIG_OPTION } from "#config/file.ts";
import { ask } from "#control/client.ts";
import { describe } from "#mitigation/describe.ts";
import {
  type MitigationRequest,
  type Mitigations,
  mitigationsSchema,
} from "#mitigation/message.ts";

/** What was done lately, on one screen with the rules that are in force. */
const MOST_PAST = 10;

const COMMON = { config: CONFIG_OPTION, state: STATE_OPTION };

const list: Command = {
  name: "list",
  summary: "Show the rules that hold off attacks now, why, and what was done lately.",
  options: {
    ...COMMON,
    all: { type: "boolean", summary: "Everything that was done lately, not the last of it." },
    json: { type: "boolean", summary: "One JSON object." },
  },
  async run({ options }, shell) {
    const answer = await request({ op: "mitigation" }, options, shell);
    if (answer === null) return 1;
    const most = flag(options, "all") ? Number.POSITIVE_INFINITY : MOST_PAST;
    shell.out(flag(options, "json") ? `${JSON.stringify(answer)}\n` : describe(answer, most));
    return 0;
  },
};

const lift: Command = {
  name: "lift",
  summary: "Take a rule back that hit the wrong visitors.",
  arguments: [{ name: "id", summary: "Name of the rule, as the list and the log say it." }],
  options: COMMON,
  async run({ options, args }, shell) {
    const id = args[0] as string;
    const answer = await request({ op: "mitigation", lift: id }, options, shell);
    if (answer === null) return 1;
    shell.out(`lifted ${id}\n`);
    return 0;
  },
};

export const mitigationCommand: Command = {
  name: "mitigation",
  summary: "Attacks that are being held off: see the rules, lift one.",
  commands: [list, lift],
};

async function request(
  asked: MitigationRequest,
  options: Input["options"],
  shell: Shell,
): Promise<Mitigations | null> {
  const state = stateDirectory(options, shell);
  return state === null ? null : ask(join(state, "egide.sock"), asked, mitigationsSchema);
}
