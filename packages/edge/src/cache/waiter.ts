import type { Call, OriginRequest, ResponseSink } from "#stream.ts";
import type { View } from "./view.ts";

/** A request that is not answered yet. To its visitor, it is the call. */
export class Waiter implements Call {
  readonly request: OriginRequest;
  readonly view: View;
  readonly sink: ResponseSink;
  /** What now works for it. */
  call: Call | null = null;
  /** Set while it waits with others. */
  flight: { leave(waiter: Waiter): void } | null = null;
  gone = false;

  constructor(request: OriginRequest, view: View, sink: ResponseSink) {
    this.request = request;
    this.view = view;
    this.sink = sink;
  }

  cancel(): void {
    if (this.gone) return;
    this.gone = true;
    this.flight?.leave(this);
    this.flight = null;
    this.call?.cancel();
    this.call = null;
  }
}
