import type { Clock } from "@egide/std/clock.ts";
import { AppError } from "@egide/std/error.ts";
import {
  type Admission,
  type AdmitContext,
  type AdmitSettings,
  admit,
  type Draft,
  type Mark,
  needsProof,
} from "#filter/admit.ts";
import type { Dnsbl } from "#filter/dnsbl.ts";
import type { Flood, FloodLimit, FloodSettings } from "#filter/flood.ts";
import type { PostingProof } from "#filter/proof.ts";
import type { Recent } from "#filter/recent.ts";
import type { Screen } from "#filter/screen.ts";
import { FILTER_TEXTS } from "#filter/texts.ts";
import type { HashMatch, KnownHash } from "#match/list/matcher.ts";
import type { MediaStore } from "#media/store/store.ts";
import type { Store } from "#store/open.ts";
import type { Board } from "#thread/model.ts";
import type { Candidate, DraftFile } from "#thread/posting/draft.ts";
import type { Guard, Objection } from "#thread/posting/guard.ts";

export interface GuardParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly screen: Screen;
  readonly recent: Recent;
  readonly flood: Flood;
  readonly floodSettings: PostingLimits;
  readonly proof: PostingProof;
  /** Null: no list is asked. */
  readonly dnsbl: Dnsbl | null;
  readonly media: MediaStore;
  /** Of the site; what a board says for itself goes before it. */
  readonly settings: SiteAdmitSettings;
}

export interface PostingLimits extends FloodSettings {
  /** Of all who come through Tor and have no post standing here. */
  readonly tor: FloodLimit;
  readonly proof: { readonly waiters: FloodLimit };
}

export type SiteAdmitSettings = Omit<AdmitSettings, "tor" | "withoutScript">;

/** What holds on one board. */
export function settingsOn({ settings }: Board, site: SiteAdmitSettings): AdmitSettings {
  return {
    ...site,
    proofOfNewcomers: site.proofOfNewcomers || settings.proofOfNewcomers,
    tor: settings.tor,
    withoutScript: settings.withoutScript,
  };
}

/** What `objection.data` holds where this room objects. */
export interface MarkData {
  readonly mark: Mark;
  /** Under what staff should see it; null: nothing in particular. */
  readonly category: string | null;
}

/** Who posts and what they wrote, before files are taken in; then the files. */
export function postingGuards(parts: GuardParts): readonly Guard[] {
  return [
    { stage: "early", judge: (candidate) => judgeWords(parts, candidate) },
    { stage: "files", judge: (candidate) => judgeFiles(parts, candidate) },
  ];
}

const NOBODY = {
  floodWaitMs: 0,
  duplicateText: false,
  duplicateFiles: [],
  dnsbl: null,
  newcomer: false,
  tor: false,
  proof: "sound",
  knownFiles: [],
  removedTexts: [],
} as const;

async function judgeWords(parts: GuardParts, candidate: Candidate): Promise<readonly Objection[]> {
  const { draft, board, text } = candidate;
  const { poster, proof } = draft;
  const now = parts.clock.now();
  const seconds = Math.floor(now / 1000);
  const staff = draft.staff !== null;
  const settings = settingsOn(board, parts.settings);
  const context: AdmitContext = {
    ...NOBODY,
    staff,
    settings,
    filters: parts.screen.filters(board.id).words,
    dnsbl:
      staff || poster.address === null || settings.dnsbl === "off"
        ? null
        : ((await parts.dnsbl?.listed(poster.address)) ?? null),
    newcomer: !staff && (await isNewcomer(parts.store, poster.sessionHash)),
    tor: poster.tor === true,
    proof: parts.proof.check(proof?.ticket ?? "", proof?.answer ?? "", seconds),
    duplicateText: parts.recent.hasText(board.id, text, now),
    removedTexts: parts.screen.texts.near(`${draft.subject}\n${text}`),
  };
  const words = { text, subject: draft.subject, name: draft.name };
  const asked: Draft = { opensThread: draft.threadNo === null, words, files: [] };
  const first = admit(asked, context);
  if (first.kind === "refuse" || staff) return objections(parts.screen, first, text, board);
  // Counted last: what is refused for another reason is no flood.
  const wait = floodWait(parts, candidate, context);
  const decided = wait > 0 ? admit(asked, { ...context, floodWaitMs: wait }) : first;
  if (decided.kind !== "refuse" && (context.proof === "sound" || context.proof === "waited")) {
    const isFirst = parts.proof.claim(proof?.ticket ?? "", seconds);
    const again = admit(asked, { ...context, proof: isFirst ? context.proof : "failed" });
    if (again.kind === "refuse") return objections(parts.screen, again, text, board);
  }
  return objections(parts.screen, decided, text, board);
}

/** Milliseconds that a poster has to wait, who is counted by it. */
function floodWait(parts: GuardParts, { draft }: Candidate, context: AdmitContext): number {
  const { flood, floodSettings } = parts;
  const { poster } = draft;
  const now = parts.clock.monotonic();
  // Who comes through Tor has no neighbours: newcomers share one measure, the others have their own.
  const others = context.tor ? poster.sessionHash : (poster.prefixHash ?? poster.sessionHash);
  const wait = flood.take(draft.threadNo === null, poster.sessionHash, others, floodSettings, now);
  if (wait > 0) return wait;
  const all = context.tor ? "tor" : others;
  if (context.proof === "waited" && needsProof(context, context.settings)) {
    return flood.takeOf("waiter", all, floodSettings.proof.waiters, now);
  }
  return context.tor && context.newcomer ? flood.takeOf("tor", all, floodSettings.tor, now) : 0;
}

async function judgeFiles(parts: GuardParts, candidate: Candidate): Promise<readonly Objection[]> {
  const { draft, board, files, text } = candidate;
  if (files.length === 0) return [];
  const now = parts.clock.now();
  const known = [...matches(parts.screen, files), ...(await sealedBefore(parts.store, files))];
  const decided = admit(
    { opensThread: draft.threadNo === null, words: { text: "", subject: "", name: "" }, files },
    {
      ...NOBODY,
      settings: settingsOn(board, parts.settings),
      staff: draft.staff !== null,
      filters: parts.screen.filters(board.id).filenames,
      duplicateFiles: files
        .filter(({ sha256 }) => parts.recent.hasFile(board.id, sha256, now))
        .map(({ sha256 }) => sha256),
      knownFiles: known,
    },
  );
  if (decided.kind === "hold") {
    for (const { sha256, kind } of files) {
      if (decided.seal.includes(sha256)) await parts.media.seal(sha256, kind);
    }
  }
  return objections(parts.screen, decided, text, board, "");
}

type KnownFile = AdmitContext["knownFiles"][number];

function matches(screen: Screen, files: readonly DraftFile[]): readonly KnownFile[] {
  return files.flatMap(({ sha256, md5, originalHash, originalMd5, pdq }) => {
    const found = screen.hashes.matches({
      md5: originalMd5 === undefined ? [md5] : [originalMd5, md5],
      sha256: [originalHash, sha256],
      // A draft's file has a hash only where its quality bears comparing.
      pdq: pdq === null ? null : { hash: pdq, quality: 100 },
    });
    return found
      .filter(({ known }) => screen.categoryOfList(known.list) !== null)
      .map((match) => ({ sha256, match }));
  });
}

/** A file that staff sealed or removed comes back no other way than through them. */
async function sealedBefore(
  { kysely }: Store,
  files: readonly DraftFile[],
): Promise<readonly KnownFile[]> {
  const rows = await kysely
    .selectFrom("media")
    .select("sha256")
    .where(
      "sha256",
      "in",
      files.map(({ sha256 }) => sha256),
    )
    .where("state", "!=", "stored")
    .execute();
  return rows.map(({ sha256 }) => {
    const known: KnownHash = { id: 0, list: 0, signal: "sha256", value: sha256 };
    return { sha256, match: { known, distance: 0 } satisfies HashMatch };
  });
}

/** Somebody of whom no post stands. */
export async function isNewcomer({ kysely }: Store, sessionHash: string): Promise<boolean> {
  const row = await kysely
    .selectFrom("post")
    .select("id")
    .where("sessionHash", "=", sessionHash)
    .where("state", "=", "visible")
    .limit(1)
    .executeTakeFirst();
  return row === undefined;
}

function objections(
  screen: Screen,
  admission: Admission,
  text: string,
  board: Candidate["board"],
  asked = text,
): readonly Objection[] {
  if (admission.kind === "refuse") {
    return [{ kind: "refuse", error: errorOf(admission, board.settings.language) }];
  }
  const out: Objection[] = [];
  if (admission.words.text !== asked) out.push({ kind: "replace", text: admission.words.text });
  if (admission.kind === "allow") return out;
  for (const mark of admission.marks) {
    const data: MarkData = { mark, category: categoryOf(screen, mark) };
    const holds = admission.kind === "hold" && isGrave(mark);
    out.push({ kind: holds ? "hold" : "flag", reason: reasonOf(mark), data });
  }
  // A filter alone may hold, too: then its mark stands for all.
  if (admission.kind === "hold" && out.every(({ kind }) => kind !== "hold")) {
    return out.map((one) => (one.kind === "flag" ? { ...one, kind: "hold" } : one));
  }
  return out;
}

function isGrave(mark: Mark): boolean {
  return mark.kind === "known-file" || mark.kind === "removed-text";
}

/** As the queue calls it. */
function reasonOf(mark: Mark): "match" | "filter" {
  return isGrave(mark) ? "match" : "filter";
}

function categoryOf(screen: Screen, mark: Mark): string | null {
  if (mark.kind === "known-file") return screen.categoryOfList(mark.match.known.list);
  return mark.kind === "removed-text" ? screen.categoryOfText(mark.near.id) : null;
}

function errorOf(refused: Extract<Admission, { kind: "refuse" }>, language: "en" | "fr"): AppError {
  const { code, texts, retryAfterMs } = refused;
  // Words of staff's own have no place in the table of texts: they come in the board's language.
  const own = texts !== FILTER_TEXTS[code];
  return new AppError({
    code: own ? "filter.own_words" : code,
    source: "client",
    retry: retryAfterMs !== null,
    publicMessage: texts[own ? language : "en"],
    ...(retryAfterMs === null ? {} : { retryAfter: Math.ceil(retryAfterMs / 1000) }),
  });
}
