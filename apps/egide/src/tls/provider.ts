import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Acme } from "@egide/contract/policy/tls.ts";
import type { Zone } from "@egide/contract/policy/zone.ts";
import { AcmeIssuer } from "@egide/dns/acme/acme-issuer.ts";
import { CertificateKeeper, type Wanted } from "@egide/dns/acme/keeper.ts";
import { AcmeStore } from "@egide/dns/acme/store.ts";
import { type Certificate, readCertificate } from "@egide/edge/accept/tls/certificate.ts";
import type { TlsEntry } from "@egide/edge/accept/tls/certificates.ts";
import { CertificateFiles, type FilePair } from "@egide/edge/accept/tls/files.ts";
import type { Clock } from "@egide/std/clock.ts";
import { AppError } from "@egide/std/error.ts";
import type { Logger } from "#log/logger.ts";
import { type ChallengeEntries, SharedChallenges } from "#tls/challenges.ts";
import { splitNames } from "#tls/names.ts";
import { ownCertificate } from "#tls/own.ts";

export interface ProviderOptions {
  readonly state: string;
  readonly acme: Acme;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The set changed by itself: a certificate was renewed. */
  readonly onChange: () => void;
  /** What workers must answer to an ACME authority from now on. */
  readonly onChallenges: (entries: ChallengeEntries) => void;
}

/**
 * Where the certificates of the zones come from: files, an ACME authority, or made here. Lives beside
 * the workers, which are given finished sets: a renewal costs no request anything.
 */
export class CertificateProvider {
  readonly #options: ProviderOptions;
  readonly #files: CertificateFiles;
  readonly #current = new Map<string, Certificate>();
  /** Made when the first zone wants it: most installations with files never do. */
  #keeper: CertificateKeeper | null = null;
  #zones: readonly Zone[] = [];

  constructor(options: ProviderOptions) {
    this.#options = options;
    const { clock, logger } = options;
    this.#files = new CertificateFiles({
      clock,
      onChange: (pair, certificate) => this.#renewed(pair.id, certificate),
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
  async setZones(zones: readonly Zone[]): Promise<void> {
    const next = new Map<string, Certificate>();
    const pairs = zones.flatMap((zone) => filePair(zone) ?? []);
    for (const pair of pairs) next.set(pair.id, this.#readFiles(pair));
    for (const { id } of this.#zones) {
      if (!pairs.some((pair) => pair.id === id)) this.#files.remove(id);
    }
    this.#zones = zones;
    const wanted: Wanted[] = [];
    for (const zone of zones) {
      if (next.has(zone.id)) continue;
      const names = this.#namesToProve(zone);
      if (names.length > 0) wanted.push({ id: zone.id, names });
      const { state, clock } = this.#options;
      const current = names.length > 0 ? this.#current.get(zone.id) : undefined;
      next.set(zone.id, current ?? ownCertificate(state, zone, clock.now()));
    }
    this.#current.clear();
    for (const [id, certificate] of next) this.#current.set(id, certificate);
    if (wanted.length > 0 || this.#keeper !== null) await this.#ask(wanted);
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
    this.#keeper?.stop();
  }

  #readFiles(pair: FilePair): Certificate {
    try {
      return this.#files.add(pair);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const { code, publicMessage } = error;
      throw new AppError({
        code,
        source: "operator",
        retry: false,
        publicMessage: `zone ${pair.id}: ${pair.cert}: ${publicMessage}`,
        cause: error,
      });
    }
  }

  #namesToProve({ id, hosts, tls }: Zone): readonly string[] {
    if (tls.certificate !== "auto") return [];
    const { provable, others } = splitNames(hosts);
    if (others.length > 0) {
      this.#options.logger.info(
        { zone: id, hosts: others },
        "no authority vouches for these names: a self-signed certificate is shown",
      );
    }
    return provable;
  }

  async #ask(wanted: readonly Wanted[]): Promise<void> {
    this.#keeper ??= this.#makeKeeper();
    await this.#keeper.want(wanted);
  }

  #makeKeeper(): CertificateKeeper {
    const { acme, clock, logger, state } = this.#options;
    const store = new AcmeStore(join(state, "certificates", "acme"), acme.directory);
    return new CertificateKeeper({
      issuer: new AcmeIssuer({ settings: acme, store }),
      store,
      challenges: new SharedChallenges(this.#options.onChallenges),
      clock,
      temporary: ({ id, names }) =>
        this.#current.get(id) ?? ownCertificate(state, { id, hosts: [...names] }, clock.now()),
      onCertificate: ({ id }, pair, temporary) => {
        // That is what is shown already.
        if (temporary) return;
        this.#renewed(id, readCertificate(pair.cert, pair.key, clock.now()));
      },
      onProblem: ({ id, names }, error, nextTry) =>
        logger.error(
          { zone: id, names, nextTry: new Date(nextTry).toISOString(), error },
          `no certificate yet: ${error.publicMessage}`,
        ),
    });
  }

  #renewed(id: string, certificate: Certificate): void {
    this.#options.logger.info(
      { zone: id, issuer: certificate.issuer, notAfter: when(certificate) },
      "certificate changed",
    );
    this.#current.set(id, certificate);
    this.#options.onChange();
  }
}

function filePair({ id, tls }: Zone): FilePair | null {
  return typeof tls.certificate === "string" ? null : { id, ...tls.certificate };
}

function when(certificate: Certificate): string {
  return new Date(certificate.notAfter).toISOString();
}
