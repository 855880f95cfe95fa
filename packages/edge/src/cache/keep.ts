import type { OriginResponse } from "#stream.ts";
import { EMPTY, MemoryBody } from "./body.ts";
import type { Core } from "./core.ts";
import { type Bucket, Entry, type Meta } from "./entry.ts";
import { FillingBody } from "./filling.ts";
import type { Plan } from "./settings.ts";

/** What was purged while it came in must not be found after a restart. */
export function saveToDisk(core: Core, entry: Entry): void {
  const { site, key } = entry.bucket;
  if (core.purges.verdict(site.zone, entry.meta) === "hard") return;
  core.disk?.save(site.scope, key, entry);
}

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
  core.counters.stored++;
  if (response.body === null) {
    const entry = new Entry(bucket, meta, new MemoryBody(EMPTY));
    core.store.insert(entry, variants);
    saveToDisk(core, entry);
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
      saveToDisk(core, entry);
    },
    onLost: () => core.store.restore(entry, variants),
  });
  const entry = new Entry(bucket, meta, filling);
  entry.filling = true;
  core.store.insert(entry, variants);
  attach(entry);
  filling.start(response.body);
}
