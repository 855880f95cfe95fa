/**
 * `npm run drill -- --all | --attack NAME [--attack NAME…] [--strict] [--json FILE] [--html FILE]
 *   [--seed N] [--rate N] [--seconds N]`: an installation of its own with its site, on loopback, attacked
 * while people use it. Nothing is configured by hand but that the site exists.
 */
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { EdgeProcess } from "@egide/testkit/edge-process.ts";
import { startProcess } from "@egide/testkit/process.ts";
import { ATTACKS } from "../../../apps/egide/src/drill/attack/library.ts";
import { ask } from "../../../apps/egide/src/control/client.ts";
import { cpuSeconds } from "../../../apps/egide/src/drill/cpu.ts";
import { html } from "../../../apps/egide/src/drill/report/html.ts";
import { misses, table } from "../../../apps/egide/src/drill/report/table.ts";
import { mitigationsSchema } from "../../../apps/egide/src/mitigation/message.ts";
import { runDrill } from "../../../apps/egide/src/drill/run.ts";

const { values } = parseArgs({
  options: {
    all: { type: "boolean", default: false },
    attack: { type: "string", multiple: true, default: [] },
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

const names = values.all ? ATTACKS.map(({ name }) => name) : values.attack;
if (names.length === 0) {
  console.error(
    `say which: --all or --attack with one of ${ATTACKS.map((a) => a.name).join(", ")}`,
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
const rules = async (): Promise<number> =>
  (await ask(socket, { op: "mitigation" }, mitigationsSchema)).rules.length;
try {
  const result = await runDrill({
    target: { host: "127.0.0.1", port: edge.http, tls: false, name: "site.test" },
    site: {
      pages: ["/", "/news", "/news/1", "/news/2", "/about", "/board/a/", "/board/b/"],
      assets: Array.from({ length: 6 }, (_, n) => `/static/${n}.${n % 2 === 0 ? "css" : "png"}`),
      feed: "/feed.xml",
      data: "/api/items",
    },
    seed: Number(values.seed),
    attacks: names,
    rate: Number(values.rate),
    acquaintMs: Number(values.acquaint) * 1000,
    quietMs: 5000,
    attackMs: Number(values.seconds) * 1000,
    patienceMs: 60_000,
    readers: 40,
    neighbours: 8,
    spread: true,
    thread: new URL("../../../apps/egide/src/drill/attack/thread.ts", import.meta.url),
    rules,
    cpu: () => cpuSeconds(edge.pid),
    told: (text) => console.log(text),
  });
  console.log(`\n${table(result.attacks)}`);
  const missed = misses(result.attacks);
  for (const text of missed) console.log(`missed: ${text}`);
  const { attacks } = result;
  const settings = { seed: result.seed, rate: result.rate };
  if (values.json !== undefined) {
    await Bun.write(values.json, `${JSON.stringify({ ...settings, attacks }, null, 2)}\n`);
  }
  if (values.html !== undefined) await Bun.write(values.html, html(result));
  if (values.log) console.log(edge.output);
  process.exitCode = values.strict && missed.length > 0 ? 1 : 0;
} finally {
  await edge.stop();
  await site.kill();
}
