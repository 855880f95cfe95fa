import type { OriginResponse } from "#stream.ts";
import { EMPTY, MemoryBody } from "./body.ts";
import type { Core } from "./core.ts";
import { type Bucket, Entry, type Meta } from "./entry.ts";
import { FillingBody } from "./filling.ts";
import type { Plan } from "./settings.ts";

/**
 * Puts a response in the store while its body is still on its way. `attach` is called once the entry
 * can be read from, and before the first byte moves.
 */
export function keep(
  core: Core,
  plan: Plan,
  bucket: Bucket,
  meta: Meta,
  response: OriginResponse,
  attach: (entry: Entry) => void,
): void {
  const { variants, objectBytes } = plan.settings.limits;
  const { scope } = bucket.site;
  core.counters.stored++;
  if (response.body === null) {
    const entry = new Entry(bucket, meta, new MemoryBody(EMPTY));
    core.store.insert(entry, variants);
    core.disk?.save(scope, bucket.key, entry);
    attach(entry);
    return;
  }
  const filling = new FillingBody({
    clock: core.clock,
    length: response.bodyLength,
    memoryBytes: Math.min(core.memoryObjectBytes, objectBytes),
    objectBytes,
    openSpool: core.disk?.openSpool ?? null,
    onComplete: (body) => {
      entry.body = body;
      core.store.settle(entry);
      core.disk?.save(scope, bucket.key, entry);
    },
    onLost: () => core.store.restore(entry, variants),
  });
  const entry = new Entry(bucket, meta, filling);
  entry.filling = true;
  core.store.insert(entry, variants);
  attach(entry);
  filling.start(response.body);
}
