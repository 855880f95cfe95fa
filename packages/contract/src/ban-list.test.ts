import { expect, test } from "bun:test";
import { openBanList, type SharedBan, signBanList } from "#ban-list.ts";
import { signingKeyOf } from "#signing.ts";

const NOW = Date.UTC(2026, 0, 1);
const key = signingKeyOf(new Uint8Array(32).fill(7));
const other = signingKeyOf(new Uint8Array(32).fill(8));
const peers = [
  { name: "other", key: other.publicText },
  { name: "us", key: key.publicText },
];
const ban: SharedBan = {
  prefix: "192.0.2.7",
  since: "2025-12-31T00:00:00.000Z",
  until: "2026-01-02T00:00:00.000Z",
  evidence: "scans",
  by: "operator",
};

test("a list says who signed it", () => {
  const { peer, bans } = openBanList(signBanList([ban], NOW, key), peers, NOW);
  expect([peer.name, bans]).toEqual(["us", [ban]]);
});

test("a list that was changed, is old, early, foreign or none is refused, with the reason", () => {
  const list = signBanList([ban], NOW, key);
  const code = (text: string, now = NOW, known = peers) => {
    try {
      openBanList(text, known, now);
      return "";
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  expect(code(list.replace("192.0.2.7", "192.0.2.8"))).toBe("ban.list_signature");
  expect(code(list, NOW + 8 * 86_400_000)).toBe("ban.list_stale");
  expect(code(list, NOW - 3_600_000)).toBe("ban.list_stale");
  expect(code(list, NOW, peers.slice(0, 1))).toBe("ban.list_unknown_key");
  // Another's signature under our name.
  const forged = signBanList([ban], NOW, other).replace(other.id, key.id);
  expect(code(forged)).toBe("ban.list_signature");
  for (const text of ["", "{", "[]", "{}", '"x"']) expect(code(text)).toBe("ban.list_malformed");
  const wrong = signBanList([{ ...ban, by: "peer" as never }], NOW, key);
  expect(code(wrong)).toBe("ban.list_malformed");
});
