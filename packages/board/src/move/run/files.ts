import { realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { AppError } from "@egide/std/error.ts";
import type { ImportContext } from "#move/run/context.ts";
import type { SourceFile } from "#move/source/record.ts";
import type { DraftFile } from "#thread/posting/draft.ts";

/** Where a file lies below the folder; null: nowhere, or a link leads out of the folder. */
export async function locate(folder: string, file: SourceFile): Promise<string | null> {
  const root = await realpath(folder);
  for (const path of file.paths) {
    try {
      const found = await realpath(join(root, path));
      if (found.startsWith(root + sep) && (await stat(found)).isFile()) return found;
    } catch {
      // Not there: the next may be.
    }
  }
  return null;
}

/** A file that was taken, or why it was not. */
export type Taken = { readonly file: DraftFile } | { readonly fault: string };

export async function takeFile(
  context: ImportContext,
  folder: string,
  file: SourceFile,
): Promise<Taken> {
  const path = await locate(folder, file);
  if (path === null) return { fault: `there is no file ${file.paths[0] ?? ""}` };
  try {
    const { filename, spoiler } = file;
    return { file: await context.take({ path, filename, spoiler }) };
  } catch (error) {
    if (!(error instanceof AppError) || error.source !== "client") throw error;
    return { fault: `${file.paths[0] ?? ""}: ${error.publicMessage} (${error.code})` };
  }
}

/** Does `work` for all, some at a time: decoding has two processes. */
export async function eachOf<Item>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: most }, worker));
}
