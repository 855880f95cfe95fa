import type { AppError } from "@egide/std/error.ts";
import type { ByteSink, ByteSource, RawHeaders } from "@egide/edge/stream.ts";

/**
 * A body that a test pushes by hand. Chunks are overwritten once the sink has had them, as real
 * buffers are, so that a sink which keeps what it borrowed is found out.
 */
export class FakeSource implements ByteSource {
  sink: ByteSink | null = null;
  paused = false;
  cancelled = false;
  pauses = 0;

  pipe(sink: ByteSink): void {
    if (this.sink !== null) throw new Error("piped twice");
    this.sink = sink;
  }

  pause(): void {
    if (!this.paused) this.pauses++;
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  cancel(): void {
    this.cancelled = true;
  }

  data(chunk: Uint8Array | string): void {
    if (this.cancelled) return;
    const lent = Buffer.from(chunk as string);
    this.sink?.data(lent);
    lent.fill(0xff);
  }

  end(trailers: RawHeaders | null = null): void {
    if (!this.cancelled) this.sink?.end(trailers);
  }

  fail(error: AppError): void {
    if (!this.cancelled) this.sink?.fail(error);
  }
}
