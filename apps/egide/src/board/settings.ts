import { resolve } from "node:path";
import { type InstanceSettings, instanceSettingsSchema } from "@egide/board/settings/instance.ts";
import { AppError } from "@egide/std/error.ts";

/**
 * What an admin wrote for the board, as far as they wrote it. Throws `cli.bad_settings`, which names
 * each setting that is unknown or not possible: a board never starts with half of what was meant.
 */
export async function readSettings(file: string, cwd: string): Promise<Partial<InstanceSettings>> {
  let value: unknown;
  try {
    value = await Bun.file(resolve(cwd, file)).json();
  } catch (cause) {
    throw unusable(`${file} can't be read as JSON settings: ${(cause as Error).message}`, cause);
  }
  const checked = instanceSettingsSchema.partial().safeParse(value);
  if (checked.success) return value as Partial<InstanceSettings>;
  const faults = checked.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`,
  );
  throw unusable(`${file} is not possible: ${faults.join("; ")}`, checked.error);
}

function unusable(publicMessage: string, cause: unknown): AppError {
  return new AppError({
    code: "cli.bad_settings",
    source: "operator",
    retry: false,
    publicMessage,
    cause,
  });
}
