import { AppError } from "@egide/std/error.ts";
import releases from "#rules/install/releases.json" with { type: "json" };

/** What is asked of the network: `fetch`, or what a test puts in its place. */
export type Fetch = (address: string, init: RequestInit) => Promise<Response>;

/** A release as it came, with its signature and the key that the project publishes. */
export interface Download {
  readonly bytes: Uint8Array;
  readonly signature: string;
  readonly key: string;
  readonly address: string;
}

export const LATEST = releases.latest;

const MOST_BYTES = 33_554_432;
const MOST_TEXT = 262_144;
const PATIENCE_MS = 60_000;

/** Downloads a release of the Core Rule Set and what is needed to verify it. Throws AppError. */
export async function downloadRelease(version: string, get: Fetch): Promise<Download> {
  if (!/^\d{1,3}(?:\.\d{1,3}){2}(?:-[a-z0-9.]{1,20})?$/.test(version)) {
    throw failure(`not a version: ${JSON.stringify(version)}; write it like ${LATEST}`);
  }
  const address = `https://github.com/coreruleset/coreruleset/releases/download/v${version}/coreruleset-${version}-minimal.tar.gz`;
  const [bytes, signature, key] = await Promise.all([
    load(address, MOST_BYTES, get),
    load(`${address}.asc`, MOST_TEXT, get),
    load(releases.key.address, MOST_TEXT, get),
  ]);
  const text = (part: Uint8Array): string => Buffer.from(part).toString("latin1");
  return { bytes, signature: text(signature), key: text(key), address };
}

async function load(address: string, most: number, get: Fetch): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await get(address, { redirect: "follow", signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw failure(
      `${address} could not be fetched: ${said}; a release fetched elsewhere is installed with --from FILE`,
      error,
    );
  }
  // Where redirections led is as safe as where they began.
  if (response.url !== "" && !response.url.startsWith("https://")) {
    throw failure(`${address} leads to ${response.url}, which is not HTTPS`);
  }
  if (response.status === 404) throw failure(`${address} is not there: is the version right?`);
  if (!response.ok || response.body === null) throw failure(`${address}: ${response.status}`);
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of response.body) {
      length += part.length;
      if (length > most) throw failure(`${address} is larger than any release`);
      parts.push(part);
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw failure(`${address} broke off`, error);
  }
  return Buffer.concat(parts);
}

function failure(publicMessage: string, cause?: unknown): AppError {
  return new AppError({
    code: "rules.download",
    source: "operator",
    retry: true,
    publicMessage,
    ...(cause === undefined ? {} : { cause }),
  });
}
