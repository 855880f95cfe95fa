import { join } from "node:path";
import type { PurgeTarget } from "@egide/edge/cache/purge.ts";
import {
  type Command,
  flag,
  type Input,
  type OptionSpec,
  type Shell,
  text,
  texts,
} from "#cli/command.ts";
import { stateDirectory, STATE_OPTION } from "#command/state.ts";
import { CONFIG_OPTION } from "#config/file.ts";
import { requestPurge } from "#purge/client.ts";
import { describeTarget, readTarget } from "#purge/target.ts";

const KINDS = ["url", "prefix", "tag", "host"] as const;

/** Called wrongly, as in cli/run.ts. */
const MISUSE = 2;

export const purgeCommand: Command = {
  name: "purge",
  summary: "Have the running edge forget what it has cached.",
  about:
    "Tells the process that serves from the state directory, in memory and on disk, for all of its workers at once; responses on their way in are not kept either. Exits with 0 once it is done.\n\nhttp:// and https:// are cached apart, and so are ports: name the one that visitors use.",
  options: {
    zone: { type: "string", value: "id", summary: "Id of the zone, as in the configuration." },
    url: several("url", "This URL, in all its variants, e.g. https://example.org/news."),
    prefix: several("url", "URLs that begin like this, e.g. https://example.org/img/."),
    tag: several("tag", "Responses that the origin gave this tag in Cache-Tag."),
    host: several("host", "This host of the zone, e.g. www.example.org."),
    all: { type: "boolean", summary: "Everything of the zone." },
    soft: {
      type: "boolean",
      summary: "Only make it stale: it may still be validated, or shown while the origin is down.",
    },
    config: CONFIG_OPTION,
    state: STATE_OPTION,
  },
  examples: [
    [
      "egide purge --zone example.org --url https://example.org/news",
      "The next visitor of the page brings a new copy.",
    ],
    [
      "egide purge --zone example.org --tag article-7 --soft",
      "Everything tagged so counts as stale from now on.",
    ],
  ],
  run: purge,
};

async function purge({ options }: Input, shell: Shell): Promise<number> {
  const zone = text(options, "zone");
  const wanted = KINDS.flatMap((kind) => texts(options, kind).map((value) => ({ kind, value })));
  const all = flag(options, "all");
  if (zone === undefined) return misuse("--zone is missing", shell);
  if (!all && wanted.length === 0) {
    return misuse("say what: --url, --prefix, --tag, --host or --all", shell);
  }
  if (all && wanted.length > 0) {
    return misuse(`--all takes everything: leave --${wanted[0]?.kind} out`, shell);
  }
  const targets: PurgeTarget[] = all ? [{ kind: "all" }] : [];
  for (const { kind, value } of wanted) {
    const read = readTarget(kind, value);
    if (read.ok) {
      targets.push(read.target);
    } else {
      shell.err(`--${kind}: ${read.problem}\n`);
      return 1;
    }
  }
  const state = stateDirectory(options, shell);
  if (state === null) return 1;
  const soft = flag(options, "soft");
  const at = await requestPurge(join(state, "egide.sock"), { op: "purge", zone, targets, soft });
  const what = soft ? "made stale" : "purged";
  const when = new Date(at).toISOString();
  for (const target of targets) {
    shell.out(`${what} ${describeTarget(target)}  zone ${zone}  ${when}\n`);
  }
  return 0;
}

function misuse(message: string, shell: Shell): number {
  shell.err(`egide purge: ${message}\nmore:  egide purge --help\n`);
  return MISUSE;
}

function several(value: string, summary: string): OptionSpec {
  return { type: "string", value, multiple: true, summary: `${summary} May be repeated.` };
}
