import { join } from "node:path";
import { type BanOrder, bansSchema, type ListedBan } from "#ban/message.ts";
import {
  type Command,
  type Input,
  type OptionSpec,
  type Shell,
  text,
  texts,
} from "#cli/command.ts";
import { stateDirectory, STATE_OPTION } from "#command/state.ts";
import { CONFIG_OPTION } from "#config/file.ts";
import { ask } from "#control/client.ts";

/** Called wrongly, as in cli/run.ts. */
const MISUSE = 2;

const PROCESS_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  config: CONFIG_OPTION,
  state: STATE_OPTION,
};

const ADDRESS: OptionSpec = {
  type: "string",
  value: "address",
  multiple: true,
  summary: "An address or a block, e.g. 192.0.2.7 or 2001:db8::/48. May be repeated.",
};

export const banCommand: Command = {
  name: "ban",
  summary: "Shut addresses out of the running edge, in the kernel where it can.",
  about:
    "Tells the process that serves from the state directory. Bans end by themselves, outlive a restart and never touch what `kernel.neverBan` and `trustedProxies` name.",
  commands: [
    {
      name: "add",
      summary: "Ban addresses for some time.",
      options: {
        address: ADDRESS,
        for: {
          type: "string",
          value: "time",
          summary: "How long: 90s, 10m, 12h or 7d; 1h if absent.",
        },
        evidence: {
          type: "string",
          value: "text",
          summary: "Why, for whoever looks at the list later.",
        },
        ...PROCESS_OPTIONS,
      },
      examples: [
        [
          'egide ban add --address 198.51.100.0/24 --for 12h --evidence "scans wp-login"',
          "Nobody of that network is heard for half a day.",
        ],
      ],
      run: add,
    },
    {
      name: "list",
      summary: "Show who is banned, for how long and why.",
      options: PROCESS_OPTIONS,
      run: list,
    },
    {
      name: "lift",
      summary: "Let banned addresses in again.",
      options: { address: ADDRESS, ...PROCESS_OPTIONS },
      examples: [["egide ban lift --address 198.51.100.0/24", "From now on they are heard again."]],
      run: lift,
    },
  ],
};

async function add(input: Input, shell: Shell): Promise<number> {
  const { options } = input;
  const seconds = readDuration(text(options, "for") ?? "1h");
  if (seconds === null) return misuse("add", "--for is a time like 90s, 10m, 12h or 7d", shell);
  const evidence = text(options, "evidence") ?? "";
  return change(input, shell, (prefixes) => ({
    op: "ban",
    what: "add",
    prefixes,
    seconds,
    evidence,
  }));
}

function lift(input: Input, shell: Shell): Promise<number> {
  return change(input, shell, (prefixes) => ({ op: "ban", what: "lift", prefixes }));
}

async function change(
  { options }: Input,
  shell: Shell,
  order: (prefixes: string[]) => BanOrder,
): Promise<number> {
  const prefixes = [...texts(options, "address")];
  const made = order(prefixes);
  if (prefixes.length === 0) return misuse(made.what, "--address is missing", shell);
  const answer = await send(options, shell, made);
  if (answer === null || !("done" in answer)) return 1;
  for (const { prefix, ok, text: what } of answer.done) {
    (ok ? shell.out : shell.err)(`${prefix}  ${what}\n`);
  }
  return answer.done.every(({ ok }) => ok) ? 0 : 1;
}

async function list({ options }: Input, shell: Shell): Promise<number> {
  const answer = await send(options, shell, { op: "ban", what: "list" });
  if (answer === null || !("bans" in answer)) return 1;
  const { bans, total } = answer;
  const width = Math.max(7, ...bans.map(({ prefix }) => prefix.length));
  for (const ban of bans) shell.out(`${renderBan(ban, width)}\n`);
  const more = total > bans.length ? `, of which the first ${bans.length} are shown` : "";
  shell.err(`${total} banned${more}\n`);
  return 0;
}

async function send(options: Input["options"], shell: Shell, order: BanOrder) {
  const state = stateDirectory(options, shell);
  return state === null ? null : ask(join(state, "egide.sock"), order, bansSchema);
}

function renderBan({ prefix, left, by, since, evidence }: ListedBan, width: number): string {
  const began = new Date(since).toISOString().slice(0, 19);
  return `${prefix.padEnd(width)}  ${renderDuration(left).padStart(7)} left  since ${began}Z  ${by.padEnd(10)}  ${evidence}`;
}

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Seconds; null where the text is no time. */
function readDuration(text: string): number | null {
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  if (match === null) return null;
  const seconds = Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
  return seconds > 0 && seconds <= 366 * UNITS.d ? seconds : null;
}

function renderDuration(seconds: number): string {
  if (seconds >= 2 * UNITS.d) return `${Math.floor(seconds / UNITS.d)} d`;
  if (seconds >= 2 * UNITS.h) return `${Math.floor(seconds / UNITS.h)} h`;
  if (seconds >= 2 * UNITS.m) return `${Math.floor(seconds / UNITS.m)} min`;
  return `${seconds} s`;
}

function misuse(command: string, message: string, shell: Shell): number {
  shell.err(`egide ban ${command}: ${message}\nmore:  egide ban ${command} --help\n`);
  return MISUSE;
}
