#!/usr/bin/env node
import { spawnSync } from "node:child_process";

const steps = [
  ["npm", ["install", "--no-save", "--no-audit", "--no-fund"]],
  ["npm", ["run", "check"]],
  ["npm", ["run", "unit"]],
];
for (const [command, args] of steps) {
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
