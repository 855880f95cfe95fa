import { approvalGuard, queueForApproval } from "#app/approval.ts";
import { banGuard, unreadGuard } from "#app/ban-guard.ts";
import type { AddressHasher } from "#filter/address.ts";
import type { ProofDoor } from "#filter/ask.ts";
import { type FilterParts, openFilters } from "#filter/open.ts";
import { logStaffPost } from "#moderation/service/post.ts";
import type { AfterWrite, Guard } from "#thread/posting/guard.ts";

/** Everything that stands between a draft and the board. */
export interface Defences {
  readonly guards: readonly Guard[];
  readonly afterWrite: readonly AfterWrite[];
  /** Those of files and texts that are known, which also ask of what is brought in. */
  readonly known: { readonly guards: readonly Guard[]; readonly afterWrite: readonly AfterWrite[] };
  readonly proof: ProofDoor;
  /** Takes over what staff changed of filters and lists. */
  refresh(): Promise<void>;
}

export async function defences(parts: FilterParts, hasher: AddressHasher): Promise<Defences> {
  const { guards, afterWrite, proof, refresh } = await openFilters(parts);
  const { store, clock } = parts;
  return {
    guards: [
      banGuard(store, hasher, () => clock.now()),
      unreadGuard(store),
      ...guards,
      approvalGuard(store),
    ],
    // What a list or a filter found tells staff more than that it waits: it comes last.
    afterWrite: [queueForApproval, afterWrite, logStaffPost(store)],
    known: { guards, afterWrite: [afterWrite] },
    proof,
    refresh,
  };
}
