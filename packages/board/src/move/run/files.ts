import { realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { AppError } from "@egide/std/error.ts";
import { displayName } from "#media/filename.ts";
import { KIND_FACTS } from "#media/kind.ts";
import type { ImportContext } from "#move/run/context.ts";
import type { Files, FoundFile, SourceFile } from "#move/source/record.ts";
import type { DraftFile } from "#thread/posting/draft.ts";

/** Files below a folder, as a web server had them. */
export function folderFiles(folder: string): Files {
  return {
    async find(file) {
      const path = await locate(folder, file);
      return path === null ? null : { path, done: async () => undefined };
    },
  };
}

/** Where a file lies below the folder; null: nowhere, or a link leads out of the folder. */
async function locate(folder: string, file: SourceFile): Promise<string | null> {
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

/** Contents that are remembered: a thousand posts may well show the same picture. */
const REMEMBERED = 10_000;

/** Takes files in as uploads are: each that is known by its hash once. */
export class FileTaker {
  readonly #context: Pick<ImportContext, "take">;
  readonly #files: Files;
  readonly #known = new Map<string, Promise<Taken>>();

  constructor(context: Pick<ImportContext, "take">, files: Files) {
    this.#context = context;
    this.#files = files;
  }

  async take(file: SourceFile): Promise<Taken> {
    const { sha256 } = file;
    if (sha256 === undefined) return this.#take(file);
    const known = this.#known.get(sha256);
    if (known !== undefined) return asCalled(await known, file);
    const taken = this.#take(file);
    this.#known.set(sha256, taken);
    if (this.#known.size > REMEMBERED) {
      this.#known.delete(this.#known.keys().next().value as string);
    }
    return taken;
  }

  /** Why it is not to be had; null: it is there. */
  async look(file: SourceFile): Promise<string | null> {
    const found = await this.#files.find(file);
    await found?.done();
    return found === null ? missing(file) : null;
  }

  async #take(file: SourceFile): Promise<Taken> {
    const found: FoundFile | null = await this.#files.find(file);
    if (found === null) return { fault: missing(file) };
    try {
      const { filename, spoiler } = file;
      return { file: await this.#context.take({ path: found.path, filename, spoiler }) };
    } catch (error) {
      if (!(error instanceof AppError) || error.source !== "client") throw error;
      return { fault: `${file.paths[0] ?? ""}: ${error.publicMessage} (${error.code})` };
    } finally {
      await found.done();
    }
  }
}

/** The same content in another post, under its name there. */
function asCalled(taken: Taken, { filename, spoiler }: SourceFile): Taken {
  if ("fault" in taken) return taken;
  const { extension } = KIND_FACTS[taken.file.kind];
  return { file: { ...taken.file, filename: displayName(filename, extension), spoiler } };
}

function missing({ paths }: SourceFile): string {
  return `there is no file ${paths[0] ?? ""}`;
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
