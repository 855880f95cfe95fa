import { readFileSync } from "node:fs";
import type { StorageKeys } from "@egide/board/settings/storage.ts";
import { AppError } from "@egide/std/error.ts";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Keys of a bucket, from the environment or from the files that it names (`…_FILE`: a service's
 * credentials). Null where neither is there. They are never part of the settings, nor of a log.
 */
export function storageKeys(env: Env): StorageKeys | null {
  const accessKeyId = secretOf(env, "EGIDE_S3_ACCESS_KEY_ID");
  const secretAccessKey = secretOf(env, "EGIDE_S3_SECRET_ACCESS_KEY");
  return accessKeyId === "" || secretAccessKey === "" ? null : { accessKeyId, secretAccessKey };
}

function secretOf(env: Env, name: string): string {
  const file = env[`${name}_FILE`];
  if (file === undefined || file === "") return env[name] ?? "";
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new AppError({
      code: "board.storage_keys",
      source: "operator",
      retry: false,
      publicMessage: `${name}_FILE names ${file}, which can't be read`,
      cause,
    });
  }
}
