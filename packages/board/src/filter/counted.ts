import type { Limits } from "#filter/limits.ts";
import { errorOf } from "#filter/refusal.ts";
import { FILTER_TEXTS, type FilterFault } from "#filter/texts.ts";
import type { Use } from "#store/limits.ts";
import type { Db } from "#store/open.ts";
import type { Draft } from "#thread/posting/draft.ts";

/** What a draft counts as, and what its poster is told where that is too much. */
interface Counted {
  readonly use: Use;
  readonly fault: FilterFault;
}

/**
 * What drafts count as once they are written. Guards look first, when nothing is done for a draft yet;
 * it is counted in the transaction that writes the post. So what is refused counts nothing, and of
 * drafts that come at once, to whatever process, no more than the limit pass.
 */
export class Counting {
  readonly limits: Limits;
  readonly #drafts = new WeakMap<Draft, readonly Counted[]>();

  constructor(limits: Limits) {
    this.limits = limits;
  }

  add(draft: Draft, uses: readonly Use[], fault: FilterFault): void {
    const more = uses.map((use) => ({ use, fault }));
    this.#drafts.set(draft, [...(this.#drafts.get(draft) ?? []), ...more]);
  }

  /** Throws AppError where another came first. */
  async take(trx: Db, draft: Draft): Promise<void> {
    const counted = this.#drafts.get(draft) ?? [];
    const refused = await this.limits.take(
      trx,
      counted.map(({ use }) => use),
    );
    const first = counted.find(({ use }) => refused.includes(use));
    if (first === undefined) return;
    const { fault: code, use } = first;
    const retryAfterMs = code === "filter.flood" ? use.interval : null;
    const refusal = { kind: "refuse", code, texts: FILTER_TEXTS[code], filter: null } as const;
    throw errorOf({ ...refusal, retryAfterMs });
  }
}
