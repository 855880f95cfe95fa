import { allows } from "#moderation/permission.ts";
import { type Actor, type ModerationDeps, need } from "#moderation/service/deps.ts";
import { addLog } from "#moderation/service/log.ts";
import type { BoardChange } from "#store/boards.ts";
import { configureBoard, decideBoard, isReadable } from "#thread/boards.ts";
import type { Board } from "#thread/model.ts";

type Services = Pick<ModerationDeps, "store" | "clock">;

/** Opens a board that was asked for, or refuses it; either way the staff's log says who did. */
export async function decideRequest(
  { store, clock }: Services,
  actor: Actor,
  boardId: number,
  approve: boolean,
): Promise<void> {
  need(actor, "instance", null);
  await store.transaction(async (trx) => {
    const board = await decideBoard(trx, boardId, approve);
    await addLog(trx, store.engine, {
      at: clock.now(),
      staff: actor.id,
      action: approve ? "board.open" : "board.refuse",
      // A board that was refused is no more: its entry stands under the whole site.
      boardId: approve ? boardId : null,
      subject: `board ${board.uri}`,
      detail: { owner: board.ownerId },
    });
  });
}

/** Changes a board's settings and says in the staff's log which of them. */
export async function configure(
  { store, clock, posts, kick }: Services & Pick<ModerationDeps, "posts" | "kick">,
  actor: Actor,
  boardId: number,
  change: BoardChange,
): Promise<void> {
  need(actor, "configure", boardId);
  await store.transaction(async (trx) => {
    const before = await configureBoard(trx, boardId, change);
    const isOut = before.state === "closed" || before.state === "requested";
    // Asked again here: the site may have closed it since the form was drawn, or a moment ago.
    if (change.state !== undefined && (isOut || change.state === "closed")) {
      need(actor, "instance", null);
    }
    const changed = changes(before, change);
    if (Object.keys(changed).length === 0) return;
    const at = clock.now();
    const isShown = isReadable(change.state ?? before.state);
    if (isShown !== isReadable(before.state)) await posts.turnBoard(trx, before, isShown, at);
    await addLog(trx, store.engine, {
      at,
      staff: actor.id,
      action: "board.configure",
      boardId,
      subject: `board ${before.uri}`,
      detail: changed,
    });
  });
  kick();
}

/** Whether somebody may close a board or open it again. */
export function mayClose(actor: Actor): boolean {
  return allows(actor.grants, "instance", null);
}

/** What is another than before, by its path. */
function changes(before: Board, change: BoardChange): Record<string, unknown> {
  const was = new Map(leaves(before, ""));
  const changed = leaves(change, "").filter(([path, value]) => was.get(path) !== value);
  return Object.fromEntries(changed);
}

function leaves(value: object, prefix: string): [string, unknown][] {
  return Object.entries(value).flatMap(([name, part]: [string, unknown]) => {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    const isGroup = typeof part === "object" && part !== null;
    return isGroup ? leaves(part, path) : [[path, part] satisfies [string, unknown]];
  });
}
