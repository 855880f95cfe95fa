/** @jsxImportSource hono/jsx */
import type { NamedRule } from "#moderation/service/rules.ts";
import type { Frame } from "#page/frame.ts";
import { Area, Button, Check, Field, Form, Select } from "#page/part/form.tsx";

interface MeasuresProps {
  readonly frame: Frame;
  readonly action: string;
  readonly boardId: number;
  readonly rules: readonly NamedRule[];
  readonly boards: ReadonlyMap<number, string>;
}

/** What can be done about a post, by which rule and why. */
export function Measures({ frame, action, boardId, rules, boards }: MeasuresProps) {
  const { t, locale } = frame;
  const none = { value: "", label: t("staff.rule-none") };
  return (
    <Form frame={frame} action={action} class="panel" label={t("staff.act-title")}>
      <h2>{t("staff.act-title")}</h2>
      <fieldset>
        <legend>{t("staff.measure")}</legend>
        {(["approve", "hide", "remove", "warn"] as const).map((kind) => (
          <Check name="measure" value={kind} label={t(`measure.${kind}`)} />
        ))}
      </fieldset>
      <Select
        name="rule"
        label={t("staff.rule")}
        options={[
          none,
          ...rules.map(({ rule, number, boardId: of }) => ({
            value: `${of}:${rule.id}`,
            label: `${number}. ${rule.text[locale]}`,
          })),
        ]}
      />
      <Area name="reason" label={t("staff.reason")} hint={t("staff.reason-hint")} rows={3} />
      <Select
        name="scope"
        label={t("staff.ban-scope")}
        options={(["none", "post", "thread", "board", "global"] as const).map((scope) => ({
          value: scope === "none" ? "" : scope,
          label: t(`staff.ban-${scope}`),
        }))}
      />
      <Select
        name="target"
        label={t("staff.ban-target")}
        options={(["session", "address", "prefix"] as const).map((value) => ({
          value,
          label: t(`staff.by-${value}`),
        }))}
      />
      <Field
        name="days"
        type="number"
        min={0}
        max={3650}
        value={7}
        label={t("staff.ban-days")}
        hint={t("staff.ban-days-hint")}
      />
      <Select
        name="move"
        label={t("staff.move-to")}
        options={[
          none,
          ...[...boards]
            .filter(([id]) => id !== boardId)
            .map(([id, uri]) => ({ value: String(id), label: `/${uri}/` })),
        ]}
      />
      <Button kind="danger">{t("staff.act")}</Button>
    </Form>
  );
}
