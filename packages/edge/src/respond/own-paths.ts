import type { AppealsPolicy } from "@egide/contract/policy/appeals.ts";
import type { Exchange } from "#exchange.ts";
import { redirect } from "#respond/answer.ts";
import { answerAppealPath, type AppealDesk } from "#respond/appeal/paths.ts";
import type { Asking, Challenging } from "#respond/challenge/gate.ts";
import { answerChallengePath } from "#respond/challenge/paths.ts";
import { DRILL_PATH, drillProof } from "#respond/drill-proof.ts";
import { PASS_PATH, type Passes } from "#respond/pass.ts";
import { answerRobots } from "#respond/robots.ts";
import type { OwnReply } from "#respond/reply.ts";

interface OwnZone {
  readonly gate: Challenging;
  readonly robots: string | null;
  readonly appeals: AppealsPolicy | null;
}

/** What of a request's facts the edge's own paths go by. */
export interface OwnRequest extends Asking {
  /** "" where no zone answers for the host. */
  readonly zoneId: string;
  /** Null where no zone answers for the host. */
  readonly zone: OwnZone | null;
}

export interface OwnPathsOptions {
  /** Text for a token that an ACME server asks for over plain HTTP, or null. */
  readonly acmeAnswer: (path: string) => string | null;
  readonly passes: Passes;
  readonly appeals: AppealDesk;
  /** 32 bytes under which drills are told apart from attacks. */
  readonly drillKey: Uint8Array;
}

/** The few paths that are the edge's own, on every host: asked before any redirect or rule. */
export class OwnPaths {
  readonly #options: OwnPathsOptions;

  constructor(options: OwnPathsOptions) {
    this.#options = options;
  }

  /** False: not one of them. True: it was answered. */
  answer(request: OwnRequest, reply: OwnReply): boolean {
    const { target, zone } = request;
    if (!target.startsWith("/.well-known/")) {
      const robots = zone === null ? null : zone.robots;
      return robots !== null && answerRobots(request.exchange, target, robots, reply);
    }
    if (this.#acme(request, reply) || this.#pass(request, reply)) return true;
    if (this.#drill(request, reply)) return true;
    if (zone === null) return false;
    const { appeals } = zone;
    if (appeals !== null && answerAppealPath(request, appeals, this.#options.appeals, reply)) {
      return true;
    }
    return answerChallengePath(request, zone.gate, reply);
  }

  /** A certificate's proof must be had before any redirect or order: RFC 8555, section 8.3. */
  #acme({ exchange, target }: OwnRequest, reply: OwnReply): boolean {
    if (!target.startsWith("/.well-known/acme-challenge/")) return false;
    const text = this.#options.acmeAnswer(target);
    if (text === null) return false;
    plainly(exchange, text, reply);
    return true;
  }

  /** A drill that means this zone is told so; whoever else asks learns nothing they could use. */
  #drill({ exchange, zoneId, target }: OwnRequest, reply: OwnReply): boolean {
    if (zoneId === "" || !target.startsWith(`${DRILL_PATH}?`)) return false;
    const proof = drillProof(this.#options.drillKey, zoneId, target.slice(DRILL_PATH.length + 1));
    if (proof === null) return false;
    plainly(exchange, proof, reply);
    return true;
  }

  #pass({ exchange, zoneId, client, target, time }: OwnRequest, reply: OwnReply): boolean {
    // A host that nobody serves has no warnings to be read.
    if (zoneId === "" || exchange.head.method !== "POST") return false;
    if (!target.startsWith(`${PASS_PATH}?`)) return false;
    const secure = exchange.head.scheme === "https";
    const granted = this.#options.passes.redeem(zoneId, client, target, secure, time);
    const cookie = granted === null ? [] : ["Set-Cookie", granted.setCookie];
    redirect(exchange, 303, granted?.location ?? "/", cookie, reply);
    return true;
  }
}

/** `text` is ASCII. */
function plainly(exchange: Exchange, text: string, reply: OwnReply): void {
  reply.began(200);
  const headers = ["Content-Type", "text/plain", "Cache-Control", "no-store"];
  exchange.onAbort = null;
  exchange.start(200, "", headers, text.length);
  if (exchange.head.method !== "HEAD") exchange.write(Buffer.from(text, "latin1"));
  exchange.end(null);
  reply.finished("complete", null);
}
