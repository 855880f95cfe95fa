import { AppError } from "@egide/std/error.ts";
import { type Fetch, downloadRelease } from "#rules/install/download.ts";
import { filesOfRelease, placeRelease } from "#rules/install/place.ts";
import { readTarGz } from "#rules/install/tar.ts";
import { type Proof, verifyRelease } from "#rules/install/verify.ts";
import { checkRules } from "#rules/problems.ts";
import { placesOf, readSources } from "#rules/source.ts";

export type Wanted =
  | { readonly kind: "download"; readonly version: string; readonly sha256?: string }
  | ({ readonly kind: "file"; readonly bytes: Uint8Array } & Proof);

export interface Installed {
  readonly version: string;
  readonly folder: string;
  readonly rules: number;
  readonly verifiedBy: string;
}

/** Fetches where asked to, verifies, loads all of it, and only then puts it at `link`. */
export async function installRelease(
  wanted: Wanted,
  link: string,
  get: Fetch,
  onFetch: (address: string) => void,
): Promise<Installed> {
  const { bytes, proof } = await obtain(wanted, get, onFetch);
  const verifiedBy = verifyRelease(bytes, proof);
  const { version, files } = filesOfRelease(readTarGz(bytes));
  if (proof.version !== undefined && proof.version !== version) {
    throw refused(`it says of itself that it is ${version}, and ${proof.version} was asked for`);
  }
  let rules = 0;
  const folder = placeRelease(link, version, files, (fresh) => {
    rules = countRules(fresh);
  });
  return { version, folder, rules, verifiedBy };
}

async function obtain(
  wanted: Wanted,
  get: Fetch,
  onFetch: (address: string) => void,
): Promise<{ bytes: Uint8Array; proof: Proof }> {
  if (wanted.kind === "file") return { bytes: wanted.bytes, proof: wanted };
  const { version, sha256 } = wanted;
  const found = await downloadRelease(version, (address, init) => {
    onFetch(address);
    return get(address, init);
  });
  const { bytes, signature, key } = found;
  return { bytes, proof: { version, signature, key, ...(sha256 === undefined ? {} : { sha256 }) } };
}

/** Throws an AppError that names the first mistake where the set does not load as a whole. */
function countRules(folder: string): number {
  const { problems, rules } = checkRules(readSources([folder], placesOf(folder), folder));
  const [first] = problems;
  if (first === undefined) return rules;
  const place = `${first.source}:${first.line}:${first.column}`;
  throw refused(`it does not load: ${place}: ${first.message} (${problems.length} in all)`);
}

function refused(why: string): AppError {
  return new AppError({
    code: "rules.not_loadable",
    source: "operator",
    retry: false,
    publicMessage: `the release is not installed: ${why}`,
  });
}
