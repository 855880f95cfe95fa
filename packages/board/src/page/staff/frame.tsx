/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import { allows, boardsWhere, type Permission } from "#moderation/permission.ts";
import type { Actor } from "#moderation/service/deps.ts";
import type { Frame } from "#page/frame.ts";
import { Layout } from "#page/layout.tsx";
import type { MessageKey } from "#page/message/catalogue.ts";

const TABS: readonly (readonly [MessageKey, string, Permission])[] = [
  ["staff.queue", "/staff/queue", "seeQueue"],
  ["staff.appeals", "/staff/appeals", "decideAppeals"],
  ["staff.acts", "/staff/acts", "seeQueue"],
  ["staff.bans", "/staff/bans", "seeQueue"],
  ["staff.remove", "/staff/remove", "removePattern"],
  ["staff.rules", "/staff/rules", "editRules"],
  ["staff.people", "/staff/people", "appointStaff"],
  ["boards.title", "/staff/boards", "configure"],
  ["filters.title", "/staff/filters", "editFilters"],
  ["lists.title", "/staff/lists", "editHashLists"],
  ["staff.statistics", "/staff/statistics", "seeStatistics"],
  ["storage.title", "/staff/storage", "instance"],
  ["transparency.title", "/staff/transparency", "instance"],
  ["export.title", "/staff/export", "configure"],
  ["staff.log", "/staff/log", "seeStaffLog"],
  ["staff.holds", "/staff/holds", "hold"],
  ["staff.inbox", "/staff/inbox", "readInbox"],
];

/** Whether somebody may do a thing anywhere at all: what tabs are shown by. */
function mayAnywhere({ grants }: Actor, permission: Permission): boolean {
  const boards = boardsWhere(grants, permission);
  return boards === "all" || boards.length > 0 || allows(grants, permission, null);
}

interface StaffPageProps {
  readonly frame: Frame;
  readonly actor: Actor;
  readonly title: MessageKey;
  readonly children?: Child;
}

/** Every page of staff: the tabs that their roles open, and the page. */
export function StaffPage({ frame, actor, title, children }: StaffPageProps) {
  const { t, path } = frame;
  const nav = (
    <nav class="tabs" aria-label={t("staff.nav")}>
      {TABS.filter(([, , permission]) => mayAnywhere(actor, permission)).map(([name, href]) => (
        <a href={href} aria-current={path.startsWith(href) ? "page" : undefined}>
          {t(name)}
        </a>
      ))}
    </nav>
  );
  return (
    <Layout frame={frame} head={{ title: t(title), noIndex: true }} nav={nav} wide>
      <h1>{t(title)}</h1>
      {children}
    </Layout>
  );
}
