/** @jsxImportSource hono/jsx */
import { textOf } from "@egide/web/form.ts";
import { bad, need, notFound } from "#moderation/service/deps.ts";
import { addLog } from "#moderation/service/log.ts";
import { ImportPage } from "#page/staff/import.tsx";
import type { StaffRouter } from "#page/staff/session.ts";
import type { StaffSite } from "#page/staff/site.ts";
import { isBoardName } from "#thread/boards.ts";

const ARCHIVE_BYTES = 64 * 1024 * 1024;

/** One board from another Égide, brought in by the site's admins. */
export function importRoutes(staff: StaffRouter, { deps, desk = null }: StaffSite): void {
  const { clock, store } = deps;

  staff.page("/staff/import", async ({ actor, frame }) => {
    need(actor, "instance", null);
    return <ImportPage frame={frame} actor={actor} state={desk?.take() ?? null} />;
  });
  staff.start("/staff/import", async ({ actor }, form) => {
    need(actor, "instance", null);
    if (desk === null) throw notFound();
    const archive = form.get("export");
    if (!(archive instanceof Blob) || archive.size === 0) {
      throw bad("board.bad_text", "Choose the file of the export.");
    }
    if (archive.size > ARCHIVE_BYTES) {
      throw bad("board.bad_text", "Larger exports are brought in on the server.");
    }
    const uri = textOf(form, "uri").trim().toLowerCase();
    if (uri !== "" && !isBoardName(uri)) {
      throw bad("board.bad_text", "No board can be at this address.");
    }
    const owner = textOf(form, "owner").trim();
    const dryRun = form.has("dry");
    desk.start({
      archive,
      uri: uri === "" ? null : uri,
      owner: owner === "" ? null : owner,
      dryRun,
    });
    const at = clock.now();
    await store.transaction((trx) =>
      addLog(trx, store.engine, {
        at,
        staff: actor.id,
        action: "import",
        boardId: null,
        subject: `an export of ${archive.size} bytes`,
        detail: { uri, owner, dryRun },
      }),
    );
    return "/staff/import";
  });
}
