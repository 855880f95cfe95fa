import { readFileSync, statSync } from "node:fs";
import type { Clock, Timer } from "@egide/std/clock.ts";
import { AppError } from "@egide/std/error.ts";
import { type Certificate, readCertificate } from "#accept/tls/certificate.ts";
import { EXPIRY_STAGES, type ExpiryStage, expiryStage } from "#accept/tls/expiry.ts";

export interface FilePair {
  /** Whose certificate it is: a zone's id. */
  readonly id: string;
  /** Paths of PEM files. */
  readonly cert: string;
  readonly key: string;
}

/** For the operator: says which files, unlike what visitors may read. */
export interface FileProblem {
  readonly pair: FilePair;
  readonly error: AppError;
}

export interface CertificateFilesOptions {
  readonly clock: Clock;
  readonly pollMs?: number;
  /** A pair changed and is sound: show it from now on. */
  readonly onChange: (pair: FilePair, certificate: Certificate) => void;
  /** A pair changed and is not sound: what was read before goes on being shown. */
  readonly onProblem: (problem: FileProblem) => void;
  readonly onExpiry: (pair: FilePair, certificate: Certificate, stage: ExpiryStage) => void;
}

interface Watched {
  readonly pair: FilePair;
  certificate: Certificate;
  /** Marks of the files that `certificate` was read from, or that were reported as unsound. */
  settled: string;
  /** Marks seen at the last look, where they were not sound: a renewal may be half written. */
  doubtful: string;
  stage: ExpiryStage;
}

/**
 * Certificates in files, looked at every few seconds by their marks (inode, size, time of change):
 * cheap, and right also where a file system tells of no changes. Reading is synchronous: a handful
 * of small files, away from the threads that serve.
 */
export class CertificateFiles {
  readonly #options: CertificateFilesOptions;
  readonly #watched = new Map<string, Watched>();
  #timer: Timer | null = null;

  constructor(options: CertificateFilesOptions) {
    this.#options = options;
  }

  /** Reads a pair and watches it from now on; throws an AppError and watches nothing if it is not sound. */
  add(pair: FilePair): Certificate {
    const settled = marks(pair);
    const now = this.#options.clock.now();
    const certificate = readPair(pair, now);
    const stage = expiryStage(certificate, now);
    this.#watched.set(pair.id, { pair, certificate, settled, doubtful: "", stage });
    if (stage !== "fine") this.#options.onExpiry(pair, certificate, stage);
    this.#schedule();
    return certificate;
  }

  remove(id: string): void {
    this.#watched.delete(id);
    if (this.#watched.size === 0) this.stop();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Looks at all files now. */
  check(): void {
    for (const watched of this.#watched.values()) this.#look(watched);
  }

  #schedule(): void {
    this.#timer ??= this.#options.clock.after(this.#options.pollMs ?? 5000, () => {
      this.#timer = null;
      this.check();
      if (this.#watched.size > 0) this.#schedule();
    });
  }

  #look(watched: Watched): void {
    const { clock, onChange, onExpiry, onProblem } = this.#options;
    const now = clock.now();
    const seen = marks(watched.pair);
    if (seen !== watched.settled) {
      try {
        watched.certificate = readPair(watched.pair, now);
        watched.settled = seen;
        watched.stage = "fine";
        onChange(watched.pair, watched.certificate);
      } catch (error) {
        // Certificate and key are two files: between their changes they don't fit. Only what stays
        // unsound over two looks is reported, once.
        if (watched.doubtful === seen) {
          watched.settled = seen;
          onProblem({ pair: watched.pair, error: error as AppError });
        }
        watched.doubtful = seen;
      }
    }
    const stage = expiryStage(watched.certificate, now);
    const worse = EXPIRY_STAGES.indexOf(stage) > EXPIRY_STAGES.indexOf(watched.stage);
    watched.stage = stage;
    if (worse) onExpiry(watched.pair, watched.certificate, stage);
  }
}

function readPair(pair: FilePair, now: number): Certificate {
  return readCertificate(read(pair.cert, "certificate"), read(pair.key, "private key"), now);
}

function read(path: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const { code = "unreadable" } = cause as NodeJS.ErrnoException;
    throw new AppError({
      code: "tls.file_unreadable",
      source: "operator",
      retry: false,
      publicMessage: `the file of the ${what} cannot be read (${code})`,
      cause,
    });
  }
}

function marks(pair: FilePair): string {
  return [pair.cert, pair.key]
    .map((path) => {
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat === undefined ? "none" : `${stat.ino}:${stat.size}:${stat.mtimeMs}`;
    })
    .join(" ");
}
