#!/usr/bin/env bun
import { run } from "#cli/run.ts";

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY,
});
// Listeners of a stopped edge are closed; what still lingers (a terminal, a watcher) does not count.
process.exit();
