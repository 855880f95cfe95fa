/** @jsxImportSource hono/jsx */
import type { ActKind, ActState, BanScope } from "#moderation/act.ts";
import { APPEAL_MOST, type AppealState } from "#moderation/appeal.ts";
import type { Rule } from "#moderation/rules.ts";
import type { Frame } from "#page/frame.ts";
import { Layout } from "#page/layout.tsx";
import { Fact, Notice, Time } from "#page/part/common.tsx";
import { Area, Button, Form } from "#page/part/form.tsx";
import { sayTime } from "#page/part/say.ts";

/** A decision as the one it concerns is told of it. */
export interface Decision {
  /** Names it in addresses; nobody can guess it. */
  readonly token: string;
  readonly kind: Exclude<ActKind, "approve">;
  readonly state: ActState;
  readonly scope: { readonly kind: BanScope; readonly board: string };
  readonly rule: Rule["text"] | null;
  readonly reason: string;
  /** The post in question, as its writer wrote it. */
  readonly text: string;
  readonly startsAt: number;
  /** Null: without end. */
  readonly endsAt: number | null;
  /** Until when it can be appealed against; null where it can't any more. */
  readonly appealUntil: number | null;
  readonly appeal: { readonly state: AppealState; readonly answer: string } | null;
}

interface DecisionProps {
  readonly frame: Frame;
  readonly decision: Decision;
  /** A text that was refused. */
  readonly refusal?: { readonly message: string; readonly text: string } | undefined;
}

/** What was decided, by which rule, and how to contest it. */
export function DecisionPage({ frame, decision, refusal }: DecisionProps) {
  const { t } = frame;
  const title = t(
    decision.kind === "ban"
      ? "ban.title"
      : decision.kind === "warn"
        ? "ban.warning-title"
        : `decision.${decision.kind}`,
  );
  return (
    <Layout frame={frame} head={{ title, noIndex: true }}>
      <h1>{title}</h1>
      {decision.state === "in-force" ? null : (
        <Notice kind="done">
          {t(decision.state === "ended" ? "decision.ended" : "decision.undone")}
        </Notice>
      )}
      <dl class="facts">
        {decision.kind === "ban" ? (
          <Fact name={t("ban.scope")}>{scopeOf(frame, decision)}</Fact>
        ) : null}
        <Fact name={t("ban.rule")}>{decision.rule?.[frame.locale] ?? "–"}</Fact>
        <Fact name={t("ban.reason")}>{decision.reason === "" ? "–" : decision.reason}</Fact>
        <Fact name={t("ban.since")}>
          <Time frame={frame} at={decision.startsAt} />
        </Fact>
        {decision.kind === "ban" ? (
          <Fact name={t("ban.until")}>
            {decision.endsAt === null ? (
              t("ban.forever")
            ) : (
              <Time frame={frame} at={decision.endsAt} />
            )}
          </Fact>
        ) : null}
        {decision.text === "" ? null : (
          <Fact name={t("ban.post")}>
            <blockquote dir="auto">{decision.text}</blockquote>
          </Fact>
        )}
      </dl>
      {decision.kind === "ban" ? <p>{t("ban.read")}</p> : null}
      {decision.state === "undone" && decision.appeal === null ? null : (
        <section class="panel" id="appeal">
          <h2>{t("appeal.title")}</h2>
          <AppealPart frame={frame} decision={decision} refusal={refusal} />
        </section>
      )}
    </Layout>
  );
}

function AppealPart({ frame, decision, refusal }: DecisionProps) {
  const { t } = frame;
  const { appeal, appealUntil, token } = decision;
  if (appeal !== null) {
    return (
      <Notice
        kind={appeal.state === "open" ? "info" : "done"}
        title={t(appeal.state === "open" ? "appeal.yours" : "appeal.decision")}
      >
        <p>{appeal.state === "open" ? t("appeal.sent") : t(`verdict.${appeal.state}`)}</p>
        {appeal.answer === "" ? null : <blockquote dir="auto">{appeal.answer}</blockquote>}
      </Notice>
    );
  }
  if (appealUntil === null) return <p>{t("appeal.closed")}</p>;
  return (
    <Form frame={frame} action={`/appeal/${token}#appeal`} class="tall">
      <p>
        {t("appeal.lead")} {t("appeal.until", { date: sayTime(appealUntil, frame.locale, "day") })}
      </p>
      {refusal === undefined ? null : <Notice kind="error">{refusal.message}</Notice>}
      <Area
        name="text"
        label={t("appeal.text")}
        value={refusal?.text}
        maxlength={APPEAL_MOST}
        required
      />
      <Button>{t("appeal.send")}</Button>
    </Form>
  );
}

function scopeOf({ t }: Frame, { scope }: Decision): string {
  switch (scope.kind) {
    case "post":
      return t("ban.scope.post");
    case "thread":
      return t("ban.scope.thread");
    case "board":
      return t("ban.scope.board", { board: `/${scope.board}/` });
    case "global":
      return t("ban.scope.site");
  }
}
