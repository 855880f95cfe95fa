import { collectBody, whetherGone } from "#respond/challenge/collect.ts";
import { isForm, isOwnForm, type KeptForm, readForm } from "#respond/challenge/form.ts";
import type { Asking, Challenging } from "#respond/challenge/gate.ts";
import { sendChallenge, sendProblem, wantsPage } from "#respond/challenge/page.ts";
import type { OwnReply } from "#respond/reply.ts";
import type { ChallengeMode } from "#verdict.ts";

/** Acts on a verdict that challenges: a page for who can meet it, a code for programs. */
export function answerChallenge(
  asking: Asking,
  mode: ChallengeMode,
  gate: Challenging,
  reply: OwnReply,
): void {
  const { exchange, client, target, time } = asking;
  if (!wantsPage(exchange)) {
    sendProblem(exchange, reply, "challenge.required");
    return;
  }
  const { challenges } = gate;
  const show = (form: KeptForm | null): void => {
    const issued = challenges.issue(mode, client, Math.floor(time / 1000));
    sendChallenge(exchange, reply, issued, mode, target, form);
  };
  const { method, headers, scheme } = exchange.head;
  const most = challenges.policy.keepBodyBytes;
  const keeps =
    method === "POST" &&
    most > 0 &&
    isForm(headers) &&
    isOwnForm(headers, scheme, asking.authority);
  if (!keeps) {
    show(null);
    return;
  }
  const isGone = whetherGone(exchange);
  const showKept = async (body: Uint8Array): Promise<void> => {
    const form = await readForm(headers, body);
    if (!isGone()) show(form);
  };
  collectBody(exchange, most, (body) => {
    if (isGone()) return;
    if (body === null) {
      show(null);
      return;
    }
    void showKept(body);
  });
}
