import type { Clock } from "@egide/std/clock.ts";
import {
  type Admission,
  type AdmitContext,
  type AdmitSettings,
  admit,
  type Draft,
  type KnownFile,
  type Mark,
  needsProof,
} from "#filter/admit.ts";
import type { Counting } from "#filter/counted.ts";
import type { Dnsbl } from "#filter/dnsbl.ts";
import { type FloodSettings, floodUses } from "#filter/flood.ts";
import { type PostingProof, ticketUse } from "#filter/proof.ts";
import { sealedBefore } from "#filter/put-away.ts";
import { recentFile, recentText } from "#filter/recent.ts";
import { errorOf } from "#filter/refusal.ts";
import type { Screen } from "#filter/screen.ts";
import type { MediaStore } from "#media/store/store.ts";
import type { Store } from "#store/open.ts";
import type { Board } from "#thread/model.ts";
import type { Candidate, DraftFile } from "#thread/posting/draft.ts";
import type { Guard, Objection } from "#thread/posting/guard.ts";

export interface GuardParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly screen: Screen;
  readonly counting: Counting;
  readonly floodSettings: FloodSettings;
  /** For how long a text or a file counts as posted a moment ago. */
  readonly recentMs: number;
  readonly proof: PostingProof;
  /** Null: no list is asked. */
  readonly dnsbl: Dnsbl | null;
  readonly media: MediaStore;
  /** Of the site; what a board says for itself goes before it. */
  readonly settings: SiteAdmitSettings;
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
  const { counting } = parts;
  const { draft, board, text } = candidate;
  const { poster, proof } = draft;
  const staff = draft.staff !== null;
  const settings = settingsOn(board, parts.settings);
  const facts: AdmitContext = {
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
    proof: proofOf(parts, draft),
    removedTexts: parts.screen.removedTexts(`${draft.subject}\n${text}`, board.id),
  };
  const words = { text, subject: draft.subject, name: draft.name };
  const asked: Draft = { opensThread: draft.threadNo === null, words, files: [] };
  if (staff) return objections(parts.screen, admit(asked, facts), text);

  const floods = floodUses(counting.limits, floodFacts(draft, facts), parts.floodSettings);
  const same = recentText(counting.limits, board.id, text, parts.recentMs);
  const isProven = facts.proof === "sound" || facts.proof === "waited";
  const ticket = isProven ? ticketUse(counting.limits, proof?.ticket ?? "") : null;
  const once = [same, ticket].filter((use) => use !== null);
  const waits = await counting.limits.waits([...floods, ...once]);
  const context: AdmitContext = {
    ...facts,
    duplicateText: same !== null && waits.has(same.key),
    proof: ticket !== null && waits.has(ticket.key) ? "failed" : facts.proof,
  };
  const first = admit(asked, context);
  if (first.kind === "refuse") return objections(parts.screen, first, text);
  // Last: what is refused for another reason is no flood.
  const wait = Math.max(0, ...floods.map(({ key }) => waits.get(key) ?? 0));
  const floodWaitMs = wait > 0 ? wait : counting.limits.gate(floods);
  if (floodWaitMs > 0) {
    return objections(parts.screen, admit(asked, { ...context, floodWaitMs }), text);
  }
  counting.add(draft, floods, "filter.flood");
  if (same !== null) counting.add(draft, [same], "filter.duplicate_text");
  if (ticket !== null) counting.add(draft, [ticket], "filter.proof_failed");
  return objections(parts.screen, first, text);
}

function proofOf(parts: GuardParts, { proof }: Candidate["draft"]): AdmitContext["proof"] {
  const seconds = Math.floor(parts.clock.now() / 1000);
  return parts.proof.check(proof?.ticket ?? "", proof?.answer ?? "", seconds);
}

function floodFacts({ threadNo, poster }: Candidate["draft"], facts: AdmitContext) {
  const { tor, newcomer } = facts;
  return {
    opensThread: threadNo === null,
    session: poster.sessionHash,
    prefix: poster.prefixHash,
    tor,
    newcomer,
    waited: facts.proof === "waited" && needsProof(facts, facts.settings),
  };
}

async function judgeFiles(parts: GuardParts, candidate: Candidate): Promise<readonly Objection[]> {
  const { draft, board, files, text } = candidate;
  if (files.length === 0) return [];
  const staff = draft.staff !== null;
  const settings = settingsOn(board, parts.settings);
  const { limits } = parts.counting;
  const hashes = [...new Set(files.map(({ sha256 }) => sha256))];
  const counted = settings.duplicateFilesRefused && !staff ? hashes : [];
  const uses = counted.map((sha256) => recentFile(limits, board.id, sha256, parts.recentMs));
  const waits = await limits.waits(uses);
  const known = [
    ...matches(parts.screen, files),
    ...(await sealedBefore(parts.store, files, board)),
  ];
  const decided = admit(
    { opensThread: draft.threadNo === null, words: { text: "", subject: "", name: "" }, files },
    {
      ...NOBODY,
      settings,
      staff,
      filters: parts.screen.filters(board.id).filenames,
      duplicateFiles: counted.filter((_sha256, i) => waits.has(uses[i]?.key ?? "")),
      knownFiles: known,
    },
  );
  if (decided.kind !== "refuse") {
    // A file that a list knows never tells its sender so: it is taken as often as it comes.
    const isKnown = new Set(known.map(({ sha256 }) => sha256));
    const told = uses.filter((_use, i) => !isKnown.has(counted[i] ?? ""));
    parts.counting.add(draft, told, "filter.duplicate_file");
  }
  if (decided.kind === "hold") {
    for (const { sha256, kind } of files) {
      if (decided.seal.includes(sha256)) await parts.media.seal(sha256, kind);
    }
  }
  return objections(parts.screen, decided, text, "");
}

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
  asked = text,
): readonly Objection[] {
  if (admission.kind === "refuse") {
    return [{ kind: "refuse", error: errorOf(admission) }];
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

/** What no staff of a board's own show again. */
function isGrave(mark: Mark): boolean {
  if (mark.kind === "known-file") return mark.byBoard !== true;
  return mark.kind === "removed-text" && mark.near.by === "site";
}

/** As the queue calls it. */
function reasonOf(mark: Mark): "match" | "filter" {
  return isGrave(mark) ? "match" : "filter";
}

function categoryOf(screen: Screen, mark: Mark): string | null {
  if (mark.kind === "known-file") return screen.categoryOfList(mark.match.known.list);
  return mark.kind === "removed-text" ? screen.categoryOfText(mark.near.id) : null;
}
