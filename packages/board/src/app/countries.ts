import { readFileSync } from "node:fs";
import { AppError } from "@egide/std/error.ts";
import { Geo } from "@egide/std/geo.ts";

/** Countries of addresses, from a file that the settings name; "": none are known. */
export function openCountries(path: string): Geo {
  if (path === "") return new Geo(null, null);
  try {
    return new Geo(readFileSync(path), null);
  } catch (cause) {
    throw new AppError({
      code: "board.countries",
      source: "operator",
      retry: false,
      publicMessage: `${path} can't be read as a database of countries in MaxMind's format`,
      cause,
    });
  }
}
