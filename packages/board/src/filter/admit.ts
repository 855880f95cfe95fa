import type { Texts } from "@egide/web/locale.ts";
import type { Filters, Words } from "#filter/compile.ts";
import { countLinks } from "#filter/links.ts";
import type { FilterRule } from "#filter/rule.ts";
import { FILTER_TEXTS, type FilterFault } from "#filter/texts.ts";
import type { ProofState } from "#filter/proof.ts";
import type { HashMatch } from "#match/list/matcher.ts";
import type { NearText } from "#match/text/near.ts";

/** A post as it was sent. */
export interface Draft {
  readonly opensThread: boolean;
  readonly words: Words;
  readonly files: readonly { readonly sha256: string; readonly filename: string }[];
}

/** A file that is known already. */
export interface KnownFile {
  readonly sha256: string;
  readonly match: HashMatch;
  /** Only this board's own staff put it away: they may show it again. */
  readonly byBoard?: true;
}

/** What was found out about a draft and its poster before it is decided. */
export interface AdmitContext {
  readonly filters: Filters;
  readonly settings: AdmitSettings;
  /** The poster is staff of this board: only matches count. */
  readonly staff: boolean;
  /** Milliseconds that the poster has to wait; 0: none. */
  readonly floodWaitMs: number;
  readonly duplicateText: boolean;
  /** Files that stand on the board already, by their hash. */
  readonly duplicateFiles: readonly string[];
  /** The list on which the poster's address stands, or null. */
  readonly dnsbl: string | null;
  /** Has not posted here before, or not for long. */
  readonly newcomer: boolean;
  readonly tor: boolean;
  /** What came of the proof of work that was sent along. */
  readonly proof: ProofState;
  /** Matches with lists of known hashes, by the file's hash. */
  readonly knownFiles: readonly KnownFile[];
  /** Texts that were removed before, of which this is a copy. */
  readonly removedTexts: readonly RemovedText[];
}

export interface AdmitSettings {
  readonly linksMost: number;
  readonly proofOfNewcomers: boolean;
  /** What becomes of posts through Tor. */
  readonly tor: "allow" | "proof" | "hold" | "refuse";
  /** What becomes of posts that should bring work and come without any. */
  readonly withoutScript: "wait" | "hold";
  readonly duplicateFilesRefused: boolean;
  /** What becomes of posts from listed addresses. */
  readonly dnsbl: "off" | "flag" | "hold" | "proof" | "refuse";
}

/**
 * A removed text of which a post is a copy. What the site's staff removed is held everywhere, what a
 * board's own did on that board; elsewhere staff are told of it, where it is long enough to be meant.
 */
export interface RemovedText extends NearText {
  readonly by: "site" | "board" | "elsewhere";
}

/** Why staff should look at a post. */
export type Mark =
  | { readonly kind: "filter"; readonly filter: number }
  | { readonly kind: "listed-address"; readonly list: string }
  | { readonly kind: "tor" }
  | { readonly kind: "without-proof" }
  | ({ readonly kind: "known-file" } & KnownFile)
  | { readonly kind: "removed-text"; readonly near: RemovedText };

/** What becomes of a draft. `words` are those to keep, replacements made. */
export type Admission =
  | { readonly kind: "allow"; readonly words: Words }
  | { readonly kind: "flag"; readonly words: Words; readonly marks: readonly Mark[] }
  | {
      readonly kind: "hold";
      readonly words: Words;
      readonly marks: readonly Mark[];
      /** Files to be sealed at once, by their hash. */
      readonly seal: readonly string[];
    }
  | {
      readonly kind: "refuse";
      readonly code: FilterFault;
      readonly texts: Texts;
      /** The filter that refused it, for staff alone. */
      readonly filter: number | null;
      readonly retryAfterMs: number | null;
    };

/**
 * Decides about a draft; pure. A match with a list is never refused for what it holds: whoever sent it
 * would learn what is on the list, and the evidence would be gone. It is held, sealed, and looks taken.
 */
export function admit(draft: Draft, context: AdmitContext): Admission {
  const { settings } = context;
  const seal = [...new Set(context.knownFiles.map(({ sha256 }) => sha256))];
  if (!context.staff) {
    const refused =
      refusedByPoster(context) ?? (seal.length === 0 ? refusedByContent(draft, context) : null);
    if (refused !== null) return refused;
  }
  const { words, hits } = context.filters.run(
    draft.words,
    draft.files.map(({ filename }) => filename),
  );
  const refusing = hits.find(({ rule }) => rule.action === "refuse");
  if (refusing !== undefined && seal.length === 0 && !context.staff) return byFilter(refusing.rule);
  const removedHere = context.removedTexts.filter(({ by }) => by !== "elsewhere");
  const holds: Mark[] = [
    ...context.knownFiles.map((known): Mark => ({ kind: "known-file", ...known })),
    ...removedHere.map((near): Mark => ({ kind: "removed-text", near })),
  ];
  const flags: Mark[] = context.removedTexts
    .filter(({ by }) => by === "elsewhere")
    .map((near) => ({ kind: "removed-text", near }));
  for (const { rule, field } of context.staff ? [] : hits) {
    // A replacement is made in silence, in the text; where it can't be made, staff should know.
    const replaced = field === "text" && (rule.kind === "word" || rule.kind === "pattern");
    if (rule.action === "replace" && replaced) continue;
    (rule.action === "hold" ? holds : flags).push({ kind: "filter", filter: rule.id });
  }
  if (!context.staff && context.tor && settings.tor === "hold") holds.push({ kind: "tor" });
  if (isHeldWithoutProof(context)) holds.push({ kind: "without-proof" });
  if (context.dnsbl !== null && (settings.dnsbl === "hold" || settings.dnsbl === "flag")) {
    const mark: Mark = { kind: "listed-address", list: context.dnsbl };
    (settings.dnsbl === "hold" ? holds : flags).push(mark);
  }
  if (holds.length > 0) return { kind: "hold", words, marks: [...holds, ...flags], seal };
  return flags.length > 0 ? { kind: "flag", words, marks: flags } : { kind: "allow", words };
}

/** Whether a poster works before this post is taken. */
export function needsProof(
  who: Pick<AdmitContext, "staff" | "newcomer" | "tor" | "dnsbl">,
  settings: AdmitSettings,
): boolean {
  if (who.staff) return false;
  // Who comes through Tor is not turned away for it, but works for each post.
  if (who.tor && settings.tor === "proof") return true;
  if (who.newcomer && settings.proofOfNewcomers) return true;
  return who.dnsbl !== null && settings.dnsbl === "proof";
}

function isHeldWithoutProof(context: AdmitContext): boolean {
  const { proof, settings } = context;
  return (
    proof === "none" && settings.withoutScript === "hold" && needsProof(context, context.settings)
  );
}

const UNPROVEN = {
  none: "filter.proof_needed",
  early: "filter.proof_early",
  failed: "filter.proof_failed",
} as const;

function refusedByPoster(context: AdmitContext): Admission | null {
  const { settings, proof } = context;
  if (context.tor && settings.tor === "refuse") return refuse("filter.tor");
  if (context.dnsbl !== null && settings.dnsbl === "refuse") {
    return refuse("filter.listed_address");
  }
  if (needsProof(context, settings) && proof !== "sound" && proof !== "waited") {
    if (!isHeldWithoutProof(context)) return refuse(UNPROVEN[proof]);
  }
  if (context.floodWaitMs > 0) return refuse("filter.flood", context.floodWaitMs);
  return null;
}

function refusedByContent(draft: Draft, context: AdmitContext): Admission | null {
  const { settings } = context;
  if (context.duplicateText) return refuse("filter.duplicate_text");
  if (settings.duplicateFilesRefused && context.duplicateFiles.length > 0) {
    return refuse("filter.duplicate_file");
  }
  if (countLinks(draft.words.text) > settings.linksMost) return refuse("filter.links");
  return null;
}

function refuse(code: FilterFault, retryAfterMs: number | null = null): Admission {
  return { kind: "refuse", code, texts: FILTER_TEXTS[code], filter: null, retryAfterMs };
}

function byFilter(rule: FilterRule): Admission {
  const code = rule.kind === "domain" ? "filter.link" : "filter.word";
  return {
    kind: "refuse",
    code,
    texts: rule.message ?? FILTER_TEXTS[code],
    filter: rule.id,
    retryAfterMs: null,
  };
}
