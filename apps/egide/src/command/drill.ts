import { join, resolve } from "node:path";
import { parseListenAddress } from "@egide/contract/policy/address.ts";
import type { Config } from "@egide/contract/config.ts";
import { type Command, flag, type Input, type Shell, text, texts } from "#cli/command.ts";
import { printProblems } from "#command/check.ts";
import { STATE_OPTION } from "#command/state.ts";
import { configFile, CONFIG_OPTION } from "#config/file.ts";
import { loadConfigFile } from "#config/load.ts";
import { ask } from "#control/client.ts";
import { statusSchema } from "#control/status.ts";
import { ATTACKS } from "#drill/attack/library.ts";
import type { Target } from "#drill/connection.ts";
import { cpuSeconds } from "#drill/cpu.ts";
import { discover } from "#drill/discover.ts";
import { html } from "#drill/report/html.ts";
import { misses, table } from "#drill/report/table.ts";
import { runDrill } from "#drill/run.ts";
import { checkTarget, isSpreadable } from "#drill/target.ts";
import { mitigationsSchema } from "#mitigation/message.ts";
import { loadKeys } from "#run/keys.ts";

const MISUSE = 2;
/** Beyond these a drill would be an attack. */
const MOST_RATE = 5000;
const MOST_SECONDS = 120;

export const drillCommand: Command = {
  name: "drill",
  summary: "Attack a zone of your own, and measure how it is defended.",
  about: `Plays attacks one after the other while simulated people use the site, and says how soon each was held off, what reached the site and how people fared. It attacks nobody but a zone of the installation whose state directory it can read, on loopback; other addresses must be listed under drill.allow. Attacks: ${ATTACKS.map(({ name }) => name).join(", ")}.`,
  options: {
    zone: { type: "string", value: "id", summary: "Id of the zone, as in the configuration." },
    attack: {
      type: "string",
      value: "name",
      multiple: true,
      choices: ATTACKS.map(({ name }) => name),
      summary: "This attack. May be repeated.",
    },
    all: { type: "boolean", summary: "All attacks." },
    tls: { type: "boolean", summary: "Over TLS." },
    rate: { type: "string", value: "n", summary: "Requests a second, at most 5000; else 800." },
    seconds: {
      type: "string",
      value: "n",
      summary: "Length of each attack, at most 120; else 15.",
    },
    acquaint: {
      type: "string",
      value: "n",
      summary: "Seconds of quiet before the first; else 65.",
    },
    seed: { type: "string", value: "n", summary: "The same seed gives the same drill; else 1." },
    json: { type: "string", value: "file", summary: "Write the figures there." },
    html: { type: "string", value: "file", summary: "Write a page with plots there." },
    strict: { type: "boolean", summary: "Exit with 1 where a goal is missed." },
    config: CONFIG_OPTION,
    state: STATE_OPTION,
  },
  examples: [
    ["egide drill --zone example.org --attack loud", "One client asks as fast as it can."],
    ["egide drill --zone example.org --all --html drill.html", "Everything, with plots."],
  ],
  run: drill,
};

async function drill({ options }: Input, shell: Shell): Promise<number> {
  const attacks = flag(options, "all") ? ATTACKS.map(({ name }) => name) : texts(options, "attack");
  if (attacks.length === 0) return misuse("say which: --attack or --all", shell);
  const rate = number(options, "rate", 800, MOST_RATE);
  const seconds = number(options, "seconds", 15, MOST_SECONDS);
  const acquaint = number(options, "acquaint", 65, 3600);
  const seed = number(options, "seed", 1, 2 ** 31);
  if (rate === null || seconds === null || acquaint === null || seed === null) {
    return misuse(
      "--rate, --seconds, --acquaint and --seed are numbers within their bounds",
      shell,
    );
  }
  const file = configFile(text(options, "config"), shell);
  const loaded = loadConfigFile(file, shell.env);
  if (!loaded.ok) {
    printProblems(loaded.problems, shell);
    return 1;
  }
  const { config } = loaded;
  const state = text(options, "state") ?? resolve(file.directory, config.state);
  const named = text(options, "zone") ?? config.zones[0]?.id;
  const zone = config.zones.find(({ id }) => id === named);
  if (zone === undefined) return misuse(`no zone ${named} in the configuration`, shell);
  const socket = join(state, "egide.sock");
  const { pid, addresses } = await ask(socket, { op: "status" }, statusSchema);
  const target = targetOf(zone, addresses, flag(options, "tls"));
  if (target === null) return misuse("the installation has no such listener", shell);
  await checkTarget(target, zone.id, loadKeys(state).secret, config.drill.allow);
  const result = await runDrill({
    target,
    site: await discover(target),
    seed,
    attacks,
    rate,
    acquaintMs: acquaint * 1000,
    quietMs: 5000,
    attackMs: seconds * 1000,
    patienceMs: 120_000,
    readers: 40,
    neighbours: 8,
    spread: isSpreadable(target.host),
    thread: new URL("../drill/attack/thread.ts", import.meta.url),
    rules: async () => {
      const { rules } = await ask(socket, { op: "mitigation" }, mitigationsSchema);
      return rules.filter((rule) => rule.zone === zone.id).length;
    },
    cpu: () => cpuSeconds(pid),
    answered: null,
    told: (line) => shell.err(`${line}\n`),
  });
  shell.out(`${table(result.attacks)}\n`);
  const missed = misses(result.attacks);
  for (const line of missed) shell.out(`missed: ${line}\n`);
  const json = text(options, "json");
  if (json !== undefined) {
    const { rate, seed, attacks } = result;
    await Bun.write(
      resolve(shell.cwd, json),
      `${JSON.stringify({ seed, rate, attacks }, null, 2)}\n`,
    );
  }
  const page = text(options, "html");
  if (page !== undefined) await Bun.write(resolve(shell.cwd, page), html(result));
  return flag(options, "strict") && missed.length > 0 ? 1 : 0;
}

function targetOf(
  zone: Config["zones"][number],
  addresses: { readonly http: readonly string[]; readonly https: readonly string[] },
  tls: boolean,
): Target | null {
  const at = parseListenAddress((tls ? addresses.https : addresses.http)[0] ?? "");
  const name = zone.hosts.find((host) => !host.includes("*")) ?? "localhost";
  if (at === null) return null;
  // A listener on all addresses is on loopback too, and that is where a drill belongs.
  const isAny = at.host === "0.0.0.0" || at.host === "::" || at.host === "localhost";
  return { host: isAny ? "127.0.0.1" : at.host, port: at.port, tls, name };
}

function number(
  options: Input["options"],
  name: string,
  otherwise: number,
  most: number,
): number | null {
  const given = text(options, name);
  if (given === undefined) return otherwise;
  const value = Number(given);
  return /^\d+$/.test(given) && value >= 1 && value <= most ? value : null;
}

function misuse(message: string, shell: Shell): number {
  shell.err(`egide drill: ${message}\nmore:  egide drill --help\n`);
  return MISUSE;
}
