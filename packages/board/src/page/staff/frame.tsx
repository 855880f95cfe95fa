/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import { allows, boardsWhere, type Permission } from "#moderation/permission.ts";
import type { Actor } from "#moderation/service/deps.ts";
import type { Frame } from "#page/frame.ts";
import { Layout } from "#page/layout.tsx";
import type { MessageKey } from "#page/message/catalogue.ts";
import { Notice } from "#page/part/common.tsx";

type Tab = readonly [name: MessageKey, href: string, permission: Permission];

/** What moderators do day by day: in sight on every screen. */
const DAILY: readonly Tab[] = [
  ["staff.queue", "/staff/queue", "seeQueue"],
  ["staff.appeals", "/staff/appeals", "decideAppeals"],
  ["staff.acts", "/staff/acts", "seeQueue"],
  ["staff.bans", "/staff/bans", "seeQueue"],
];

/** The rest: folded away where the screen is narrow. */
const OTHERS: readonly Tab[] = [
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
  ["import.title", "/staff/import", "instance"],
  ["staff.log", "/staff/log", "seeStaffLog"],
  ["staff.holds", "/staff/holds", "hold"],
  ["staff.inbox", "/staff/inbox", "readInbox"],
];

/** Pages below a tab whose addresses do not begin with its own. */
const BELOW: Readonly<Record<string, string>> = {
  "/staff/queue": "/staff/item/",
  "/staff/boards": "/staff/board/",
};

/** Whether somebody may do a thing anywhere at all: what tabs are shown by. */
function mayAnywhere({ grants }: Actor, permission: Permission): boolean {
  const boards = boardsWhere(grants, permission);
  return boards === "all" || boards.length > 0 || allows(grants, permission, null);
}

function isAt(path: string, href: string): boolean {
  const below = BELOW[href];
  return path === href || (below !== undefined && path.startsWith(below));
}

interface StaffPageProps {
  readonly frame: Frame;
  readonly actor: Actor;
  readonly title: MessageKey;
  readonly children?: Child;
}

/** Every page of staff: the tabs that their roles open, how what they did went, and the page. */
export function StaffPage({ frame, actor, title, children }: StaffPageProps) {
  const { t } = frame;
  const [, search = ""] = frame.path.split("?");
  const nav = <StaffNav frame={frame} actor={actor} />;
  return (
    <Layout frame={frame} head={{ title: t(title), noIndex: true }} nav={nav} staff wide>
      <h1>{t(title)}</h1>
      {new URLSearchParams(search).has("done") ? (
        <Notice kind="done">{t("staff.done")}</Notice>
      ) : null}
      {children}
    </Layout>
  );
}

function StaffNav({ frame: { t, path }, actor }: Pick<StaffPageProps, "frame" | "actor">) {
  const [pathname = ""] = path.split("?");
  const link = ([name, href]: Tab, kind?: string) => (
    <a href={href} class={kind} aria-current={isAt(pathname, href) ? "page" : undefined}>
      {t(name)}
    </a>
  );
  const others = OTHERS.filter(([, , permission]) => mayAnywhere(actor, permission));
  return (
    <nav class="tabs staff" aria-label={t("staff.nav")}>
      {DAILY.filter(([, , permission]) => mayAnywhere(actor, permission)).map((tab) => link(tab))}
      {/* Where the rest is folded away, the one that is open is in sight all the same. */}
      {others.filter(([, href]) => isAt(pathname, href)).map((tab) => link(tab, "here"))}
      <details>
        <summary>{t("staff.more")}</summary>
        <div>
          {others.map((tab) => link(tab))}
          <a href="/account">{t("staff.own-account")}</a>
        </div>
      </details>
    </nav>
  );
}
