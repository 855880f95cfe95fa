import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Zone } from "@egide/contract/policy/zone.ts";
import { type Certificate, readCertificate } from "@egide/edge/accept/tls/certificate.ts";
import type { TlsEntry } from "@egide/edge/accept/tls/certificates.ts";
import { CertificateFiles, type FilePair } from "@egide/edge/accept/tls/files.ts";
import type { Clock } from "@egide/std/clock.ts";
import type { Logger } from "#log/logger.ts";
import { type PemPair, selfSigned } from "#tls/self-signed.ts";

export interface ProviderOptions {
  readonly state: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The set changed by itself: a file was renewed. */
  readonly onChange: () => void;
}

/**
 * Where the certificates of the zones come from. Lives beside the workers, which are given finished
 * sets: a renewal costs no request anything.
 */
export class CertificateProvider {
  readonly #options: ProviderOptions;
  readonly #files: CertificateFiles;
  readonly #current = new Map<string, Certificate>();
  #zones: readonly Zone[] = [];

  constructor(options: ProviderOptions) {
    this.#options = options;
    const { clock, logger, onChange } = options;
    this.#files = new CertificateFiles({
      clock,
      onChange: (pair, certificate) => {
        logger.info({ zone: pair.id, notAfter: when(certificate) }, "certificate changed");
        this.#current.set(pair.id, certificate);
        onChange();
      },
      onProblem: ({ pair, error }) =>
        logger.error(
          { zone: pair.id, file: pair.cert },
          `certificate not taken: ${error.publicMessage}`,
        ),
      onExpiry: (pair, certificate, stage) =>
        logger.warn({ zone: pair.id, notAfter: when(certificate), stage }, "certificate expires"),
    });
  }

  /** Throws AppError where a file of the new zones is not sound; then the former zones stay. */
  setZones(zones: readonly Zone[]): void {
    const next = new Map<string, Certificate>();
    const pairs: FilePair[] = [];
    for (const zone of zones) {
      const { certificate } = zone.tls;
      if (typeof certificate === "string") {
        next.set(zone.id, this.#ownCertificate(zone));
      } else {
        const pair = { id: zone.id, ...certificate };
        next.set(zone.id, this.#files.add(pair));
        pairs.push(pair);
      }
    }
    for (const { id } of this.#zones) {
      if (!pairs.some((pair) => pair.id === id)) this.#files.remove(id);
    }
    this.#current.clear();
    for (const [id, certificate] of next) this.#current.set(id, certificate);
    this.#zones = zones;
  }

  /** What the workers show from now on. */
  entries(): TlsEntry[] {
    return this.#zones.flatMap((zone) => {
      const certificate = this.#current.get(zone.id);
      if (certificate === undefined) return [];
      const { minVersion, clientCertificates } = zone.tls;
      const clients =
        clientCertificates === undefined
          ? null
          : {
              ca: readFileSync(clientCertificates.ca, "utf8"),
              require: clientCertificates.require,
            };
      return [{ certificate, names: zone.hosts, minVersion, clients }];
    });
  }

  close(): void {
    this.#files.stop();
  }

  /** Kept in the state directory, so that a browser that was told to trust it goes on doing so. */
  #ownCertificate(zone: Zone): Certificate {
    const { state, clock } = this.#options;
    const directory = join(state, "certificates", "self-signed");
    const file = join(directory, `${encodeURIComponent(zone.id).replaceAll("*", "%2A")}.json`);
    const names = zone.hosts.map((host) => (host === "*" ? "localhost" : host));
    if (zone.hosts.includes("*")) names.push("127.0.0.1", "::1");
    const kept = readKept(file, names, clock.now());
    if (kept !== null) return kept;
    const pair: PemPair = selfSigned(names, clock.now());
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(file, JSON.stringify({ names, ...pair }), { mode: 0o600 });
    return readCertificate(pair.cert, pair.key, clock.now());
  }
}

/** Null where there is none, or none that would do for another month. */
function readKept(file: string, names: readonly string[], now: number): Certificate | null {
  try {
    const kept = JSON.parse(readFileSync(file, "utf8")) as PemPair & { names: string[] };
    if (kept.names.join() !== names.join()) return null;
    const certificate = readCertificate(kept.cert, kept.key, now);
    return certificate.notAfter - now > 30 * 86_400_000 ? certificate : null;
  } catch {
    return null;
  }
}

function when(certificate: Certificate): string {
  return new Date(certificate.notAfter).toISOString();
}
