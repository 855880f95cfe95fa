import type { BanScope, BanTarget } from "#moderation/act.ts";

/** A ban in force or past. */
export interface Ban {
  readonly id: number;
  readonly actId: string;
  readonly scope: BanScope;
  readonly boardId: number | null;
  readonly threadNo: number | null;
  /** Of a ban from one exchange: the posts that make it up. */
  readonly around?: readonly string[];
  readonly target: BanTarget;
  /** Keyed hash; never an address. */
  readonly hash: string;
  readonly startsAt: number;
  readonly endsAt: number | null;
  /** Set when its act was undone, or reversed on appeal. */
  readonly liftedAt: number | null;
}

/**
 * Somebody who wants to post. Keys of address hashes rotate: `addressHashes` and `prefixHashes` hold
 * one for each key that is still kept, so that a ban outlives a rotation (but not its key).
 */
export interface Poster {
  readonly sessionHash: string;
  readonly addressHashes: readonly string[];
  readonly prefixHashes: readonly string[];
}

/** Where they want to post; a new thread has no number yet. */
export interface Place {
  readonly boardId: number;
  readonly threadNo: number | null;
  /** Posts that it answers, as `keyOf` names them. */
  readonly quotes: ReadonlySet<string>;
}

/** Names a post among all boards. */
export function keyOf(boardId: number, no: number): string {
  return `${boardId}/${no}`;
}

export function inForce(ban: Pick<Ban, "startsAt" | "endsAt" | "liftedAt">, now: number): boolean {
  if (ban.liftedAt !== null && ban.liftedAt <= now) return false;
  return ban.startsAt <= now && (ban.endsAt === null || now < ban.endsAt);
}

export function covers(
  ban: Pick<Ban, "scope" | "boardId" | "threadNo" | "around">,
  place: Place,
): boolean {
  switch (ban.scope) {
    case "post":
      return ban.around?.some((key) => place.quotes.has(key)) ?? false;
    case "global":
      return true;
    case "board":
      return ban.boardId === place.boardId;
    case "thread":
      return ban.boardId === place.boardId && ban.threadNo === place.threadNo;
  }
}

export function hits(ban: Pick<Ban, "target" | "hash">, poster: Poster): boolean {
  switch (ban.target) {
    case "session":
      return ban.hash === poster.sessionHash;
    case "address":
      return poster.addressHashes.includes(ban.hash);
    case "prefix":
      return poster.prefixHashes.includes(ban.hash);
  }
}

/** The ban that is told to them: of all that stand in the way, the one that lasts longest. */
export function banAgainst(
  bans: readonly Ban[],
  poster: Poster,
  place: Place,
  now: number,
): Ban | null {
  let longest: Ban | null = null;
  for (const ban of bans) {
    if (!inForce(ban, now) || !covers(ban, place) || !hits(ban, poster)) continue;
    if (longest === null || endOf(ban) > endOf(longest)) longest = ban;
  }
  return longest;
}

function endOf(ban: Ban): number {
  return ban.endsAt ?? Number.POSITIVE_INFINITY;
}
