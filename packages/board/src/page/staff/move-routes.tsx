/** @jsxImportSource hono/jsx */
import type { Statement } from "@egide/contract/abuse/statement.ts";
import { allows, boardsWhere } from "#moderation/permission.ts";
import { need, notFound } from "#moderation/service/deps.ts";
import { addLog } from "#moderation/service/log.ts";
import { tarPieces } from "#move/export/archive.ts";
import { exportEntries } from "#move/export/write.ts";
import { csvOf, tableOf } from "#move/report/csv.ts";
import { statementsBetween } from "#move/report/statements.ts";
import { type StorageFigures, storageFigures } from "#move/report/storage.ts";
import { figuresOfYear, yearsOf } from "#move/report/yearly.ts";
import { ExportSlots } from "#page/staff/export-slots.ts";
import type { StaffRouter } from "#page/staff/session.ts";
import { boardsBy, type StaffSite, wholeOf } from "#page/staff/site.ts";
import { ExportPage, StoragePage, TransparencyPage } from "#page/staff/storage.tsx";
import type { Actor } from "#moderation/service/deps.ts";
import { boardById } from "#store/boards.ts";

/** Counting every file takes its time: the same figures serve for a while. */
const FRESH_MS = 60_000;
const FIGURE_COLUMNS = ["part", "category", "dsa", "indicator", "value"] as const;

/** Storage, exports, and what is published of a year. */
export function moveRoutes(staff: StaffRouter, site: StaffSite): void {
  const { deps, provider } = site;
  const { clock, store } = deps;
  const db = store.kysely;
  const slots = new ExportSlots();
  let known: { readonly at: number; readonly figures: Promise<StorageFigures> } | null = null;

  staff.page("/staff/storage", async ({ actor, frame }) => {
    need(actor, "instance", null);
    const at = clock.monotonic();
    if (known === null || at - known.at >= FRESH_MS) {
      known = { at, figures: storageFigures(store, site.mediaFolder ?? null, clock.now()) };
    }
    const props = { storage: await known.figures, boards: await boardsBy(db) };
    return <StoragePage frame={frame} actor={actor} {...props} />;
  });

  staff.page("/staff/export", async ({ actor, frame }) => {
    const mine = boardsWhere(actor.grants, "configure");
    const boards = [...(await boardsBy(db))]
      .filter(([id]) => mine === "all" || mine.includes(id))
      .map(([id, uri]) => ({ id, uri }));
    const everything = allows(actor.grants, "instance", null);
    return <ExportPage frame={frame} actor={actor} boards={boards} everything={everything} />;
  });
  staff.stream("/staff/export", async ({ actor }) => {
    need(actor, "instance", null);
    return take(actor, null, "site");
  });
  staff.stream("/staff/export/:id{[0-9]{1,15}}", async ({ c, actor }) => {
    const id = wholeOf(c.req.param("id"));
    need(actor, "configure", id);
    const board = await boardById(db, id);
    if (board === null) throw notFound();
    return take(actor, id, board.uri);
  });

  async function take(actor: Actor, boardId: number | null, name: string) {
    const at = clock.now();
    const done = slots.take(actor.id, boardId === null);
    try {
      await store.transaction((trx) =>
        addLog(trx, store.engine, {
          at,
          staff: actor.id,
          action: "export",
          boardId,
          subject: boardId === null ? "the site" : `board ${name}`,
        }),
      );
    } catch (error) {
      done();
      throw error;
    }
    const day = new Date(at).toISOString().slice(0, 10);
    const source = { store, clock, media: provider.media };
    // Accounts, keys and what is sealed never leave by a page.
    const entries = exportEntries(source, { boardId, secrets: null });
    return { name: `${name}-${day}.tar`, pieces: tarPieces(entries, at), done };
  }

  staff.page("/staff/transparency", async ({ c, actor, frame }) => {
    need(actor, "instance", null);
    const years = await yearsOf(db, clock.now());
    const year = years.find((one) => String(one) === c.req.query("year")) ?? years[0] ?? 0;
    const figures = await figuresOfYear(db, year);
    return <TransparencyPage frame={frame} actor={actor} {...{ years, year, figures }} />;
  });
  for (const kind of ["json", "csv"] as const) {
    const type = kind === "json" ? "application/json" : "text/csv; charset=utf-8";
    staff.report(
      `/staff/transparency/:year{[0-9]{1,4}}/statements.${kind}`,
      async ({ c, actor }) => {
        need(actor, "instance", null);
        const year = wholeOf(c.req.param("year"));
        const statements: Statement[] = [];
        const [from, until] = [Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)];
        for await (const one of statementsBetween(db, from, until)) statements.push(one);
        // As many as the database takes in one batch stand in one list of the file.
        const text =
          kind === "json" ? `${JSON.stringify({ statements }, null, 1)}\n` : tableOf(statements);
        return { name: `statements-${year}.${kind}`, type, body: text };
      },
    );
    staff.report(`/staff/transparency/:year{[0-9]{1,4}}/figures.${kind}`, async ({ c, actor }) => {
      need(actor, "instance", null);
      const year = wholeOf(c.req.param("year"));
      const figures = await figuresOfYear(db, year);
      const rows = figures.map((figure) => FIGURE_COLUMNS.map((name) => figure[name]));
      const text =
        kind === "json"
          ? `${JSON.stringify({ year, figures }, null, 1)}\n`
          : csvOf([FIGURE_COLUMNS, ...rows]);
      return { name: `transparency-${year}.${kind}`, type, body: text };
    });
  }
}
