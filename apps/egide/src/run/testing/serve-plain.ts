import { dirname } from "node:path";
import { loadConfigFile } from "#config/load.ts";
import { createLogger } from "#log/logger.ts";
import { serve } from "#run/serve.ts";

/* `bun serve-plain.ts FILE [--takeover]`: the process model around the plain worker, or WORKER. */
const path = process.argv[2] as string;
const file = { path, name: path, directory: dirname(path) };
const load = () => loadConfigFile(file, {});
const loaded = load();
if (!loaded.ok) throw new Error("the test's configuration is broken");
const plain = (text: string): string => text;

process.exit(
  await serve({
    config: loaded.config,
    reload: load,
    takeover: process.argv.includes("--takeover"),
    worker: new URL(process.env["WORKER"] ?? "./plain-worker.ts", import.meta.url),
    onReady: ({ http }) => process.stdout.write(`ready ${http[0]}\n`),
    logger: createLogger({
      isTerminal: false,
      level: "debug",
      write: (line) => void process.stderr.write(line),
      colour: false,
    }),
    paint: { bold: plain, red: plain, dim: plain, green: plain },
    env: process.env,
    cwd: process.cwd(),
  }),
);
