import { APPEAL_TEXT_MOST, type Appeal } from "@egide/contract/appeal.ts";
import type { AppealsPolicy } from "@egide/contract/policy/appeals.ts";
import { type Receipt, signReceipt } from "@egide/contract/receipt.ts";
import type { SigningKey } from "@egide/contract/signing.ts";
import type { KeyHash } from "@egide/limit/key.ts";
import type { Limiter } from "@egide/limit/limiter.ts";
import type { Exchange } from "#exchange.ts";
import { truncateAddress } from "#wire/written-address.ts";
import { redirect } from "#respond/answer.ts";
import { type Contested, sendAppeal } from "#respond/appeal/page.ts";
import type { AppealStore } from "#respond/appeal/store.ts";
import { collectBody, whetherGone } from "#respond/challenge/collect.ts";
import { isOwnForm } from "#respond/challenge/form.ts";
import type { Asking } from "#respond/challenge/gate.ts";
import { chooseLang } from "#respond/page/accept.ts";
import { APPEAL_PATH } from "#respond/page/pages.ts";
import type { OwnReply } from "#respond/reply.ts";
import type { References, Refused } from "#respond/receipt/reference.ts";
import { sendText } from "#respond/send-text.ts";
import { getHeader, joinHeader } from "#wire/headers.ts";

/** Where the public half of the key that signs receipts and bans is published (RFC 7517). */
const KEYS_PATH = "/.well-known/egide/keys";

/** The text where every character takes six bytes, or most take nine, and the reference. */
const MOST_BODY = 20_480;

/** One neighbourhood (/24, /48) may look 30 times at once and then every 2 s; appeal 10 times an hour. */
const LOOKS = { word: 0x6c6f6f6b, interval: 2000, burst: 60_000 };
const APPEALS = { word: 0x61707065, interval: 360_000, burst: 3_600_000 };
/** All of a zone's visitors together: an operator can't read more than a hundred at once. */
const OF_ZONE = { word: 0x7a6f6e65, interval: 60_000, burst: 6_000_000 };

/** What is counted with: see decide/limits/counters.ts. */
interface Counters {
  readonly limiter: Limiter;
  readonly hash: KeyHash;
  /** Monotonic milliseconds, the same for all workers. */
  readonly now: () => number;
}

/** Everything that contesting a refusal needs. */
export interface AppealDesk {
  readonly references: References;
  readonly key: SigningKey;
  readonly store: AppealStore;
  readonly counters: Counters;
}

export interface AppealAsking extends Asking {
  readonly zoneId: string;
}

/** Paths by which refusals are contested. False: not one of them. */
export function answerAppealPath(
  asking: AppealAsking,
  policy: AppealsPolicy,
  desk: AppealDesk,
  reply: OwnReply,
): boolean {
  const { target, exchange } = asking;
  const { method } = exchange.head;
  const reads = method === "GET" || method === "HEAD";
  if (target === KEYS_PATH && reads) {
    sendKeys(exchange, desk.key, reply);
    return true;
  }
  const mark = target.indexOf("?");
  if ((mark < 0 ? target : target.slice(0, mark)) !== APPEAL_PATH) return false;
  if (reads) {
    const query = new URLSearchParams(mark < 0 ? "" : target.slice(mark + 1));
    look(asking, query.get("ref") ?? "", policy, desk, reply);
    return true;
  }
  if (method !== "POST") return false;
  take(asking, policy, desk, reply);
  return true;
}

interface Read extends Contested {
  readonly refused: Refused;
}

function look(
  asking: AppealAsking,
  reference: string,
  policy: AppealsPolicy,
  desk: AppealDesk,
  reply: OwnReply,
): void {
  const { exchange } = asking;
  if (!counts(desk.counters, LOOKS, truncateAddress(asking.client))) {
    sendAppeal(exchange, reply, 429, "appeal.limited", null);
    return;
  }
  const contested = contestedBy(asking, reference, policy, desk);
  if (contested === null) sendAppeal(exchange, reply, 404, "appeal.unknown", null);
  else if (contested.appeal !== null) {
    sendAppeal(exchange, reply, 200, STATES[contested.appeal.state], contested);
  } else if (!contested.open) sendAppeal(exchange, reply, 410, "appeal.expired", contested);
  else sendAppeal(exchange, reply, 200, "appeal.form", contested);
}

const STATES = { open: "appeal.open", lifted: "appeal.lifted", dismissed: "appeal.dismissed" };

function take(
  asking: AppealAsking,
  policy: AppealsPolicy,
  desk: AppealDesk,
  reply: OwnReply,
): void {
  const { exchange } = asking;
  const isGone = whetherGone(exchange);
  collectBody(exchange, MOST_BODY, (body) => {
    if (isGone()) return;
    const fields = new URLSearchParams(body?.toString("latin1") ?? "");
    const reference = fields.get("ref") ?? "";
    const text = plain(fields.get("text") ?? "");
    const contested = contestedBy(asking, reference, policy, desk);
    if (contested === null || !isOurForm(asking)) {
      sendAppeal(exchange, reply, 404, "appeal.unknown", null);
    } else if (contested.open && (text === "" || text.length > APPEAL_TEXT_MOST)) {
      sendAppeal(exchange, reply, 400, "appeal.text", contested);
    } else if (contested.open) file(asking, contested, text, desk, reply);
    else redirect(exchange, 303, `${APPEAL_PATH}?ref=${reference}`, [], reply);
  });
}

function file(
  asking: AppealAsking,
  contested: Read,
  text: string,
  { store, counters, references }: AppealDesk,
  reply: OwnReply,
): void {
  const { exchange, client, time, zoneId } = asking;
  const { receipt, signed, reference } = contested;
  if (!counts(counters, APPEALS, truncateAddress(client)) || !counts(counters, OF_ZONE, zoneId)) {
    sendAppeal(exchange, reply, 429, "appeal.limited", null);
    return;
  }
  const sameAddress = references.met(zoneId, contested.refused, client);
  const appeal: Appeal = {
    format: 1,
    receipt,
    signed,
    text,
    lang: chooseLang(joinHeader(exchange.head.headers, "accept-language")),
    sent: new Date(time).toISOString(),
    sameAddress,
    address: sameAddress && receipt.kind === "ban" ? client : null,
    state: "open",
    answer: "",
    decided: null,
  };
  const put = store.put(appeal, time);
  if (put === "full" || put === "failed") {
    sendAppeal(exchange, reply, 503, "appeal.full", contested);
    return;
  }
  redirect(exchange, 303, `${APPEAL_PATH}?ref=${reference}`, [], reply);
}

/** Null: nothing of ours, or of another zone. */
function contestedBy(
  { zoneId, time }: AppealAsking,
  reference: string,
  { days }: AppealsPolicy,
  { references, key, store }: AppealDesk,
): Read | null {
  const refused = references.read(zoneId, reference);
  if (refused === null) return null;
  const said = receiptOf(zoneId, refused, days);
  const appeal = store.find(refused.request);
  const open = appeal === null && time < Date.parse(said.appealUntil);
  if (appeal !== null) {
    const { receipt, signed } = appeal;
    return { reference, refused, receipt, signed, appeal, open };
  }
  const receipt = { ...said, key: key.id };
  return { reference, refused, receipt, signed: signReceipt(said, key), appeal, open };
}

function receiptOf(zone: string, refused: Refused, days: number): Omit<Receipt, "key"> {
  const { time, ...rest } = refused;
  return {
    zone,
    ...rest,
    time: new Date(time * 1000).toISOString(),
    appealUntil: new Date((time + days * 86_400) * 1000).toISOString(),
  };
}

/**
 * The reference alone keeps other sites from sending it, as they can't know it; a browser that says
 * where a form comes from is believed all the same.
 */
function isOurForm({ exchange, authority }: AppealAsking): boolean {
  const { headers, scheme } = exchange.head;
  const says = (name: string): boolean => getHeader(headers, name) !== undefined;
  if (!says("sec-fetch-site") && !says("origin")) return true;
  return isOwnForm(headers, scheme, authority);
}

function counts(
  { limiter, hash, now }: Counters,
  { word, interval, burst }: typeof LOOKS,
  whom: string,
): boolean {
  hash.begin().word(word).text(whom).finish();
  return limiter.take(hash.lo, hash.hi, interval, burst, 1, now()) === 0;
}

/** Line ends as one, and nothing that a terminal would obey. */
function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- what must not reach an operator's terminal
  const unsafe = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
  return text.replaceAll("\r\n", "\n").replace(unsafe, " ").trim();
}

function sendKeys(exchange: Exchange, { id, publicText }: SigningKey, reply: OwnReply): void {
  const keys = [{ kty: "OKP", crv: "Ed25519", use: "sig", alg: "EdDSA", kid: id, x: publicText }];
  const headers = ["Content-Type", "application/json", "Cache-Control", "public, max-age=3600"];
  sendText(exchange, 200, headers, JSON.stringify({ keys }), reply);
}
