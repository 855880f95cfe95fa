import type { WafLog } from "@egide/contract/request-log.ts";
import type { AppError } from "@egide/std/error.ts";
import type { Intervention } from "@egide/waf/run/outcome.ts";
import type { Transaction } from "@egide/waf/run/transaction.ts";
import type { Facts } from "#facts.ts";
import { type BodyWatcher, HeldBody } from "#inspect/body/held-body.ts";
import { ResponseGate } from "#inspect/body/response-gate.ts";
import { fieldsSeen, grpc, HTTP_NAMES } from "#inspect/head.ts";
import { audit } from "#inspect/record/audit.ts";
import { BODY_TOO_LARGE, cannotJudge, toVerdict } from "#inspect/verdicts.ts";
import type { ZoneWaf } from "#inspect/zone/zone-waf.ts";
import type { ByteSource, OriginResponse } from "#stream.ts";
import type { Verdict } from "#verdict.ts";
import { asBuffer, readLatin1 } from "#wire/latin1.ts";

/** Who has a request looked at, and goes on with it. */
export interface Inspected {
  /** The request may go on, with this body in place of its own. */
  passed(body: ByteSource | null): void;
  /** The response may be sent. */
  released(response: OriginResponse): void;
  /** The rules want this instead. No response has begun. */
  judged(verdict: Exclude<Verdict, { kind: "allow" }>): void;
  /** The body broke off before it could be judged. */
  fail(error: AppError): void;
  /** An exception where none should have been. */
  broke(error: unknown): void;
}

/** One request and its response before the rule engine. Calls back, perhaps at once. */
export class Inspection implements BodyWatcher {
  readonly #facts: Facts<unknown>;
  readonly #waf: ZoneWaf;
  readonly #host: Inspected;
  readonly #tell: (error: unknown, requestId: string) => void;
  /** Null: nothing is looked at. */
  readonly #transaction: Transaction | null;
  #body: HeldBody | null = null;
  #gate: ResponseGate | null = null;
  #action: WafLog["action"] = "none";
  /** Kept in the zone's sample, with this much of its body. */
  readonly #recorded: boolean;
  #bodyText = "";
  #bodyBytes = 0;
  #over = false;

  constructor(
    facts: Facts<unknown>,
    waf: ZoneWaf,
    host: Inspected,
    tell: (error: unknown, requestId: string) => void,
  ) {
    this.#facts = facts;
    this.#waf = waf;
    this.#host = host;
    this.#tell = tell;
    let transaction: Transaction | null = null;
    try {
      transaction = waf.begin(facts);
    } catch (error) {
      this.#failed(error);
    }
    this.#transaction = transaction;
    this.#recorded = transaction !== null && waf.sample?.picks() === true;
  }

  /** A request that the protocol's own rules refuse all the same: the rules see what there is of it. */
  witness(): void {
    const transaction = this.#transaction;
    if (transaction === null) return;
    this.#head(transaction);
    transaction.requestEnd();
  }

  /** Phases 1 and 2; then `passed` or `judged`. */
  request(): void {
    const transaction = this.#transaction;
    const { exchange } = this.#facts;
    if (transaction === null) {
      const closed = this.#waf.policy.failMode === "closed";
      if (closed && (this.#waf.rules === null || this.#action === "failed")) {
        this.#action = "failed";
        this.#host.judged(cannotJudge());
      } else this.#host.passed(exchange.body);
      return;
    }
    const intervention = this.#head(transaction);
    if (intervention !== undefined) {
      this.#block(intervention);
      return;
    }
    const { body } = exchange;
    const { onLimit, bodyLimit } = this.#waf.policy;
    if (body === null || !transaction.wantsRequestBody || grpc(exchange.head.headers)) {
      this.#judgeRequest(body);
      return;
    }
    if (onLimit === "reject" && exchange.bodyLength > bodyLimit && this.#rejects()) return;
    this.#body = new HeldBody(body, bodyLimit, this);
    this.#body.begin();
  }

  /** BodyWatcher. */
  seen(chunk: Uint8Array): void {
    this.#bodyBytes += chunk.length;
    const text = readLatin1(asBuffer(chunk), 0, chunk.length);
    this.#transaction?.requestBody(text);
    if (this.#recorded && this.#waf.policy.record.bodies) this.#bodyText += text;
  }

  held(isWhole: boolean): void {
    try {
      // A body that was cut ends in the middle of a value, perhaps of its name.
      if (!isWhole) this.#bodyText = "";
      if (!isWhole && this.#waf.policy.onLimit === "reject" && this.#rejects()) return;
      this.#judgeRequest(this.#body);
    } catch (error) {
      this.#host.broke(error);
    }
  }

  broke(error: AppError): void {
    this.#body = null;
    // Who hung up is heard of as such: there is nobody left to be answered.
    if (error.code !== "client.aborted") this.#host.fail(error);
  }

  /** Phases 3 and 4; then `released` or `judged`. */
  response(response: OriginResponse): void {
    const transaction = this.#transaction;
    if (transaction === null) {
      this.#host.released(response);
      return;
    }
    const intervention = transaction.response(response.status, "HTTP/1.1", response.headers);
    if (intervention !== undefined) {
      response.body?.cancel();
      response.tunnel?.abort();
      this.#block(intervention);
      return;
    }
    this.#gate = new ResponseGate(transaction, response, this.#waf.policy, {
      released: (passed) => this.#released(passed),
      blocked: (intervention) => this.#block(intervention),
      fail: (error) => this.#host.fail(error),
      broke: (error) => this.#host.broke(error),
    });
    this.#gate.begin();
  }

  /** The visitor is gone. */
  cancel(): void {
    this.#body?.cancel();
    this.#body = null;
    this.#gate?.cancel();
  }

  /** The request is over, whatever came of it: phase 5, and what is written down of it all. */
  finish(): void {
    if (this.#over) return;
    this.#over = true;
    const transaction = this.#transaction;
    const { sample, audit: rules } = this.#waf;
    if (transaction === null) {
      if (this.#action === "failed") this.#facts.waf = { ...NOTHING, action: "failed" };
      return;
    }
    try {
      this.#gate?.finish();
      const outcome = transaction.finish();
      if (outcome.fault !== undefined) this.#failed(outcome.fault);
      if (this.#action === "none" && outcome.unfinished.length > 0) this.#action = "failed";
      const wouldBlock = outcome.wouldBlock ?? outcome.intervention;
      if (this.#action === "none" && wouldBlock !== undefined) this.#action = "detected";
      this.#facts.waf = audit(outcome, this.#action, rules);
      if (this.#recorded)
        sample?.add(this.#facts, this.#facts.waf, this.#bodyText, this.#bodyBytes);
    } catch (error) {
      this.#failed(error);
    }
  }

  #head(transaction: Transaction): Intervention | undefined {
    const { head } = this.#facts.exchange;
    const { seen } = head;
    if (seen !== undefined) {
      transaction.requestLine(seen.method, seen.target, seen.protocol, seen.line);
      return transaction.requestHeaders(seen.headers);
    }
    transaction.requestLine(head.method, head.target, HTTP_NAMES[head.version]);
    return transaction.requestHeaders(fieldsSeen(head));
  }

  #judgeRequest(body: ByteSource | null): void {
    const intervention = this.#transaction?.requestEnd();
    if (intervention === undefined) this.#host.passed(body);
    else this.#block(intervention);
  }

  /** True where the body is too large and the zone blocks; in detection it is only noted. */
  #rejects(): boolean {
    if (this.#waf.policy.mode !== "block") {
      this.#action = "detected";
      return false;
    }
    this.#action = "blocked";
    this.#stopBody();
    this.#host.judged(BODY_TOO_LARGE);
    return true;
  }

  #block(intervention: Intervention): void {
    const verdict = toVerdict(intervention);
    this.#action = verdict.kind === "unavailable" ? "failed" : "blocked";
    this.#stopBody();
    this.#host.judged(verdict);
  }

  #stopBody(): void {
    this.#body?.cancel();
    this.#body = null;
  }

  #released(response: OriginResponse): void {
    try {
      this.#host.released(response);
    } catch (error) {
      this.#host.broke(error);
    }
  }

  #failed(error: unknown): void {
    this.#action = "failed";
    this.#tell(error, this.#facts.requestId);
  }
}

const NOTHING: WafLog = {
  action: "none",
  inboundScore: 0,
  outboundScore: 0,
  matches: [],
  dropped: 0,
  unfinished: [],
  duration: 0,
};
