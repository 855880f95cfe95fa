import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { type Order, orderSchema } from "@egide/contract/order.ts";
import { explainIssues } from "#config/explain.ts";
import type { Problem } from "#config/problem.ts";
import { shapeOf } from "#config/shape.ts";
import { readText } from "#config/text.ts";
import { z } from "zod";

/** The directory as it reads now: good orders, and what is wrong with the others. */
export interface OrderSet {
  readonly orders: readonly Order[];
  readonly problems: readonly Problem[];
}

/** Changes whenever the directory does; much cheaper than reading it. */
export function stampOrders(directory: string): string {
  return listFiles(directory)
    .map((name) => {
      const stat = statSync(join(directory, name), { throwIfNoEntry: false });
      return stat === undefined ? "" : `${name}:${stat.ino}:${stat.size}:${stat.mtimeMs}`;
    })
    .join("\n");
}

const EXTENSION = /\.(json|ya?ml)$/;

/** Every `*.json`, `*.yaml` and `*.yml` holds one order. A missing directory holds none. */
export function readOrders(directory: string): OrderSet {
  const orders: Order[] = [];
  const problems: Problem[] = [];
  const fileOf = new Map<string, string>();
  for (const name of listFiles(directory)) {
    const file = join(directory, name);
    const read = readOrderFile(file);
    problems.push(...read.problems);
    if (read.order === null) continue;
    const first = fileOf.get(read.order.id);
    if (first === undefined) {
      fileOf.set(read.order.id, file);
      orders.push(read.order);
    } else {
      problems.push(wholeFile(file, `order "${read.order.id}" is already in ${first}`));
    }
  }
  return { orders, problems };
}

/** Writes `<id>.json` so that a reader sees the old file, the new one, or none: never a part. */
export function writeOrder(directory: string, order: Order): string {
  mkdirSync(directory, { recursive: true, mode: 0o750 });
  const file = join(directory, `${order.id}.json`);
  const temporary = join(directory, `.${order.id}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const fd = openSync(temporary, "wx", 0o640);
    try {
      writeSync(fd, `${JSON.stringify(order, null, 2)}\n`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  return file;
}

/** Takes the file of an order away; answers its path, or null where no file holds this order. */
export function removeOrder(directory: string, id: string): string | null {
  for (const name of listFiles(directory)) {
    const file = join(directory, name);
    // A broken file is lifted by its name, a sound one by what it says.
    const held = readOrderFile(file).order?.id ?? name.replace(EXTENSION, "");
    if (held !== id) continue;
    rmSync(file);
    return file;
  }
  return null;
}

function listFiles(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => EXTENSION.test(name) && !name.startsWith("."))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function readOrderFile(file: string): { order: Order | null; problems: readonly Problem[] } {
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // Lifted between listing and reading: then it is not there.
    if (code === "ENOENT") return { order: null, problems: [] };
    return { order: null, problems: [wholeFile(file, `not readable (${code})`)] };
  }
  const source = readText(file, content);
  if (source.problems.length > 0) return { order: null, problems: source.problems };
  const parsed = orderSchema.safeParse(source.value);
  if (parsed.success) return { order: parsed.data, problems: [] };
  const { keysAt } = shapeOf(z.toJSONSchema(orderSchema, { io: "input", unrepresentable: "any" }));
  const explained = explainIssues(parsed.error.issues, source.value, keysAt);
  return {
    order: null,
    problems: explained.map((e) => source.problemAt(e.path, e.at, e.message, e.suggestion)),
  };
}

function wholeFile(source: string, message: string): Problem {
  return { source, line: null, column: null, length: 0, message, suggestion: null, excerpt: null };
}
