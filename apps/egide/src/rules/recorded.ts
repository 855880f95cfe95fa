import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type RecordedRequest, recordedRequestSchema } from "@egide/contract/recorded-request.ts";
import { AppError } from "@egide/std/error.ts";

export interface RecordedFiles {
  readonly records: readonly RecordedRequest[];
  /** Lines that are no record, such as one that was being written. */
  readonly unreadable: number;
}

/** Reads samples: files of lines, or folders of `*.jsonl`. `zone`: only what it answered. */
export function readRecorded(paths: readonly string[], zone: string | null): RecordedFiles {
  const records: RecordedRequest[] = [];
  let unreadable = 0;
  for (const path of paths.flatMap(filesOf)) {
    for (const line of read(path).split("\n")) {
      if (line.trim() === "") continue;
      const record = parse(line);
      if (record === null) unreadable++;
      else if (zone === null || record.zone === zone) records.push(record);
    }
  }
  records.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  return { records, unreadable };
}

function parse(line: string): RecordedRequest | null {
  try {
    return recordedRequestSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

function filesOf(path: string): string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw failure(`${path}: no such file or folder`);
  if (!stat.isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => name.endsWith(".jsonl"));
  return names.sort().map((name) => join(path, name));
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw failure(`${path}: not readable (${(error as NodeJS.ErrnoException).code})`);
  }
}

function failure(publicMessage: string): AppError {
  return new AppError({ code: "rules.not_found", source: "operator", retry: false, publicMessage });
}
