/** @jsxImportSource hono/jsx */
import { FILTER_ACTIONS, FILTER_FIELDS, FILTER_KINDS, type FilterRule } from "#filter/rule.ts";
import { CATEGORY_NAMES } from "#moderation/category.ts";
import type { Actor } from "#moderation/service/deps.ts";
import type { ListView } from "#moderation/service/lists.ts";
import type { Frame } from "#page/frame.ts";
import { Notice, Table } from "#page/part/common.tsx";
import { Area, Button, Check, Field, Form, Select } from "#page/part/form.tsx";
import { StaffPage } from "#page/staff/frame.tsx";

interface FiltersProps {
  readonly frame: Frame;
  readonly actor: Actor;
  /** Boards whose filters this person may edit. */
  readonly boards: ReadonlyMap<number, string>;
  /** Whether they may edit the site's. */
  readonly everywhere: boolean;
  readonly filters: readonly FilterRule[];
}

/** Words and links that posts are held against. */
export function FiltersPage({ frame, actor, boards, everywhere, filters }: FiltersProps) {
  const { t } = frame;
  const where = (id: number) => (id === 0 ? t("staff.everywhere") : `/${boards.get(id) ?? "?"}/`);
  const places = [...(everywhere ? [0] : []), ...boards.keys()];
  const head = [t("staff.board"), t("filters.kind"), t("filters.pattern"), t("filters.action"), ""];
  return (
    <StaffPage frame={frame} actor={actor} title="filters.title">
      <Table
        caption={t("filters.title")}
        head={head}
        empty={t("filters.none")}
        rows={filters.length}
      >
        {filters.map((filter) => (
          <tr>
            <td>{where(filter.boardId ?? 0)}</td>
            <td>{t(`filters.kind-${filter.kind}`)}</td>
            <td>
              <code>{filter.pattern}</code>
            </td>
            <td>{t(`filters.action-${filter.action}`)}</td>
            <td>
              <Form frame={frame} action="/staff/filters/remove">
                <input type="hidden" name="id" value={filter.id} />
                <input type="hidden" name="board" value={filter.boardId ?? 0} />
                <Button kind="plain" about={filter.pattern}>
                  {t("staff.take-away")}
                </Button>
              </Form>
            </td>
          </tr>
        ))}
      </Table>
      <Form frame={frame} action="/staff/filters" class="panel" label={t("filters.add")}>
        <h2>{t("filters.add")}</h2>
        <Select
          name="board"
          label={t("staff.board")}
          options={places.map((id) => ({ value: String(id), label: where(id) }))}
        />
        <Select
          name="kind"
          label={t("filters.kind")}
          options={FILTER_KINDS.map((value) => ({ value, label: t(`filters.kind-${value}`) }))}
        />
        <Field name="pattern" label={t("filters.pattern")} required maxlength={1000} />
        <fieldset>
          <legend>{t("filters.fields")}</legend>
          {FILTER_FIELDS.map((value) => (
            <Check name="fields" value={value} label={t(`filters.field-${value}`)} />
          ))}
        </fieldset>
        <Select
          name="action"
          label={t("filters.action")}
          options={FILTER_ACTIONS.map((value) => ({ value, label: t(`filters.action-${value}`) }))}
        />
        <Field name="replacement" label={t("filters.replacement")} maxlength={200} />
        {(["en", "fr"] as const).map((language) => (
          <Field
            name={`message-${language}`}
            label={t(`filters.message-${language}`)}
            hint={t("filters.message-hint")}
            maxlength={300}
          />
        ))}
        <Button>{t("filters.add")}</Button>
      </Form>
    </StaffPage>
  );
}

interface ListsProps {
  readonly frame: Frame;
  readonly actor: Actor;
  readonly lists: readonly ListView[];
  /** Entries of other kinds in what was just taken in. */
  readonly passedOver: number;
}

/** Lists of known files: what is on them is held, sealed and queued. */
export function HashListsPage({ frame, actor, lists, passedOver }: ListsProps) {
  const { t } = frame;
  const head = [t("staff.name"), t("staff.category"), t("lists.entries"), ""];
  return (
    <StaffPage frame={frame} actor={actor} title="lists.title">
      {passedOver > 0 ? (
        <Notice kind="warning">{t("lists.passed-over", { count: passedOver })}</Notice>
      ) : null}
      <Table caption={t("lists.title")} head={head} empty={t("lists.none")} rows={lists.length}>
        {lists.map(({ id, name, category, entries, enabled }) => (
          <tr>
            <td>{name}</td>
            <td>{t(`category.${category}`)}</td>
            <td>{entries}</td>
            <td>
              <Form frame={frame} action={`/staff/list/${id}/${enabled ? "off" : "on"}`}>
                <Button kind="plain" about={name}>
                  {enabled ? t("lists.off") : t("lists.on")}
                </Button>
              </Form>
              <Form frame={frame} action={`/staff/list/${id}/export`}>
                <Button kind="plain" about={name}>
                  {t("lists.export")}
                </Button>
              </Form>
            </td>
          </tr>
        ))}
      </Table>
      <Form frame={frame} action="/staff/lists" multipart class="panel" label={t("lists.import")}>
        <h2>{t("lists.import")}</h2>
        <Field
          name="name"
          label={t("staff.name")}
          hint={t("lists.name-hint")}
          required
          maxlength={80}
        />
        <Select
          name="category"
          label={t("staff.category")}
          required
          options={[
            // Nobody should open the gravest lane because it stood first.
            { value: "", label: t("lists.choose") },
            ...CATEGORY_NAMES.map((value) => ({ value, label: t(`category.${value}`) })),
          ]}
        />
        <Area name="list" label={t("lists.text")} hint={t("lists.text-hint")} rows={6} />
        <div class="field">
          <label for="list-file">{t("lists.file")}</label>
          <input id="list-file" name="file" type="file" />
        </div>
        <Button>{t("lists.import")}</Button>
      </Form>
    </StaffPage>
  );
}
