/** @jsxImportSource hono/jsx */
import { textOf } from "@egide/web/form.ts";
import { type Grant, mayAppoint, ROLES } from "#moderation/permission.ts";
import { bad } from "#moderation/service/deps.ts";
import { appoint, dismissStaff } from "#moderation/service/staff.ts";
import { inviteAs, openOffers, withdrawOffer } from "#move/invitation.ts";
import { InvitedPage, PeoplePage } from "#page/staff/people.tsx";
import { readPeople } from "#page/staff/read.ts";
import type { StaffRouter } from "#page/staff/session.ts";
import { boardsBy, type StaffSite, wholeOf } from "#page/staff/site.ts";

/** Who has which role: appointed where they have an account, invited where they have none. */
export function peopleRoutes(staff: StaffRouter, site: StaffSite): void {
  const { deps } = site;
  const db = deps.store.kysely;

  staff.page("/staff/people", async ({ actor, frame }) => {
    const people = await readPeople(db, actor);
    const boards = await boardsBy(db);
    const places = [null, ...boards.keys()].filter((boardId) =>
      ROLES.some((role) => mayAppoint(actor.grants, { role, boardId })),
    );
    const roles = ROLES.filter((role) =>
      places.some((boardId) => mayAppoint(actor.grants, { role, boardId })),
    );
    const offers = await openOffers(db, actor, deps.clock.now());
    const props = { frame, actor, boards, people, roles, places, offers };
    return <PeoplePage {...props} />;
  });
  staff.form("/staff/people", async ({ actor }, form) => {
    const person = await site.findPerson(textOf(form, "account").trim());
    if (person === null) throw bad("board.no_person", "There is no account of this name.");
    const { id: accountId, username: name } = person;
    await appoint(deps, actor, { accountId, name, grant: grantOf(form) });
    return "/staff/people";
  });
  staff.form("/staff/people/dismiss", async ({ actor }, form) => {
    await dismissStaff(deps, actor, { accountId: textOf(form, "account"), grant: grantOf(form) });
    return "/staff/people";
  });
  staff.answer("/staff/people/invite", async ({ actor, frame }, form) => {
    const name = textOf(form, "name");
    const path = await inviteAs(deps, actor, { name, ...grantOf(form) });
    return <InvitedPage frame={frame} actor={actor} name={name} link={deps.siteUrl + path} />;
  });
  staff.form("/staff/people/withdraw", async ({ actor }, form) => {
    await withdrawOffer(deps, actor, wholeOf(textOf(form, "id")));
    return "/staff/people";
  });
}

function grantOf(form: FormData): Grant {
  const role = ROLES.find((name) => name === textOf(form, "role"));
  if (role === undefined) throw bad("board.bad_text", "There is no such role.");
  const boardId = wholeOf(textOf(form, "board"));
  return { role, boardId: boardId === 0 ? null : boardId };
}
