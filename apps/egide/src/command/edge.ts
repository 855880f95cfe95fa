import { type Command, text } from "#cli/command.ts";
import { paintFor } from "#cli/paint.ts";
import { printProblems } from "#command/check.ts";
import { MISUSE, SNAPSHOT_OPTIONS, snapshotSource } from "#command/snapshot-options.ts";
import { loggerFor, RUN_OPTIONS, SIGNALS_ABOUT, wantsTakeover } from "#command/run-options.ts";
import { configFile } from "#config/file.ts";
import { loadConfigFile } from "#config/load.ts";
import { serve } from "#run/serve.ts";
import { WORKER_PROGRAM } from "#run/program.ts";

export const edgeCommand: Command = {
  name: "edge",
  summary: "Run an edge as the configuration says, and nothing else.",
  about: `For services: listens exactly where the configuration says or does not start. ${SIGNALS_ABOUT}`,
  options: { ...RUN_OPTIONS, ...SNAPSHOT_OPTIONS },
  examples: [
    ["egide edge --config /etc/egide/egide.yaml", "As a service does: docs/guide/service.md."],
    [
      "egide edge --snapshot policy.json --snapshot-key trusted.pem",
      "Serves what somebody else has signed, and nothing else: docs/guide/snapshots.md.",
    ],
    ["egide edge --takeover", "Replaces the running edge, for example after an upgrade."],
  ],
  async run({ options }, shell) {
    const signed = snapshotSource(options, shell);
    if (signed === MISUSE) return 2;
    const file = configFile(text(options, "config"), shell);
    const load = signed?.load ?? (() => loadConfigFile(file, shell.env));
    const loaded = signed === null ? load() : signed.begin();
    if (!loaded.ok) {
      printProblems(loaded.problems, shell);
      return 1;
    }
    // Relative paths in the file start from where the file is.
    if (signed === null) process.chdir(file.directory);
    const logger = loggerFor(options, shell);
    return serve({
      config: loaded.config,
      reload: load,
      issued: signed,
      takeover: wantsTakeover(options),
      worker: WORKER_PROGRAM,
      onReady: ({ http, https }, metrics) => logger.info({ http, https, metrics }, "serving"),
      logger,
      paint: paintFor(shell.isTerminal, shell.env),
      env: shell.env,
      cwd: shell.cwd,
    });
  },
};
