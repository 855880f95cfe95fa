import { expect, test } from "bun:test";
import { FEATURES, type FeatureName, PLACE } from "#mitigate/features.ts";
import { findSignature, type Weighted } from "#mitigate/search.ts";
import { bears, toExpression } from "#mitigate/signature.ts";

function request(values: Partial<Record<FeatureName, string>>, rate = 1, known = false): Weighted {
  return { features: FEATURES.map(({ name }) => values[name] ?? ""), rate, known };
}

const readers = Array.from({ length: 40 }, (_, n) =>
  request(
    { address: `127.1.0.${n}`, path: n % 2 === 0 ? "/" : "/news", agent: "A", method: "GET" },
    0.5,
  ),
);

test("nothing is found where nothing is in excess", () => {
  expect(findSignature(readers, readers)).toBeNull();
  expect(findSignature([], [])).toBeNull();
});

test("one address among many", () => {
  const loud = request({ address: "127.9.9.9", path: "/", agent: "A", method: "GET" }, 300);
  const found = findSignature([...readers, loud], readers);
  expect(found?.signature).toContainEqual({ feature: "address", value: "127.9.9.9" });
  expect(found?.collateral).toBe(0);
  expect(found?.coverage).toBeCloseTo(1, 5);
});

test("a path that only the attack asks for, whoever asks", () => {
  const many = Array.from({ length: 200 }, (_, n) =>
    request({ address: `127.7.0.${n}`, path: "/search", agent: "A", method: "GET" }, 5),
  );
  const found = findSignature([...readers, ...many], readers);
  expect(
    found?.signature.some(({ feature, value }) => feature === "path" && value === "/search"),
  ).toBe(true);
  expect(found?.collateral).toBe(0);
});

test("visitors known before count as ordinary, but none of them is expected among strangers", () => {
  const known = readers.map((each) => ({ ...each, known: true }));
  const few = [request({ path: "/news", agent: "B", method: "GET" }, 10)];
  const found = findSignature(few, known);
  expect(found?.expected).toBe(0);
  expect(found?.coverage).toBe(1);
});

test("what it starts with stays", () => {
  const posts = [request({ method: "POST", path: "/login", agent: "A" }, 50)];
  const start = [
    { feature: "method", value: "POST" },
    { feature: "path", value: "/login" },
  ] as const;
  const found = findSignature(posts, readers, start);
  expect(found?.signature.slice(0, 2)).toEqual([...start]);
});

test("a signature is told in the rules language, whatever its values hold", () => {
  const signature = [
    { feature: "address", value: "2001:db8::1" },
    { feature: "network", value: "127.0.0.0/24" },
    { feature: "agent", value: 'a "b" \\c' },
    { feature: "query", value: "" },
    { feature: "cleared", value: "" },
  ] as const;
  expect(toExpression(signature)).toBe(
    'ip.src eq 2001:db8::1 and ip.src in {127.0.0.0/24} and http.user_agent eq "a \\"b\\" \\\\c" and http.request.uri.query eq "" and not egide.challenge_passed and not egide.visitor.known',
  );
  expect(
    bears(
      FEATURES.map(() => ""),
      [],
    ),
  ).toBe(true);
  expect(PLACE.address).toBe(0);
});
