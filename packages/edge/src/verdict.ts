import type { RawHeaders } from "#stream.ts";

/** `managed`: the edge chooses by what it knows of the client; `js`: without a hand; `interactive`: with one. */
export type ChallengeMode = "managed" | "js" | "interactive";

/** What `decide` answers; only `respond` acts on it. `unavailable` is the declared fail mode at work. */
export type Verdict =
  | { readonly kind: "allow" }
  | {
      readonly kind: "redirect";
      readonly status: 301 | 302 | 307 | 308;
      readonly location: string;
      readonly code: string;
      /** Id of the mitigation that asks for it. */
      readonly rule?: string;
      readonly headers?: RawHeaders;
    }
  | {
      readonly kind: "deny";
      readonly status: number;
      readonly code: string;
      readonly headers: RawHeaders;
      readonly order: string | null;
      /** Id of the mitigation, or number of the engine's rule, that asks for it. */
      readonly rule?: string;
      /** Sent instead of the page for the status. */
      readonly reply?: { readonly contentType: string; readonly body: string };
    }
  | { readonly kind: "interstitial"; readonly code: string; readonly order: string | null }
  /** The visitor is to prove something first. `rule` is the id of what asks for it. */
  | {
      readonly kind: "challenge";
      readonly rule: string;
      readonly mode: ChallengeMode;
      readonly code: string;
    }
  /** Kept waiting without a word, then dropped. `rule` is the id of what asks for it. */
  | {
      readonly kind: "tarpit";
      readonly rule: string;
      readonly seconds: number;
      readonly code: string;
    }
  | { readonly kind: "drop"; readonly code: string }
  | {
      readonly kind: "unavailable";
      readonly status: 500 | 502 | 503 | 504;
      readonly code: string;
      readonly retryAfter: number | null;
    };

export const ALLOW: Verdict = { kind: "allow" };
