import type { LogSettings } from "@egide/contract/policy/log.ts";
import type { Clock } from "@egide/std/clock.ts";
import type { Facts } from "#facts.ts";
import { AddressWriter } from "#wire/written-address.ts";
import { RecordLines } from "#log/line.ts";
import type { LogRules } from "#log/record.ts";
import { LogBuffer } from "#log/sink/buffer.ts";
import { FileTarget } from "#log/sink/file.ts";
import { stdoutTarget } from "#log/sink/stdout.ts";
import type { LogTarget } from "#log/sink/target.ts";

export interface RequestLoggerOptions {
  readonly settings: LogSettings;
  readonly clock: Clock;
  readonly worker: number;
  /** Key of hashed addresses: 32 random bytes, the same on all nodes that are to agree. */
  readonly addressKey: Uint8Array;
  readonly onDropped: (records: number) => void;
  readonly random?: () => number;
  /** In place of the one that the settings name. */
  readonly target?: LogTarget;
}

/** Writes one line per request. Never throws into the pipeline and never waits. */
export class RequestLogger {
  readonly #options: RequestLoggerOptions;
  readonly #lines: RecordLines;
  readonly #buffer: LogBuffer | null;
  readonly #random: () => number;

  constructor(options: RequestLoggerOptions) {
    this.#options = options;
    this.#lines = new RecordLines(options.worker, new AddressWriter(options.addressKey));
    this.#random = options.random ?? Math.random;
    const target = options.target ?? targetFor(options.settings, options.clock);
    const { flushSeconds, bufferBytes } = options.settings;
    const { clock, onDropped } = options;
    this.#buffer =
      target === null
        ? null
        : new LogBuffer({ target, clock, flushSeconds, bufferBytes, onDropped });
  }

  /** Once per request, when it is over. */
  record(facts: Facts<unknown>, rules: LogRules): void {
    if (this.#buffer === null || !rules.takes(facts, this.#random)) return;
    const now = this.#options.clock.monotonic();
    this.#buffer.append(this.#lines.of(facts, rules, now));
  }

  /** On SIGHUP: what rotated the file from outside wants a new one. */
  reopen(): void {
    this.#buffer?.flush();
    this.#buffer?.reopen();
  }

  async close(): Promise<void> {
    await this.#buffer?.close();
  }
}

function targetFor({ sink }: LogSettings, clock: Clock): LogTarget | null {
  switch (sink.kind) {
    case "none":
      return null;
    case "stdout":
      return stdoutTarget(clock);
    case "file":
      return new FileTarget(sink, clock);
  }
}
