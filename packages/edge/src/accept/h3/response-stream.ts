/** Bytes that may wait for a slow reader before `write` asks for a pause. */
const HIGH_WATER = 65_536;

/** The body of a Response, pushed: what the exchange writes, with the reader's demand coming back. */
export class ResponseStream {
  readonly readable: ReadableStream<Uint8Array>;
  onDrain: (() => void) | null = null;
  onCancel: (() => void) | null = null;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #full = false;
  #sent = false;
  #over = false;

  constructor() {
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          if (!this.#full) return;
          this.#full = false;
          this.onDrain?.();
        },
        cancel: () => {
          this.#over = true;
          this.onCancel?.();
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: HIGH_WATER }),
    );
  }

  /** Copies `chunk`, which is only lent. */
  write(chunk: Uint8Array): boolean {
    if (this.#over) return true;
    this.#sent = true;
    this.#controller.enqueue(Uint8Array.from(chunk));
    this.#full = (this.#controller.desiredSize ?? 0) <= 0;
    return !this.#full;
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#controller.close();
  }

  /**
   * Breaks off. Before the first byte Bun resets the stream. After it, Bun 1.4.5 would end an errored
   * stream with FIN and no Content-Length, so that the client took the piece for the whole: then the
   * stream is left open instead, until the client or the idle connection gives it up.
   */
  fail(reason: Error): void {
    if (this.#over) return;
    this.#over = true;
    if (!this.#sent) this.#controller.error(reason);
  }
}
