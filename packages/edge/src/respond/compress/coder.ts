import type { Coding } from "@egide/contract/policy/respond.ts";
import { brotliCompressSync, constants as z } from "node:zlib";
import { createBrotliCompress, createGzip, createZstdCompress } from "node:zlib";

/**
 * The engine inside one of node:zlib's streams. Driving it without the stream around it spares a
 * copy of each chunk, the thread hop and the events: a third to a half of the CPU (docs/adr/0060).
 * `coder.test.ts` fails should a later Bun change it.
 */
interface Engine {
  writeSync(
    flush: number,
    input: Uint8Array,
    inputAt: number,
    inputLength: number,
    output: Uint8Array,
    outputAt: number,
    outputLength: number,
  ): void;
  close(): void;
}

interface EngineStream {
  readonly _handle: Engine | null;
  /** [room left in the output, input not yet taken] after a `writeSync`. */
  readonly _writeState: Uint32Array;
  on(event: "error", listener: () => void): unknown;
}

/** Takes what a coder makes. `chunk` is borrowed for the call; false: slow down. */
export interface CodedSink {
  coded(chunk: Uint8Array): void;
}

interface Operations {
  readonly process: number;
  readonly flush: number;
  readonly finish: number;
}

const OPERATIONS: Readonly<Record<Coding, Operations>> = {
  gzip: { process: z.Z_NO_FLUSH, flush: z.Z_SYNC_FLUSH, finish: z.Z_FINISH },
  br: {
    process: z.BROTLI_OPERATION_PROCESS,
    flush: z.BROTLI_OPERATION_FLUSH,
    finish: z.BROTLI_OPERATION_FINISH,
  },
  zstd: { process: z.ZSTD_e_continue, flush: z.ZSTD_e_flush, finish: z.ZSTD_e_end },
};

const GZIP_LEVEL = 5;
const ZSTD_LEVEL = 3;
const BROTLI_QUALITY = 4;
/** 256 KB for brotli, 128 KB for zstd: the window is most of what a stream costs in memory. */
const BROTLI_WINDOW = 18;
const ZSTD_WINDOW = 17;

const NOTHING = new Uint8Array(0);
/** Where all coders of a worker put their output: nothing is kept in it between two calls. */
const output = new Uint8Array(65_536);

function ignore(): void {
  // The stream's own report; `#run` sees the failure by itself.
}

function open(coding: Coding): EngineStream {
  switch (coding) {
    case "gzip":
      return createGzip({ level: GZIP_LEVEL }) as unknown as EngineStream;
    case "br":
      return createBrotliCompress({
        params: {
          [z.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
          [z.BROTLI_PARAM_LGWIN]: BROTLI_WINDOW,
        },
      }) as unknown as EngineStream;
    case "zstd":
      return createZstdCompress({
        params: {
          [z.ZSTD_c_compressionLevel]: ZSTD_LEVEL,
          [z.ZSTD_c_windowLog]: ZSTD_WINDOW,
        },
      }) as unknown as EngineStream;
  }
}

/** Compresses one body as it comes, on the spot and in bounded memory. Close it, whatever happens. */
export class Coder {
  readonly #stream: EngineStream;
  readonly #operations: Operations;
  #engine: Engine | null;

  constructor(coding: Coding) {
    this.#stream = open(coding);
    this.#stream.on("error", ignore);
    this.#engine = this.#stream._handle;
    this.#operations = OPERATIONS[coding];
  }

  /** Takes all of `chunk`. False: the engine failed, and what was sent is not to be completed. */
  write(chunk: Uint8Array, sink: CodedSink): boolean {
    return this.#run(this.#operations.process, chunk, sink);
  }

  /** Lets out all that was taken so far, so that the visitor can read it now. */
  flush(sink: CodedSink): boolean {
    return this.#run(this.#operations.flush, NOTHING, sink);
  }

  finish(sink: CodedSink): boolean {
    return this.#run(this.#operations.finish, NOTHING, sink);
  }

  close(): void {
    this.#engine?.close();
    this.#engine = null;
  }

  #run(operation: number, input: Uint8Array, sink: CodedSink): boolean {
    const state = this.#stream._writeState;
    let at = 0;
    let left = input.length;
    for (;;) {
      const engine = this.#engine;
      if (engine === null || this.#stream._handle === null) return false;
      engine.writeSync(operation, input, at, left, output, 0, output.length);
      const room = state[0] as number;
      const rest = state[1] as number;
      at += left - rest;
      left = rest;
      if (room < output.length) sink.coded(output.subarray(0, output.length - room));
      // A full output means that there may be more; anything less, that all input was taken.
      if (room !== 0) return left === 0;
    }
  }
}

/** A body that is there as a whole, compressed at once: cheaper than a stream, and of known length. */
export function compressWhole(coding: Coding, body: Uint8Array): Uint8Array {
  switch (coding) {
    case "gzip":
      return Bun.gzipSync(body as Uint8Array<ArrayBuffer>, {
        level: GZIP_LEVEL,
        library: "libdeflate",
      });
    case "br":
      return brotliCompressSync(body, {
        params: {
          [z.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
          [z.BROTLI_PARAM_LGWIN]: BROTLI_WINDOW,
          [z.BROTLI_PARAM_SIZE_HINT]: body.length,
        },
      });
    case "zstd":
      return Bun.zstdCompressSync(body, { level: ZSTD_LEVEL });
  }
}
