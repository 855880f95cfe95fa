/** @jsxImportSource hono/jsx */
import { mayClose } from "#moderation/service/board.ts";
import type { Actor } from "#moderation/service/deps.ts";
import type { Frame } from "#page/frame.ts";
import type { MessageKey } from "#page/message/catalogue.ts";
import { Table, Time } from "#page/part/common.tsx";
import { Button, Check, Field, Form, Select } from "#page/part/form.tsx";
import { labelOf, SETTING_FIELDS, type SettingField, settingOf } from "#page/staff/board-form.ts";
import { StaffPage } from "#page/staff/frame.tsx";
import type { Board } from "#thread/model.ts";

interface BoardsProps {
  readonly frame: Frame;
  readonly actor: Actor;
  readonly boards: readonly Board[];
}

/** Boards that this person looks after; an admin sees those that were asked for first. */
export function BoardsPage({ frame, actor, boards }: BoardsProps) {
  const { t } = frame;
  const head = [t("staff.board"), t("boards.name"), t("staff.state"), t("staff.when"), ""];
  return (
    <StaffPage frame={frame} actor={actor} title="boards.title">
      <Table
        caption={t("boards.title")}
        head={head}
        empty={t("home.no-boards")}
        rows={boards.length}
      >
        {boards.map((board) => (
          <tr>
            <td>/{board.uri}/</td>
            <td>{board.title}</td>
            <td>{t(`boards.state-${board.state}`)}</td>
            <td>
              <Time frame={frame} at={board.createdAt} style="day" />
            </td>
            <td>
              {board.state === "requested" ? (
                <Decision frame={frame} board={board} />
              ) : (
                <a href={`/staff/board/${board.id}`}>
                  {t("boards.configure")}
                  <span class="hidden"> /{board.uri}/</span>
                </a>
              )}
            </td>
          </tr>
        ))}
      </Table>
    </StaffPage>
  );
}

function Decision({ frame, board }: { readonly frame: Frame; readonly board: Board }) {
  const { t } = frame;
  const named = { board: board.uri };
  return (
    <>
      <Form frame={frame} action={`/staff/board/${board.id}/open`} label={t("boards.open", named)}>
        <Button>{t("boards.open", named)}</Button>
      </Form>
      <Form
        frame={frame}
        action={`/staff/board/${board.id}/refuse`}
        label={t("boards.refuse", named)}
      >
        <Button kind="danger">{t("boards.refuse", named)}</Button>
      </Form>
    </>
  );
}

interface BoardProps {
  readonly frame: Frame;
  readonly actor: Actor;
  readonly board: Board;
}

/** All settings of one board. */
export function BoardPage({ frame, actor, board }: BoardProps) {
  const { t } = frame;
  const states = ["open", "locked", ...(mayClose(actor) ? (["closed"] as const) : [])] as const;
  return (
    <StaffPage frame={frame} actor={actor} title="boards.settings">
      <Form frame={frame} action={`/staff/board/${board.id}`} class="panel tall">
        <h2>/{board.uri}/</h2>
        <Field name="title" label={t("boards.name")} value={board.title} required maxlength={80} />
        <Field
          name="subtitle"
          label={t("boards.subtitle")}
          value={board.subtitle}
          maxlength={200}
        />
        <Select
          name="state"
          label={t("staff.state")}
          value={board.state}
          options={states.map((value) => ({ value, label: t(`boards.state-${value}`) }))}
        />
        <div class="field">
          <Check name="listed" label={t("boards.listed")} checked={board.listed} />
        </div>
        {GROUPS.map(([name, fields]) => (
          <fieldset>
            <legend class="group">{t(`setting-group.${name}`)}</legend>
            {fields.map((field) => (
              <Setting frame={frame} board={board} field={field} />
            ))}
          </fieldset>
        ))}
        <Button>{t("staff.save")}</Button>
      </Form>
    </StaffPage>
  );
}

/** What belongs together, by the setting that each group begins with in the schema. */
const FIRST = {
  people: "forcedAnonymous",
  posts: "textMost",
  threads: "threadsPerPage",
  deletion: "deletion",
  defence: "tor",
  approval: "approval.posts",
} as const;

type GroupName = keyof typeof FIRST;

/** Every setting in the schema's order, under the heading of its group. */
const GROUPS: readonly (readonly [GroupName, readonly SettingField[]])[] = groupsOf(SETTING_FIELDS);

function groupsOf(fields: readonly SettingField[]) {
  const groups: [GroupName, SettingField[]][] = [];
  for (const field of fields) {
    const name = (Object.keys(FIRST) as GroupName[]).find((one) => FIRST[one] === field.path);
    if (name !== undefined || groups.length === 0) groups.push([name ?? "people", []]);
    groups.at(-1)?.[1].push(field);
  }
  return groups;
}

interface SettingProps {
  readonly frame: Frame;
  readonly board: Board;
  readonly field: SettingField;
}

function Setting({ frame: { t }, board, field }: SettingProps) {
  const { path: name } = field;
  const label = t(labelOf(name));
  const value = settingOf(board.settings, name);
  switch (field.kind) {
    case "switch":
      return (
        <div class="field">
          <Check name={name} label={label} checked={value === true} />
        </div>
      );
    case "number": {
      const { min, max } = field;
      const hint = t("boards.range", { min, max });
      const bounds = { min, max, hint, type: "number", required: true } as const;
      return <Field name={name} label={label} value={Number(value)} {...bounds} />;
    }
    case "text":
      return (
        <Field name={name} label={label} value={String(value)} required maxlength={field.most} />
      );
    case "several":
      return (
        <fieldset class="several">
          <legend>{label}</legend>
          {field.options.map((option) => (
            <Check
              name={name}
              value={option}
              label={option.toUpperCase()}
              checked={Array.isArray(value) && value.includes(option)}
            />
          ))}
        </fieldset>
      );
    case "choice": {
      const options = field.options.map((option) => ({
        value: option,
        label: t(`setting.${name}-${option}` as MessageKey),
      }));
      return <Select name={name} label={label} value={String(value)} options={options} />;
    }
  }
}
