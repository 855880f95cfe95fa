#!/usr/bin/env node
// `npm run up`: installs what is missing, then runs `egide up` with whatever follows `--`.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "./bun.mjs";
import { install } from "./install.mjs";

const bun = install();
const main = join(ROOT, "apps", "egide", "src", "main.ts");
// Where npm was called from: that is where the operator's egide.yaml is.
const cwd = process.env.INIT_CWD ?? process.cwd();
const child = spawn(bun, [main, "up", ...process.argv.slice(2)], { cwd, stdio: "inherit" });

// A terminal sends Ctrl-C to both of us: the child finishes what it has, and we wait for it.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP", "SIGUSR2"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
