import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  MOST_LIST_BYTES,
  openBanList,
  type SharedBan,
  signBanList,
} from "@egide/contract/ban-list.ts";
import { signingKeyOf } from "@egide/contract/signing.ts";
import { sharedFrom } from "#ban/export.ts";
import { takenSchema } from "#ban/message.ts";
import { type Command, type Input, type Shell, text } from "#cli/command.ts";
import { printProblems } from "#command/check.ts";
import { stateDirectory, STATE_OPTION } from "#command/state.ts";
import { CONFIG_OPTION, configFile } from "#config/file.ts";
import { loadConfigFile } from "#config/load.ts";
import { ask } from "#control/client.ts";
import { MAX_LINE } from "#control/message.ts";
import { loadKeys } from "#run/keys.ts";

export const bansCommand: Command = {
  name: "bans",
  summary: "Exchange bans with other operators, as signed lists.",
  about:
    "Whose lists are taken, and how far they are believed, stands in `bans.peers`. With `bans.serve` the running edge answers GET /bans at its private address; peers with a `url` are asked by themselves.",
  commands: [
    {
      name: "export",
      summary: "Print this installation's own bans, signed with its key.",
      options: { config: CONFIG_OPTION, state: STATE_OPTION },
      examples: [["egide bans export > bans.json", "For egide bans import elsewhere."]],
      run: exportList,
    },
    {
      name: "import",
      summary: "Give a peer's list to the running edge.",
      arguments: [{ name: "file", summary: "What egide bans export printed there." }],
      options: { config: CONFIG_OPTION, state: STATE_OPTION },
      run: importList,
    },
  ],
};

function exportList({ options }: Input, shell: Shell): number {
  const state = stateDirectory(options, shell);
  if (state === null) return 1;
  const key = signingKeyOf(loadKeys(state).signingSeed);
  const bans = sharedFrom(state);
  shell.out(`${signBanList(bans, Date.now(), key)}\n`);
  shell.err(`${bans.length} bans\n`);
  return 0;
}

async function importList({ options, args }: Input, shell: Shell): Promise<number> {
  const file = configFile(text(options, "config"), shell);
  const loaded = loadConfigFile(file, shell.env);
  if (!loaded.ok) {
    printProblems(loaded.problems, shell);
    return 1;
  }
  const { config } = loaded;
  const named = text(options, "state");
  const state =
    named === undefined ? resolve(file.directory, config.state) : resolve(shell.cwd, named);
  const list = readFileSync(resolve(shell.cwd, args[0] as string));
  if (list.length > MOST_LIST_BYTES) {
    shell.err("the list is too long\n");
    return 1;
  }
  const { peer, bans } = openBanList(list.toString("utf8"), config.bans.peers, Date.now());
  const sum = { applied: 0, noted: 0, kept: 0, refused: 0 };
  for (const part of parts(bans)) {
    const request = { op: "ban", what: "import", peer: peer.name, bans: part };
    const taken = await ask(join(state, "egide.sock"), request, takenSchema);
    for (const each of ["applied", "noted", "kept", "refused"] as const) sum[each] += taken[each];
  }
  shell.out(
    `${peer.name}: ${sum.applied} in force, ${sum.noted} wait for a second peer, ${sum.kept} banned here already, ${sum.refused} refused\n`,
  );
  return 0;
}

/** As many at once as a line of the control socket takes. */
function* parts(bans: readonly SharedBan[]): Generator<SharedBan[]> {
  let part: SharedBan[] = [];
  let length = 0;
  for (const ban of bans) {
    const more = Buffer.byteLength(JSON.stringify(ban)) + 1;
    if (length + more > MAX_LINE - 1024 || part.length === 1000) {
      yield part;
      part = [];
      length = 0;
    }
    part.push(ban);
    length += more;
  }
  if (part.length > 0) yield part;
}
