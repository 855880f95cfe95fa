import type { Message } from "#abuse/message.ts";
import type { Xarf } from "#abuse/xarf.ts";

/** Invented messages for tests, one of each kind. */

const party = { org: "Board", contact: "abuse@board.example", domain: "board.example" };
const HASH = "ab".repeat(32);

export const exampleXarf: Xarf = {
  xarf_version: "4.2.0",
  report_id: "550e8400-e29b-41d4-a716-446655440000",
  timestamp: "2026-01-01T00:00:00.000Z",
  reporter: party,
  sender: party,
  source_identifier: "board.example",
  category: "content",
  type: "x_threat_to_life",
  url: "https://board.example/b/thread/1#p2",
  evidence_source: "user_report",
  x_egide: {
    version: 1,
    reference: "R-1",
    post: { board: "b", thread: 1, no: 2, posted: "2025-12-31T23:59:00.000Z", textSha256: HASH },
    media: [],
    dsa: { category: "VIOLENCE", keywords: ["INCITEMENT_VIOLENCE_HATRED"] },
    knownSince: "2026-01-01T00:00:00.000Z",
    state: "hidden",
    sealed: true,
    imminence: "unknown",
  },
};

const head = {
  format: 1,
  id: "6f2c1c1e-7d0f-4a3e-9c55-0b3c6a0f9d11",
  issued: "2026-01-01T00:00:01.000Z",
  from: "board.example",
  to: "provider.example",
} as const;

const none = { count: 0, median: null, p90: null, max: null };
const words = { en: "Words.", fr: "Des mots." };

export const exampleMessages: readonly Message[] = [
  { ...head, kind: "report", body: exampleXarf },
  { ...head, kind: "received", body: { message: head.id, reference: "C-1" } },
  {
    ...head,
    kind: "status",
    body: {
      report: exampleXarf.report_id,
      sequence: 1,
      state: "in-review",
      at: head.issued,
      text: "",
    },
  },
  {
    ...head,
    kind: "notice",
    body: {
      type: "order",
      reference: "C-2",
      urls: [],
      text: words,
      authority: "A court",
      legalBasis: "A law",
      territory: ["FR"],
      redress: words,
      demands: "removal",
    },
  },
  {
    ...head,
    kind: "tombstone",
    body: { act: "A-1", removedAt: head.issued, urls: ["https://board.example/b/1"], media: [] },
  },
  { ...head, kind: "purged", body: { act: "A-1", purgedAt: head.issued } },
  {
    ...head,
    kind: "figures",
    body: {
      from: "2025-12-01T00:00:00.000Z",
      until: head.issued,
      queue: { open: 0, held: 0, age: none },
      categories: [],
      acts: 0,
      appeals: { received: 0, open: 0, upheld: 0, reversed: 0, decision: none },
      reversals: { onAppeal: 0, undone: 0 },
      log: { entries: 0, head: HASH },
    },
  },
];
