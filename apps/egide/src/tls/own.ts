import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Zone } from "@egide/contract/policy/zone.ts";
import type { PemPair } from "@egide/dns/acme/pair.ts";
import { type Certificate, readCertificate } from "@egide/edge/accept/tls/certificate.ts";
import { selfSigned } from "#tls/self-signed.ts";

const DAY = 86_400_000;

/**
 * A self-signed certificate for a zone, kept in the state directory, so that a browser that was told
 * to trust it goes on doing so.
 */
export function ownCertificate(
  state: string,
  zone: Pick<Zone, "id" | "hosts">,
  now: number,
): Certificate {
  const directory = join(state, "certificates", "self-signed");
  const file = join(directory, `${encodeURIComponent(zone.id).replaceAll("*", "%2A")}.json`);
  const names = zone.hosts.map((host) => (host === "*" ? "localhost" : host));
  if (zone.hosts.includes("*")) names.push("127.0.0.1", "::1");
  const kept = readKept(file, names, now);
  if (kept !== null) return kept;
  const pair = selfSigned(names, now);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(file, JSON.stringify({ names, ...pair }), { mode: 0o600 });
  return readCertificate(pair.cert, pair.key, now);
}

/** Null where there is none, or none that would do for another month. */
function readKept(file: string, names: readonly string[], now: number): Certificate | null {
  try {
    const kept = JSON.parse(readFileSync(file, "utf8")) as PemPair & { names: string[] };
    if (kept.names.join() !== names.join()) return null;
    const certificate = readCertificate(kept.cert, kept.key, now);
    return certificate.notAfter - now > 30 * DAY ? certificate : null;
  } catch {
    return null;
  }
}
