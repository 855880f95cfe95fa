/**
 * `npm run drill -- --all | --attack NAME… | --day | --event NAME… [--tls] [--strict] [--json FILE]
 *   [--html FILE] [--seed N] [--rate N] [--seconds N]`: an installation of its own with its site, on
 * loopback, attacked while people use it, or on a busy day on which nobody attacks. Nothing is
 * configured by hand but that the site exists.
 */
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { EdgeProcess } from "@egide/testkit/edge-process.ts";
import { startProcess } from "@egide/testkit/process.ts";
import { ATTACKS } from "../../../apps/egide/src/drill/attack/library.ts";
import { ask } from "../../../apps/egide/src/control/client.ts";
import { cpuSeconds } from "../../../apps/egide/src/drill/cpu.ts";
import { EVENTS } from "../../../apps/egide/src/drill/day/events.ts";
import { dayMisses, dayTable } from "../../../apps/egide/src/drill/day/figures.ts";
import { runDay } from "../../../apps/egide/src/drill/day/run.ts";
import { dayHtml, html } from "../../../apps/egide/src/drill/report/html.ts";
import { misses, table } from "../../../apps/egide/src/drill/report/table.ts";
import { mitigationsSchema } from "../../../apps/egide/src/mitigation/message.ts";
import { runDrill } from "../../../apps/egide/src/drill/run.ts";

const { values } = parseArgs({
  options: {
    all: { type: "boolean", default: false },
    attack: { type: "string", multiple: true, default: [] },
    day: { type: "boolean", default: false },
    event: { type: "string", multiple: true, default: [] },
    tls: { type: "boolean", default: false },
    strict: { type: "boolean", default: false },
    json: { type: "string" },
    html: { type: "string" },
    seed: { type: "string", default: "1" },
    rate: { type: "string", default: "800" },
    seconds: { type: "string", default: "15" },
    acquaint: { type: "string", default: "65" },
    /** What the installation itself said. */
    log: { type: "boolean", default: false },
  },
});

const namesOf = (scenes: readonly { readonly name: string }[]): string[] =>
  scenes.map(({ name }) => name);
const attacks = values.all ? namesOf(ATTACKS) : values.attack;
const events = values.day ? namesOf(EVENTS) : values.event;
const isKnown =
  attacks.every((name) => namesOf(ATTACKS).includes(name)) &&
  events.every((name) => namesOf(EVENTS).includes(name));
if ((attacks.length === 0) === (events.length === 0) || !isKnown) {
  console.error(
    `say which: --all, --day, --attack with one of ${namesOf(ATTACKS).join(", ")}, or --event with one of ${namesOf(EVENTS).join(", ")}`,
  );
  process.exit(2);
}
const site = await startProcess([
  process.execPath,
  fileURLToPath(new URL("site.ts", import.meta.url)),
]);
const [, port] = await site.printed(/listening on 127\.0\.0\.1:(\d+)/);
const edge = await EdgeProcess.start({
  originPort: Number(port),
  tls: true,
  config: { workers: 2 },
  zone: { mitigation: { mode: "on" } },
});
const socket = join(edge.directory, "state", "egide.sock");
const mitigations = () => ask(socket, { op: "mitigation" }, mitigationsSchema);
const options = {
  target: {
    host: "127.0.0.1",
    port: values.tls ? edge.https : edge.http,
    tls: values.tls,
    name: "site.test",
  },
  site: {
    pages: ["/", "/news", "/news/1", "/news/2", "/about", "/board/a/", "/board/b/"],
    assets: Array.from({ length: 6 }, (_, n) => `/static/${n}.${n % 2 === 0 ? "css" : "png"}`),
    feed: "/feed.xml",
    data: "/api/items",
    form: "/order",
    archive: Array.from({ length: 500 }, (_, n) => `/news/${n}`),
  },
  seed: Number(values.seed),
  rate: Number(values.rate),
  acquaintMs: Number(values.acquaint) * 1000,
  quietMs: 5000,
  // The longest that a rule is held, and some.
  patienceMs: 75_000,
  readers: 40,
  neighbours: 8,
  spread: true,
  thread: new URL("../../../apps/egide/src/drill/attack/thread.ts", import.meta.url),
  rules: async () => (await mitigations()).rules.length,
  cpu: () => cpuSeconds(edge.pid),
  told: (text: string) => console.log(text),
};

/** Figures, what is missed of the goals, and the page with plots. */
interface Outcome {
  readonly figures: object;
  readonly missed: readonly string[];
  readonly page: string;
}

async function drill(): Promise<Outcome> {
  const answered = async (): Promise<number> =>
    Number(await (await fetch(`http://127.0.0.1:${port}/--answered`)).text());
  const attackMs = Number(values.seconds) * 1000;
  const result = await runDrill({ ...options, attacks, attackMs, answered });
  console.log(`\n${table(result.attacks)}`);
  const { seed, rate } = result;
  const figures = { seed, rate, tls: values.tls, attacks: result.attacks };
  return { figures, missed: misses(result.attacks), page: html(result) };
}

async function day(): Promise<Outcome> {
  const result = await runDay({
    ...options,
    events,
    eventMs: Number(values.seconds) * 1000,
    done: async (ms) =>
      (await mitigations()).past.filter(({ ago }) => ago <= ms).map(({ text }) => text),
  });
  console.log(`\n${dayTable(result.events)}`);
  const figures = { seed: result.seed, tls: values.tls, events: result.events };
  return { figures, missed: dayMisses(result.events), page: dayHtml(result) };
}

try {
  const { figures, missed, page } = await (events.length > 0 ? day() : drill());
  for (const text of missed) console.log(`missed: ${text}`);
  if (missed.length === 0) console.log("all goals are met");
  if (values.json !== undefined) {
    await Bun.write(values.json, `${JSON.stringify(figures, null, 2)}\n`);
  }
  if (values.html !== undefined) await Bun.write(values.html, page);
  if (values.log) console.log(edge.output);
  process.exitCode = values.strict && missed.length > 0 ? 1 : 0;
} finally {
  await edge.stop();
  await site.kill();
}
