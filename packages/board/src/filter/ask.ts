import type { Clock } from "@egide/std/clock.ts";
import type { Store } from "#store/open.ts";
import { needsProof } from "#filter/admit.ts";
import { isNewcomer, settingsOn, type SiteAdmitSettings } from "#filter/guards.ts";
import type { PostingProof, ProofAsked, WaitAsked } from "#filter/proof.ts";
import type { Board } from "#thread/model.ts";
import type { Poster } from "#thread/posting/draft.ts";

/** What forms ask about the work that is due before a post. */
export interface ProofDoor {
  /**
   * The work for this poster's next post, or null where none is due. `anyway`: a post was refused for
   * want of it. Lists of addresses are not asked here: they would learn of whoever only begins to write.
   */
  ask(poster: Poster, board: Board, anyway: boolean): Promise<ProofAsked | null>;
  /** For a form without a script; `known` is the ticket that it brought, or "". */
  wait(poster: Poster | null, known: string): WaitAsked;
}

interface DoorParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly proof: PostingProof;
  readonly settings: SiteAdmitSettings;
  readonly waitSeconds: number;
}

export function proofDoor(parts: DoorParts): ProofDoor {
  const { store, clock, proof, waitSeconds } = parts;
  const seconds = (): number => Math.floor(clock.now() / 1000);
  return {
    async ask(poster, board, anyway) {
      const tor = poster.tor === true;
      const settings = settingsOn(board, parts.settings);
      const newcomer = settings.proofOfNewcomers && (await isNewcomer(store, poster.sessionHash));
      const isDue = anyway || needsProof({ staff: false, dnsbl: null, newcomer, tor }, settings);
      return isDue ? proof.ask(tor, seconds()) : null;
    },
    wait: (poster, known) => proof.askToWait(poster?.tor === true, known, waitSeconds, seconds()),
  };
}
