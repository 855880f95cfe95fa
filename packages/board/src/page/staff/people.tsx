/** @jsxImportSource hono/jsx */
import type { Selectable } from "kysely";
import type { Role } from "#moderation/permission.ts";
import type { Actor } from "#moderation/service/deps.ts";
import type { OpenOffer } from "#move/invitation.ts";
import type { Frame } from "#page/frame.ts";
import { Notice, Table, Time } from "#page/part/common.tsx";
import { Button, Field, Form, Select } from "#page/part/form.tsx";
import { StaffPage } from "#page/staff/frame.tsx";
import type { StaffGrantTable } from "#store/table/moderation.ts";

interface PeopleProps {
  readonly frame: Frame;
  readonly actor: Actor;
  readonly boards: ReadonlyMap<number, string>;
  readonly people: readonly (Selectable<StaffGrantTable> & { readonly name: string })[];
  /** Roles that this person may give, and boards on which they may; null: everywhere. */
  readonly roles: readonly Role[];
  readonly places: readonly (number | null)[];
  readonly offers: readonly OpenOffer[];
}

export function PeoplePage(props: PeopleProps) {
  const { frame, actor, boards, people, offers } = props;
  const { t } = frame;
  const where = whereOf(frame, boards);
  const head = [t("staff.name"), t("staff.role"), t("staff.board"), ""];
  return (
    <StaffPage frame={frame} actor={actor} title="staff.people">
      <Table caption={t("staff.people")} head={head}>
        {people.map(({ staffId, name, role, boardId }) => (
          <tr>
            <td>{name}</td>
            <td>{t(`role.${role}`)}</td>
            <td>{where(boardId)}</td>
            <td>
              <Form frame={frame} action="/staff/people/dismiss">
                <input type="hidden" name="account" value={staffId} />
                <input type="hidden" name="role" value={role} />
                <input type="hidden" name="board" value={boardId} />
                <Button kind="plain" about={`${name}, ${t(`role.${role}`)}`}>
                  {t("staff.take-away")}
                </Button>
              </Form>
            </td>
          </tr>
        ))}
      </Table>
      <GrantForm
        {...props}
        of="appoint"
        action="/staff/people"
        field="account"
        label={t("staff.account")}
        hint={t("staff.account-hint")}
        submit={t("staff.appoint")}
        title={t("staff.appoint")}
      />
      <GrantForm
        {...props}
        of="invite"
        action="/staff/people/invite"
        field="name"
        label={t("staff.name")}
        hint={t("invite.name-hint")}
        submit={t("invite.make")}
        title={t("invite.somebody")}
      />
      {offers.length === 0 ? null : (
        <Table
          caption={t("invite.open")}
          head={[t("staff.name"), t("staff.role"), t("staff.board"), t("staff.until"), ""]}
        >
          {offers.map(({ id, name, role, boardId, endsAt }) => (
            <tr>
              <td dir="auto">{name}</td>
              <td>{t(`role.${role}`)}</td>
              <td>{where(boardId)}</td>
              <td>
                <Time frame={frame} at={endsAt} />
              </td>
              <td>
                <Form frame={frame} action="/staff/people/withdraw">
                  <input type="hidden" name="id" value={id} />
                  <Button kind="plain" about={name}>
                    {t("invite.withdraw")}
                  </Button>
                </Form>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </StaffPage>
  );
}

interface GrantFormProps extends Pick<PeopleProps, "frame" | "boards" | "roles" | "places"> {
  /** Tells the fields of the page's forms apart. */
  readonly of: string;
  readonly action: string;
  readonly title: string;
  /** The field that says who it is. */
  readonly field: string;
  readonly label: string;
  readonly hint: string;
  readonly submit: string;
}

/** Who gets which role, and where. */
function GrantForm(props: GrantFormProps) {
  const { frame, boards, roles, places, of, action, title, field, label, hint, submit } = props;
  const { t } = frame;
  const where = whereOf(frame, boards);
  return (
    <Form frame={frame} action={action} class="panel" label={title}>
      <h2>{title}</h2>
      <Field name={field} label={label} hint={hint} autocomplete="off" required maxlength={30} />
      <Select
        name="role"
        id={`${of}-role`}
        label={t("staff.role")}
        options={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
      />
      <Select
        name="board"
        id={`${of}-board`}
        label={t("staff.board")}
        options={places.map((id) => ({ value: String(id ?? 0), label: where(id) }))}
      />
      <Button>{submit}</Button>
    </Form>
  );
}

interface InvitedProps {
  readonly frame: Frame;
  readonly actor: Actor;
  readonly name: string;
  readonly link: string;
}

/** The one time that a link is shown. */
export function InvitedPage({ frame, actor, name, link }: InvitedProps) {
  const { t } = frame;
  return (
    <StaffPage frame={frame} actor={actor} title="staff.people">
      <Notice kind="done" title={t("invite.made", { name })}>
        <p>
          <code>{link}</code>
        </p>
        <p>{t("invite.made-hint")}</p>
      </Notice>
      <p>
        <a href="/staff/people">{t("staff.people")}</a>
      </p>
    </StaffPage>
  );
}

/** 0, as grants have it, is everywhere too. */
function whereOf({ t }: Frame, boards: ReadonlyMap<number, string>) {
  return (id: number | null) =>
    id === 0 || id === null ? t("staff.everywhere") : `/${boards.get(id) ?? "?"}/`;
}
