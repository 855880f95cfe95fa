import type { SharedBan } from "@egide/contract/ban-list.ts";
import type { BanPeer } from "@egide/contract/policy/bans.ts";
import type { Ban, BanOutcome, BanRequest } from "@egide/edge/kernel/bans.ts";
import { parsePrefix } from "@egide/edge/kernel/prefix.ts";

/** The bans of this process, as far as peers' bans touch them. */
export interface OwnBans {
  ban(requests: readonly BanRequest[]): BanOutcome[];
  find(prefix: string): Ban | null;
  list(): readonly Ban[];
  lift(prefix: string): boolean;
}

/** What became of a list. */
export interface Taken {
  /** In force here from now on, or for longer. */
  applied: number;
  /** Waits for a second peer. */
  noted: number;
  /** This installation has a ban of its own, or one that lasts longer. */
  kept: number;
  /** Never banned here, too wide, over, beyond `most`, or no address. */
  refused: number;
  /** In force no longer, because the peer took them back. */
  withdrawn: number;
}

/** A peer may shut somebody out for so long at most. */
const LONGEST_MS = 7 * 86_400_000;
const WHOLE = 1;
const HALF = 0.5;

interface Claim {
  readonly until: number;
  /** It was taken here: not again once it is over, else halves would add up to the whole. */
  readonly applied: boolean;
}

/**
 * What other operators say, weighed: `trust` of the configuration decides whether a ban holds as it
 * is, for half its time, or only once a second peer says the same. Never-ban lists and the bans of
 * this installation, with their evidence, come first.
 */
export class PeerBans {
  readonly #own: OwnBans;
  /** Claims by peer and prefix: what was heard last of each. */
  readonly #claims = new Map<string, Map<string, Claim>>();

  constructor(own: OwnBans) {
    this.#own = own;
  }

  /** `whole`: the list is all that the peer bans; what it took back is lifted here. `now`: wall clock. */
  take(peer: BanPeer, bans: readonly SharedBan[], now: number, whole: boolean): Taken {
    const taken: Taken = { applied: 0, noted: 0, kept: 0, refused: 0, withdrawn: 0 };
    const before = this.#claims.get(peer.name) ?? new Map<string, Claim>();
    const claims = whole ? new Map<string, Claim>() : before;
    this.#claims.set(peer.name, claims);
    const requests: BanRequest[] = [];
    for (const { prefix: text, until: end, evidence } of bans) {
      const prefix = parsePrefix(text)?.text;
      const until = Math.min(Date.parse(end), now + LONGEST_MS);
      const isOver = prefix === undefined || until <= now || peer.trust === 0;
      if (isOver || (claims.size >= peer.most && !claims.has(prefix))) {
        taken.refused++;
        continue;
      }
      const old = before.get(prefix);
      const applied = old !== undefined && old.applied && old.until >= until;
      claims.set(prefix, { until, applied });
      const request = applied ? "kept" : this.#weigh(peer, prefix, until - now, evidence, now);
      if (typeof request === "string") taken[request]++;
      else requests.push(request);
    }
    this.#own.ban(requests).forEach(({ kind }, i) => {
      const { prefix } = requests[i] as BanRequest;
      if (kind === "banned") {
        taken.applied++;
        const { until } = claims.get(prefix) as Claim;
        claims.set(prefix, { until, applied: true });
      } else taken[kind === "kept" ? "kept" : "refused"]++;
    });
    if (whole) taken.withdrawn = this.#withdraw(peer.name, claims);
    return taken;
  }

  #weigh(
    { name, trust }: BanPeer,
    prefix: string,
    left: number,
    evidence: string,
    now: number,
  ): BanRequest | "kept" | "noted" {
    const around = this.#own.find(prefix);
    // A ban of our own keeps its evidence and its end.
    if (around !== null && around.by !== "peer") return "kept";
    const second = trust < HALF ? this.#second(name, prefix, now) : "";
    if (second === null) return "noted";
    const also = second === "" ? "" : ` (also ${second})`;
    // A stranger's words are shown on an operator's terminal.
    const plain = evidence.replaceAll(/[\p{Cc}\p{Cf}]/gu, " ");
    const words = `${name}: ${plain}`.slice(0, 512 - also.length) + also;
    const seconds = (trust < WHOLE ? left / 2 : left) / 1000;
    return { prefix, seconds, evidence: words, by: "peer" };
  }

  /** Another peer that bans the same now. */
  #second(name: string, prefix: string, now: number): string | null {
    for (const [other, claims] of this.#claims) {
      if (other !== name && (claims.get(prefix)?.until ?? 0) > now) return other;
    }
    return null;
  }

  #withdraw(name: string, claims: ReadonlyMap<string, Claim>): number {
    const gone = this.#own
      .list()
      .filter(({ by, evidence }) => by === "peer" && evidence.startsWith(`${name}: `))
      .filter(({ prefix }) => !claims.has(prefix.text));
    return gone.filter(({ prefix }) => this.#own.lift(prefix.text)).length;
  }
}
