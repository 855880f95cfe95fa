import { AppError } from "@egide/std/error.ts";
import { S3Client } from "bun";
import { DiskStore } from "#media/store/disk.ts";
import { S3Store } from "#media/store/s3.ts";
import type { Sealing } from "#media/store/sealing.ts";
import type { MediaStore } from "#media/store/store.ts";
import type { StorageKeys, StorageSettings } from "#settings/storage.ts";

/** The store that the settings name; `folder` is where files lie on disk. */
export async function openMediaStore(
  storage: StorageSettings,
  keys: StorageKeys | null,
  folder: string,
  sealing: Sealing,
): Promise<MediaStore> {
  if (storage.kind === "disk") return new DiskStore(folder, sealing);
  if (keys === null) {
    throw new AppError({
      code: "board.storage_keys",
      source: "operator",
      retry: false,
      publicMessage:
        "the bucket’s keys are missing: EGIDE_S3_ACCESS_KEY_ID and EGIDE_S3_SECRET_ACCESS_KEY, or the same with _FILE",
    });
  }
  const { endpoint, bucket, region, prefix, virtualHosted } = storage;
  const client = new S3Client({
    endpoint,
    bucket,
    region,
    virtualHostedStyle: virtualHosted,
    ...keys,
  });
  const store = new S3Store(client, sealing, prefix);
  await store.check();
  return store;
}
