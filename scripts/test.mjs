#!/usr/bin/env node
// `npm test`: everything, with what it needs brought along; closes with `N passed, N failed`.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./bun.mjs";
import { install } from "./install.mjs";

/** Debian packages that some tests drive, the program each brings, and what is left out without. */
const TOOLS = [
  ["chromium", "chromium", "tests in a real browser"],
  ["nginx", "nginx", "comparisons with nginx"],
  ["haproxy", "haproxy", "comparisons with HAProxy"],
  ["pebble", "pebble", "certificates from an ACME server"],
  ["nftables", "nft", "bans in the kernel"],
  ["postgresql", "initdb", "records in PostgreSQL"],
  ["ffmpeg", "ffmpeg", "films and sounds"],
  ["nghttp2-client", "nghttp", "HTTP/2 against another implementation"],
];

const totals = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const began = Date.now();

const bun = install();
bringTools();
const bin = (name) => join(ROOT, "node_modules", ".bin", name);
await check("format", bin("biome"), ["format", "."]);
await check("lint", bin("oxlint"), ["--type-aware", "--deny-warnings"]);
await check("types", bin("tsc"), ["-p", "tsconfig.json"]);
await check("unused code", bun, ["--bun", bin("knip")]);
await suite("unit tests", ["test", "--timeout", "60000", "./packages", "./apps"]);
if (existsSync(join(ROOT, "tests")))
  await suite("whole-system tests", ["test", "--timeout", "60000", "./tests"]);
finish();

/** One step that passes or fails as a whole. */
async function check(name, command, args) {
  const { status, output } = await run(name, command, args);
  if (status === 0) totals.passed += 1;
  else fail(name, output);
}

/** A run of `bun test`: its own counts are added up. */
async function suite(name, args) {
  const { status, output } = await run(name, bun, args);
  // The last line counts: a test may show the output of another run.
  const count = (word) =>
    Number([...output.matchAll(new RegExp(`^\\s*(\\d+) ${word}`, "gm"))].at(-1)?.[1] ?? 0);
  const failed = count("fail") + count("errors?");
  totals.passed += count("pass");
  totals.skipped += count("(?:skip|todo)");
  if (status !== 0 || failed > 0) {
    totals.failed += Math.max(failed, 1) - 1;
    fail(name, output);
  }
}

function fail(name, output) {
  totals.failed += 1;
  const lines = output.split("\n").filter((line) => line.startsWith("(fail)"));
  failures.push(lines.length > 0 ? `${name}\n${lines.join("\n")}` : name);
}

/** Runs a step; shows what it says once it is over, and only where it failed or counts. */
function run(name, command, args) {
  process.stdout.write(`── ${name} …\n`);
  const start = Date.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1" },
    });
    let output = "";
    const take = (chunk) => {
      output += chunk;
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    const done = (status) => {
      const seconds = ((Date.now() - start) / 1000).toFixed(1);
      // A line for each test that passed would bury the one that did not.
      const shown = output.split("\n").filter((line) => status !== 0 && !line.startsWith("(pass)"));
      if (shown.length > 0) process.stdout.write(`${shown.join("\n").trimEnd()}\n`);
      const counts = output.match(/^\s*\d+ (?:pass|fail|skip)\b/gm)?.map((text) => text.trim());
      const how = status === 0 ? "ok" : "FAILED";
      process.stdout.write(`   ${how}${counts ? ` (${counts.join(", ")})` : ""} in ${seconds} s\n`);
      resolve({ status, output });
    };
    child.on("error", (error) => {
      output += String(error);
      done(1);
    });
    child.on("close", (code) => done(code ?? 1));
  });
}

/** Installs Debian's programs where that is allowed; else says what goes untested, and why. */
function bringTools() {
  let absent = TOOLS.filter(([, program]) => !onPath(program));
  if (absent.length === 0) return;
  const mayInstall = process.getuid?.() === 0 && onPath("apt-get");
  if (mayInstall) {
    const names = absent.map(([name]) => name);
    process.stdout.write(`── Debian packages: ${names.join(", ")} …\n`);
    const options = { stdio: "ignore", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
    spawnSync("apt-get", ["update", "-qq"], options);
    // One by one: a package that this Debian lacks does not keep the others away.
    for (const name of names) {
      spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", name], options);
    }
    absent = absent.filter(([, program]) => !onPath(program));
  }
  const why = mayInstall ? "apt-get could not install it" : "installing it takes root and apt-get";
  for (const [name, , what] of absent) {
    process.stdout.write(`   left out: ${what} (no ${name}: ${why})\n`);
  }
}

function onPath(program) {
  const folders = (process.env.PATH ?? "").split(":").concat("/usr/sbin", "/usr/bin");
  // Debian keeps the programs of PostgreSQL's server out of the path, by version.
  const postgres = "/usr/lib/postgresql";
  const versions = existsSync(postgres) ? readdirSync(postgres) : [];
  folders.push(...versions.map((version) => join(postgres, version, "bin")));
  return folders.some((folder) => folder !== "" && existsSync(join(folder, program)));
}

function finish() {
  const minutes = ((Date.now() - began) / 60_000).toFixed(1);
  for (const failure of failures) process.stdout.write(`\nfailed: ${failure}\n`);
  process.stdout.write(`\n${totals.skipped} skipped, ${minutes} min\n`);
  process.stdout.write(`${totals.passed} passed, ${totals.failed} failed\n`);
  process.exit(totals.failed === 0 ? 0 : 1);
}
