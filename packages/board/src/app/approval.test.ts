import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { approvalGuard, queueForApproval } from "#app/approval.ts";
import { boardSettingsSchema } from "#settings/board.ts";
import type { Guard } from "#thread/posting/guard.ts";
import { fileOf, type Rig, threadRig } from "#thread/testing/rig.ts";
import { setPostState } from "#thread/visibility.ts";

let rig: Rig;
let folder = "";

afterEach(async () => {
  await rig.close();
  rmSync(folder, { recursive: true });
});

async function board(approval: object): Promise<void> {
  const guards: Guard[] = [];
  folder = mkdtempSync(join(tmpdir(), "egide-approval-"));
  rig = await threadRig(`sqlite:${join(folder, "a.db")}`, {
    guards,
    afterWrite: [queueForApproval],
  });
  guards.push(approvalGuard(rig.store));
  await rig.board("b", boardSettingsSchema.parse({ approval }));
  await rig.board("c");
}

async function queued(): Promise<unknown[]> {
  return rig.store.kysely.selectFrom("queue_item").select(["no", "held"]).orderBy("no").execute();
}

test("a board that asks for nothing holds nothing", async () => {
  await board({});
  expect((await rig.write({}, [fileOf("a")])).state).toBe("visible");
  expect(await queued()).toEqual([]);
});

test("new threads wait, replies don't, and staff see the thread in the queue", async () => {
  await board({ threads: true });
  const staff = { staffId: "s", capcode: null };
  const open = await rig.write({ staff });
  expect(open.state).toBe("visible");
  expect((await rig.write({ threadNo: open.no })).state).toBe("visible");
  expect((await rig.write({})).state).toBe("held");
  expect(await queued()).toEqual([{ no: 3, held: "thread" }]);
});

test("files wait where the board says so, and on that board alone", async () => {
  await board({ media: true });
  expect((await rig.write({}, [fileOf("a")])).state).toBe("held");
  expect((await rig.write({})).state).toBe("visible");
  expect((await rig.write({ board: "c" }, [fileOf("b")])).state).toBe("visible");
  expect(await queued()).toEqual([{ no: 1, held: "media" }]);
});

test("a newcomer waits until enough of their posts stand", async () => {
  await board({ newPosters: 2 });
  const first = await rig.write({});
  const second = await rig.write({});
  expect([first.state, second.state]).toEqual(["held", "held"]);
  for (const { postId } of [first, second]) {
    await rig.store.transaction(async (trx) => {
      await setPostState(rig.store, trx, postId, "visible", rig.clock.now());
    });
  }
  expect((await rig.write({})).state).toBe("visible");
  const { poster } = { poster: { sessionHash: "another", addressHash: null, prefixHash: null } };
  const rest = { addressPeriod: null, address: null, country: null };
  expect((await rig.write({ poster: { ...poster, ...rest } })).state).toBe("held");
});
