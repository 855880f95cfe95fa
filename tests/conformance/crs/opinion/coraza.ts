import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { RuleFile } from "@egide/waf/rule-set.ts";
import { answer } from "../backend.ts";
import { pairs, type Shown } from "./variant.ts";

const SOURCES = new URL("coraza/", import.meta.url).pathname;

/** The rules that Coraza says match, for each request; null where it can't be built. */
export async function askCoraza(
  files: readonly RuleFile[],
  dataFolder: string,
  requests: readonly Shown[],
): Promise<readonly ReadonlySet<number>[] | null> {
  const binary = await build();
  if (binary === null) return null;
  const folder = mkdtempSync(join(tmpdir(), "egide-opinion-"));
  try {
    const paths = files.map(({ name, text }, index) => {
      // Files of lists are looked for beside the rules that name them.
      if (existsSync(name) && name.startsWith(dataFolder)) return name;
      const path = join(folder, `${index}.conf`);
      writeFileSync(path, text, "latin1");
      return path;
    });
    const asked = join(folder, "requests.jsonl");
    writeFileSync(asked, requests.map(lineOf).join(""));
    const child = Bun.spawn([binary, ...paths], {
      stdin: Bun.file(asked),
      stdout: "pipe",
      stderr: "inherit",
    });
    const lines = (await child.stdout.text()).trim().split("\n");
    if ((await child.exited) !== 0 || lines.length !== requests.length) {
      throw new Error(`Coraza answered ${lines.length} of ${requests.length} requests`);
    }
    return lines.map((line) => new Set(JSON.parse(line) as number[]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function lineOf({ method, target, protocol, headers, body }: Shown): string {
  const { status, headers: fields, body: text } = answer(target, body);
  const response = { status, headers: pairs(fields), body: text };
  const line = { method, target, protocol, headers: pairs(headers), body, response };
  return `${JSON.stringify(line)}\n`;
}

async function build(): Promise<string | null> {
  const hash = createHash("sha256");
  for (const name of ["main.go", "go.mod", "go.sum"]) hash.update(readFileSync(SOURCES + name));
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const folder = join(cache, "egide-conformance");
  const binary = join(folder, `coraza-${hash.digest("hex").slice(0, 16)}`);
  if (existsSync(binary)) return binary;
  if (Bun.which("go") === null) return null;
  mkdirSync(folder, { recursive: true });
  const child = Bun.spawn(["go", "build", "-trimpath", "-o", binary, "."], {
    cwd: SOURCES,
    stdout: "inherit",
    stderr: "inherit",
  });
  if ((await child.exited) !== 0) throw new Error("Coraza can't be built");
  return binary;
}
