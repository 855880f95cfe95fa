import { resolve } from "node:path";
import { createPublicKey } from "node:crypto";
import { signSnapshot } from "@egide/contract/envelope.ts";
import { compileSnapshot } from "@egide/contract/snapshot.ts";
import { systemClock } from "@egide/std/clock.ts";
import { type Command, text } from "#cli/command.ts";
import { printProblems } from "#command/check.ts";
import { CONFIG_OPTION, configFile } from "#config/file.ts";
import { loadConfigFile } from "#config/load.ts";
import { readOrders } from "#order/store.ts";
import { keyIdOf } from "@egide/contract/signing.ts";
import { readSigningKey } from "#snapshot/keys.ts";

export const snapshotCommand: Command = {
  name: "snapshot",
  summary: "Sign what the configuration and the orders say, for edges that run from a snapshot.",
  about:
    "Writes one line of JSON to standard output: zones, limits, lists and orders, with a signature. Listeners, workers and directories are left out: they belong to the machine that runs an edge.",
  options: {
    config: CONFIG_OPTION,
    key: { type: "string", value: "file", summary: "Private key (Ed25519, PEM) to sign with." },
    orders: {
      type: "string",
      value: "dir",
      summary: "Directory of orders that are part of the snapshot; else none.",
    },
  },
  examples: [
    ["openssl genpkey -algorithm ed25519 -out sign.pem", "A key; keep it away from the edges."],
    ["openssl pkey -in sign.pem -pubout -out trusted.pem", "What the edges trust."],
    ["egide snapshot --key sign.pem > snapshot.json", "Signs ./egide.yaml."],
    ["egide edge --snapshot snapshot.json --snapshot-key trusted.pem", "Serves it."],
  ],
  run({ options }, shell) {
    const keyFile = text(options, "key");
    if (keyFile === undefined) {
      shell.err("--key names the private key to sign with\n");
      return 2;
    }
    const loaded = loadConfigFile(configFile(text(options, "config"), shell), shell.env);
    if (!loaded.ok) {
      printProblems(loaded.problems, shell);
      return 1;
    }
    const directory = text(options, "orders");
    const { orders, problems } =
      directory === undefined
        ? { orders: [], problems: [] }
        : readOrders(resolve(shell.cwd, directory));
    if (problems.length > 0) {
      printProblems(problems, shell);
      return 1;
    }
    const key = readSigningKey(resolve(shell.cwd, keyFile));
    const now = systemClock.now();
    const snapshot = compileSnapshot(loaded.config, orders, { version: now, created: now });
    const envelope = signSnapshot(snapshot, keyIdOf(createPublicKey(key)), key);
    shell.out(`${JSON.stringify(envelope)}\n`);
    return 0;
  },
};
