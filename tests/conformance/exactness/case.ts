import type { Reply } from "@egide/testkit/origin/recording.ts";
import type { ReferenceRequest, ReferenceResponse } from "@egide/testkit/reference/message.ts";

/** What one request must look like when it arrives at the origin. */
export interface ExpectedRequest {
  readonly method: string;
  readonly target: string;
  readonly body?: string;
  /** Lower-case names with the one value the origin must see. */
  readonly has?: Readonly<Record<string, string | RegExp>>;
  /** Lower-case names the origin must not see. */
  readonly lacks?: readonly string[];
}

export type Expectation =
  /**
   * The request is not carried out. `status`: what the client may be told; 0 stands for a connection
   * (or stream) closed without an answer. `stage` head: the origin must not see a byte of it; body:
   * it may have seen the start, but never a whole request.
   */
  | {
      readonly kind: "refuse";
      readonly status: readonly number[];
      readonly closes: boolean;
      readonly stage: "head" | "body";
    }
  /** Exactly these requests arrive, in this order, and each is answered. */
  | {
      readonly kind: "forward";
      readonly requests: readonly ExpectedRequest[];
      /** Statuses of the final answers; all 200 where left out. */
      readonly statuses?: readonly number[];
      /** The connection must be ended by the proxy after the last answer. */
      readonly closes?: boolean;
    }
  /** The proxy may answer by itself, with one of these, or forward: RFCs leave the choice. */
  | {
      readonly kind: "either";
      readonly status: readonly number[];
      readonly request: ExpectedRequest;
    };

/** What a case did, for checks that no table can say. */
export interface Observation {
  /** All responses of the connection or stream, interim ones included. */
  readonly responses: readonly ReferenceResponse[];
  readonly requests: readonly ReferenceRequest[];
  /** What came back behind a 101. */
  readonly tunnel: string;
}

interface CaseBase {
  /** `group/name`, unique. */
  readonly id: string;
  /** What is at stake, with the section that says so. */
  readonly about: string;
  readonly expect: Expectation;
  readonly reply?: (request: ReferenceRequest) => Reply;
  /** Answers what is wrong, or null. */
  readonly check?: (seen: Observation) => string | null;
}

export interface H1Case extends CaseBase {
  /** latin1 text, sent as one write each. */
  readonly send: readonly string[];
  /** Sent once the first answer (a 101 or an interim one) has arrived. */
  readonly afterwards?: string;
}

export const refuse = (
  status: readonly number[] = [400],
  options: { closes?: boolean; stage?: "head" | "body" } = {},
): Expectation => ({
  kind: "refuse",
  status,
  closes: options.closes ?? true,
  stage: options.stage ?? "head",
});

export const forward = (...requests: ExpectedRequest[]): Expectation => ({
  kind: "forward",
  requests,
});

/** A request to the site with the given field lines, each ended by CRLF. */
export function request(
  line: string,
  fields: readonly string[] = [],
  body = "",
  host = "Host: site.test\r\n",
): string {
  return `${line}\r\n${host}${fields.map((field) => `${field}\r\n`).join("")}\r\n${body}`;
}

/** A byte as people read it in the name of a case. */
export function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

/** Text as a list of its bytes, each to be sent by itself. */
export function bytewise(text: string): string[] {
  return text.split("");
}
