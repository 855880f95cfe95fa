/** @jsxImportSource hono/jsx */
import { textOf } from "@egide/web/form.ts";
import { FILTER_ACTIONS, FILTER_FIELDS, FILTER_KINDS } from "#filter/rule.ts";
import { allows, boardsWhere } from "#moderation/permission.ts";
import { bad, need } from "#moderation/service/deps.ts";
import {
  dropFilter,
  exportList,
  importList,
  keepFilter,
  listsOf,
  switchList,
} from "#moderation/service/lists.ts";
import { FiltersPage, HashListsPage } from "#page/staff/lists.tsx";
import type { StaffRouter } from "#page/staff/session.ts";
import { boardsBy, type StaffSite, wholeOf } from "#page/staff/site.ts";
import { allFilters } from "#store/lists.ts";

/** A list that is pasted or sent as a file is read whole. */
const LIST_BYTES = 64 * 1024 * 1024;

/** Filters of words and links, and lists of known files. */
export function listRoutes(staff: StaffRouter, { deps }: StaffSite): void {
  const db = deps.store.kysely;

  staff.page("/staff/filters", async ({ actor, frame }) => {
    const where = boardsWhere(actor.grants, "editFilters");
    const boards = await boardsBy(db);
    const mine =
      where === "all" ? boards : new Map([...boards].filter(([id]) => where.includes(id)));
    const everywhere = allows(actor.grants, "editFilters", null);
    const filters = (await allFilters(db)).filter(({ boardId }) =>
      boardId === null ? everywhere : mine.has(boardId),
    );
    return (
      <FiltersPage
        frame={frame}
        actor={actor}
        boards={mine}
        everywhere={everywhere}
        filters={filters}
      />
    );
  });
  staff.form("/staff/filters", async ({ actor }, form) => {
    const fields = FILTER_FIELDS.filter((field) => form.getAll("fields").includes(field));
    const [en, fr] = [textOf(form, "message-en"), textOf(form, "message-fr")];
    await keepFilter(deps, actor, {
      boardId: boardOf(form),
      kind: oneOf(FILTER_KINDS, textOf(form, "kind")),
      pattern: textOf(form, "pattern"),
      fields,
      action: oneOf(FILTER_ACTIONS, textOf(form, "action")),
      replacement: textOf(form, "replacement"),
      message: en === "" || fr === "" ? null : { en, fr },
    });
    return "/staff/filters";
  });
  staff.form("/staff/filters/remove", async ({ actor }, form) => {
    await dropFilter(deps, actor, wholeOf(textOf(form, "id")), boardOf(form));
    return "/staff/filters";
  });

  staff.page("/staff/lists", async ({ c, actor, frame }) => {
    need(actor, "editHashLists", null);
    const passedOver = Number(c.req.query("passed") ?? "0");
    const props = { lists: await listsOf(deps), passedOver };
    return <HashListsPage frame={frame} actor={actor} {...props} />;
  });
  staff.form("/staff/lists", async ({ actor }, form) => {
    const { passedOver } = await importList(deps, actor, {
      name: textOf(form, "name"),
      category: textOf(form, "category"),
      text: await listText(form),
    });
    return passedOver === 0 ? "/staff/lists" : `/staff/lists?passed=${passedOver}`;
  });
  for (const [name, enabled] of [
    ["on", true],
    ["off", false],
  ] as const) {
    staff.form(`/staff/list/:id{[0-9]{1,15}}/${name}`, async ({ c, actor }) => {
      await switchList(deps, actor, wholeOf(c.req.param("id")), enabled);
      return "/staff/lists";
    });
  }
  staff.download("/staff/list/:id{[0-9]{1,15}}/export", async ({ c, actor }) => {
    const id = wholeOf(c.req.param("id"));
    return {
      name: `list-${id}.json`,
      json: await exportList(deps, actor, id, "threat-updates"),
    };
  });
}

function boardOf(form: FormData): number | null {
  const id = wholeOf(textOf(form, "board"));
  return id === 0 ? null : id;
}

function oneOf<Name extends string>(names: readonly Name[], given: string): Name {
  const name = names.find((one) => one === given);
  if (name === undefined) throw bad("board.bad_text", "The form is incomplete.");
  return name;
}

async function listText(form: FormData): Promise<string> {
  const file = form.get("file");
  if (!(file instanceof File) || file.size === 0) return textOf(form, "list");
  if (file.size > LIST_BYTES) throw bad("board.bad_text", "The list is too large.");
  return file.text();
}
