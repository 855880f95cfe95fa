import { z } from "zod";
import { baseName } from "#move/source/clean.ts";
import type { SourceFile } from "#move/source/record.ts";
import type { RowReader } from "#move/source/sql-row.ts";

/** One entry of the column `files`; only what says where it lies and what it was called. */
const fileSchema = z.object({
  file: z.string(),
  filename: z.string().nullish(),
  name: z.string().nullish(),
  thumb: z.unknown(),
  file_path: z.string().nullish(),
});
const filesSchema = z.array(z.unknown());

export interface VichanFiles {
  readonly files: readonly SourceFile[];
  /** Why one or several can't be taken. */
  readonly faults: readonly string[];
}

/** Files of a post: JSON in newer vichan, columns of their own in older ones and in Tinyboard. */
export function filesOf(row: RowReader, board: string): VichanFiles {
  const json = row.text("files");
  if (json !== null && json.trim() !== "") return fromJson(json, board);
  const single = row.text("file");
  if (single === null || single === "" || single === "deleted") return NONE;
  const name = baseName(single);
  if (name === null) return { files: [], faults: ["a file without a name"] };
  const spoiler = row.text("thumb") === "spoiler";
  return { files: [at(board, name, row.text("filename") ?? name, spoiler, null)], faults: [] };
}

const NONE: VichanFiles = { files: [], faults: [] };

function fromJson(json: string, board: string): VichanFiles {
  let list: unknown;
  try {
    list = JSON.parse(json);
  } catch {
    return { files: [], faults: ["the list of files is no JSON"] };
  }
  const entries = filesSchema.safeParse(list);
  if (!entries.success) return list === null ? NONE : { files: [], faults: ["no list of files"] };
  const files: SourceFile[] = [];
  const faults: string[] = [];
  for (const entry of entries.data) {
    const read = fileSchema.safeParse(entry);
    // What its poster or staff deleted has left nothing but this word.
    if (read.success && read.data.file === "deleted") continue;
    const name = read.success ? baseName(read.data.file) : null;
    if (!read.success || name === null) faults.push("an entry of the list of files can’t be read");
    else {
      const { filename, name: sent, thumb, file_path: path } = read.data;
      files.push(at(board, name, filename ?? sent ?? name, thumb === "spoiler", path ?? null));
    }
  }
  return { files, faults };
}

function at(
  board: string,
  name: string,
  filename: string,
  spoiler: boolean,
  path: string | null,
): SourceFile {
  const usual = `${board}/src/${name}`;
  const paths = [path ?? usual, usual, `src/${name}`, name];
  return { paths: [...new Set(paths)], filename, spoiler, addresses: [path ?? usual] };
}
