/** @jsxImportSource hono/jsx */
import type { Actor } from "#moderation/service/deps.ts";
import type { DeskState } from "#move/desk.ts";
import type { ImportResult } from "#move/run/context.ts";
import type { Frame } from "#page/frame.ts";
import { Fact, Notice, Table, Time } from "#page/part/common.tsx";
import { Button, Check, Field, Form } from "#page/part/form.tsx";
import { StaffPage } from "#page/staff/frame.tsx";

interface ImportProps {
  readonly frame: Frame;
  readonly actor: Actor;
  /** Null: boards are brought in on the server alone. */
  readonly state: DeskState | null;
}

/** Brings one board in from the export of another site, and says what came of it. */
export function ImportPage({ frame, actor, state }: ImportProps) {
  const { t } = frame;
  return (
    <StaffPage frame={frame} actor={actor} title="import.title">
      <p>{t("import.lead")}</p>
      <p>{t("import.left")}</p>
      {state?.kind === "running" ? (
        <>
          <Notice kind="info">{t("import.running")}</Notice>
          <dl class="facts">
            <Fact name={t("import.since")}>
              <Time frame={frame} at={state.since} />
            </Fact>
          </dl>
          <p>
            <code>{state.line}</code>
          </p>
        </>
      ) : null}
      {state?.kind === "idle" && state.last !== null ? (
        <Outcome frame={frame} last={state.last} />
      ) : null}
      {state?.kind === "idle" ? <SendForm frame={frame} /> : null}
      <p>{t("import.larger")}</p>
    </StaffPage>
  );
}

function SendForm({ frame }: { readonly frame: Frame }) {
  const { t } = frame;
  return (
    <Form frame={frame} action="/staff/import" multipart class="panel" label={t("import.title")}>
      <div class="field">
        <label for="import-file">{t("import.file")}</label>
        <input id="import-file" name="export" type="file" accept=".tar" required />
      </div>
      <Field name="uri" label={t("import.uri")} hint={t("import.uri-hint")} maxlength={24} />
      <Field name="owner" label={t("import.owner")} hint={t("import.owner-hint")} maxlength={30} />
      <Check name="dry" label={t("import.dry")} checked />
      <Button>{t("import.send")}</Button>
    </Form>
  );
}

interface OutcomeProps {
  readonly frame: Frame;
  readonly last: NonNullable<Extract<DeskState, { readonly kind: "idle" }>["last"]>;
}

function Outcome({ frame, last }: OutcomeProps) {
  const { t } = frame;
  const { result, fault, refused } = last;
  return (
    <section aria-labelledby="import-last">
      <h2 id="import-last">
        {t("import.last")} (<Time frame={frame} at={last.at} />)
      </h2>
      {fault === null ? null : (
        <Notice kind="warning">{t("import.fault", { reason: fault })}</Notice>
      )}
      {last.dryRun && result !== null ? <Notice kind="info">{t("import.dried")}</Notice> : null}
      {result === null ? null : <Taken frame={frame} result={result} />}
      {refused.length === 0 ? null : (
        <Table
          caption={t("import.refused")}
          head={[t("import.table"), t("import.row"), t("import.reason")]}
        >
          {refused.map(({ table, row, reason }) => (
            <tr>
              <td>{table}</td>
              <td>{row}</td>
              <td>{reason}</td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}

function Taken({ frame, result }: { readonly frame: Frame; readonly result: ImportResult }) {
  const { t } = frame;
  const { boards, rules, filters, acts, invited } = result;
  const head = ["board", "threads", "posts", "known", "files", "held"] as const;
  return (
    <>
      <Table caption={t("import.last")} head={head.map((name) => t(`import.${name}`))}>
        {boards.map(({ from, to, threads, posts, known, files, held }) => (
          <tr>
            <th scope="row">{from === to ? `/${to}/` : `/${from}/ → /${to}/`}</th>
            {[threads, posts, known, files, held].map((count) => (
              <td>{count}</td>
            ))}
          </tr>
        ))}
      </Table>
      <p>{t("import.house", { rules, filters, acts })}</p>
      {invited.length === 0 ? null : (
        <Notice kind="info">
          {t("import.invited")}
          {invited.map(({ name, path }) => (
            <p>
              {name}: <code>{path}</code>
            </p>
          ))}
        </Notice>
      )}
    </>
  );
}
