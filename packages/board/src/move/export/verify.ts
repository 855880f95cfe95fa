import { createHash } from "node:crypto";
import { readArchive } from "#move/export/archive.ts";
import {
  type Manifest,
  MANIFEST,
  type ManifestFile,
  manifestSchema,
  mediaLineSchema,
} from "#move/export/manifest.ts";
import { EXPORTED } from "#move/export/tables.ts";
import { damaged } from "#move/export/tar.ts";
import { MIGRATIONS } from "#store/migrations.ts";

/** No export that fits on a disk has as many; what has only wants to fill memory with names. */
const FILES_MOST = 4_000_000;

/** Where a file lies: from which byte on in an archive, or by itself. */
export interface Place {
  readonly sha256: string;
  readonly at: number;
  readonly bytes: number;
}

/** Reads the whole export once and compares it with its manifest, before anything of it is taken. */
export async function verify(path: string): Promise<Manifest> {
  const { manifest } = await verifyFiles(path);
  checkSchema(manifest);
  return manifest;
}

export async function verifyFiles(
  path: string,
): Promise<{ readonly manifest: Manifest; readonly places: ReadonlyMap<string, Place> }> {
  const found = new Map<string, Place>();
  const promised = new Map<string, ManifestFile>();
  let manifest: Manifest | null = null;
  for await (const { name, bytes, at } of readArchive(path)) {
    if (name === MANIFEST) {
      if (manifest !== null) throw damaged("it has two manifests");
      manifest = readManifest(bytes);
    } else {
      if (found.has(name)) throw damaged(`${name} is there twice`);
      if (found.size >= FILES_MOST) throw damaged("it has more files than any export");
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      found.set(name, { sha256, at, bytes: bytes.length });
      if (name.startsWith("lists/"))
        for (const file of linesOf(name, bytes)) promised.set(file.name, file);
    }
  }
  if (manifest === null) throw damaged("it has no manifest: it was not finished");
  const own = Object.values(manifest.tables).flatMap(({ files }) => files);
  for (const file of [...own, ...manifest.media.lists]) promised.set(file.name, file);
  for (const [name, { sha256 }] of promised) {
    const place = found.get(name);
    if (place === undefined) throw damaged(`${name} is missing`);
    if (place.sha256 !== sha256) throw damaged(`${name} is not what the manifest says`);
  }
  for (const name of found.keys()) {
    if (!promised.has(name)) throw damaged(`${name} is not in the manifest`);
  }
  return { manifest, places: found };
}

function readManifest(bytes: Uint8Array): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    throw damaged("its manifest is no JSON");
  }
  const read = manifestSchema.safeParse(value);
  if (!read.success) throw damaged("its manifest is of another version, or damaged");
  return read.data;
}

function linesOf(name: string, bytes: Uint8Array): readonly ManifestFile[] {
  const lines = Buffer.from(bytes).toString("utf8").split("\n");
  try {
    return lines
      .filter((line) => line !== "")
      .map((line) => mediaLineSchema.parse(JSON.parse(line)));
  } catch {
    throw damaged(`${name} is no list of files`);
  }
}

/** Rows mean what the tables meant: those of another version are brought over by that version. */
function checkSchema({ schema, tables }: Manifest): void {
  const own = MIGRATIONS.map(({ name }) => name);
  const newer = schema.filter((name) => !own.includes(name));
  if (newer.length > 0) throw damaged(`it was made by a newer version (${newer.join(", ")})`);
  const older = own.filter((name) => !schema.includes(name));
  if (older.length > 0) {
    throw damaged(`it was made by an older version (it lacks ${older.join(", ")}): export it anew`);
  }
  const unknown = Object.keys(tables).filter((table) =>
    EXPORTED.every(({ name }) => name !== table),
  );
  if (unknown.length > 0) throw damaged(`it has tables that nobody knows: ${unknown.join(", ")}`);
}
