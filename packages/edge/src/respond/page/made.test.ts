import { expect, test } from "bun:test";
import { MadeAnswers } from "#respond/page/made.ts";
import type { Notice, Receipt } from "#respond/page/notice.ts";

const notice: Notice = {
  status: 403,
  code: "order.block",
  source: "operator",
  detail: "",
  retry: false,
  retryAfter: null,
  order: null,
  continueUrl: "",
};

test("what differs in the request's id alone is made once, and tells the right id", () => {
  const answers = new MadeAnswers();
  let made = 0;
  const take = (requestId: string, time: number, more: Partial<Notice> = {}) =>
    answers
      .take({ ...notice, ...more }, { host: "a", requestId, time }, 0, () => {
        made++;
        return { headers: [], text: `é ${requestId} ${time} and again ${requestId}` };
      })
      .body.toString();
  expect(take("one", 1000)).toBe("é one 1000 and again one");
  expect(take("two", 1999)).toBe("é two 1000 and again two");
  expect(made).toBe(1);
  expect(take("six", 2000)).toBe("é six 2000 and again six");
  expect(take("four", 2000)).toBe("é four 2000 and again four");
  take("five", 2000, { detail: "another" });
  expect(made).toBe(4);
  // Two who are told to wait differently do not displace each other.
  for (let i = 0; i < 3; i++) {
    take("five", 2000, { retryAfter: 5 });
    take("five", 2000, { retryAfter: 6 });
  }
  expect(made).toBe(6);
});

function receiptOf(text: string): Receipt | null {
  const put = (into: Buffer, at: number): void => void into.write(text, at, "latin1");
  return text === "" ? null : { length: text.length, put, toString: () => text };
}

test("each refusal shows its own receipt, also of a rule with a name of the same length", () => {
  const answers = new MadeAnswers();
  let made = 0;
  const take = (requestId: string, receipt: string) =>
    answers
      .take(notice, { host: "a", requestId, time: 1000, receipt: receiptOf(receipt) }, 0, () => {
        made++;
        return { headers: [], text: `é ${requestId} <a href="?ref=${receipt}"> ${receipt}` };
      })
      .body.toString();
  expect(take("one", "1~one~r1~aa")).toBe('é one <a href="?ref=1~one~r1~aa"> 1~one~r1~aa');
  expect(take("two", "1~two~r2~bb")).toBe('é two <a href="?ref=1~two~r2~bb"> 1~two~r2~bb');
  expect(made).toBe(1);
  expect(take("six", "1~six~long~cc")).toBe('é six <a href="?ref=1~six~long~cc"> 1~six~long~cc');
  expect(take("ten", "")).toBe('é ten <a href="?ref="> ');
  expect(made).toBe(3);
});
