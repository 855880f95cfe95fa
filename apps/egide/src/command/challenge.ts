import { issueClientToken } from "@egide/challenge/issue/client-token.ts";
import { ZoneKeys } from "@egide/challenge/issue/keys.ts";
import { type Command, text } from "#cli/command.ts";
import { stateDirectory, STATE_OPTION } from "#command/state.ts";
import { CONFIG_OPTION } from "#config/file.ts";
import { loadKeys } from "#run/keys.ts";

const DAY = 86_400;

const token: Command = {
  name: "token",
  summary: "Make a token with which a program passes a zone's challenges.",
  about:
    "The program sends it in the field Egide-Client. The zone must list the name in challenge.exempt.clients: taking it out there withdraws every token of that name.",
  options: {
    zone: { type: "string", value: "id", summary: "Id of the zone, as in the configuration." },
    name: { type: "string", value: "name", summary: "Name of the program." },
    days: { type: "string", value: "number", summary: "How long it is good; 90 if absent." },
    config: CONFIG_OPTION,
    state: STATE_OPTION,
  },
  async run({ options }, shell) {
    const zone = text(options, "zone");
    const name = text(options, "name");
    const days = Number(text(options, "days") ?? "90");
    if (zone === undefined || name === undefined || !/^[a-z0-9-]{1,32}$/.test(name)) {
      shell.err("say --zone and --name (lower-case letters, digits, dashes)\n");
      return 2;
    }
    if (!(days > 0 && days <= 3650)) {
      shell.err("--days is a number from 1 to 3650\n");
      return 2;
    }
    const state = stateDirectory(options, shell);
    if (state === null) return 1;
    const until = Math.floor(Date.now() / 1000 + days * DAY);
    const keys = new ZoneKeys(loadKeys(state).secret, zone);
    shell.out(`${issueClientToken(keys, name, until)}\n`);
    return 0;
  },
};

export const challengeCommand: Command = {
  name: "challenge",
  summary: "Challenges: let a program pass them.",
  commands: [token],
};
