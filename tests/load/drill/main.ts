/**
 * `npm run drill -- --all | --attack NAME [--attack NAME…] [--strict] [--json FILE] [--html FILE]
 *   [--seed N] [--rate N] [--seconds N]`: an installation of its own with its site, on loopback, attacked
 * while people use it. Nothing is configured by hand but that the site exists.
 */
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { ATTACKS } from "../../../apps/egide/src/drill/attack/library.ts";
import { runDrill } from "../../../apps/egide/src/drill/run.ts";
import { ask } from "../../../apps/egide/src/control/client.ts";
import { mitigationsSchema } from "../../../apps/egide/src/mitigation/message.ts";
import { EdgeProcess } from "@egide/testkit/edge-process.ts";
import { cpuMillis } from "@egide/testkit/proc.ts";
import { startProcess } from "@egide/testkit/process.ts";
import { join } from "node:path";

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
    cpu: () => cpuMillis(edge.pid) / 1000,
    told: (text) => console.log(text),
  });
  if (values.json !== undefined)
    await Bun.write(values.json, JSON.stringify(result.attacks, null, 2));
  console.log(
    edge.output
      .split("\n")
      .filter((l) => /"level":"(warn|error)"|crowd/.test(l))
      .map((l) => JSON.parse(l).msg)
      .join("\n"),
  );
} finally {
  await edge.stop();
  await site.kill();
}
