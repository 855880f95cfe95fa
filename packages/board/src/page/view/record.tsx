/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { ActKind } from "#moderation/act.ts";
import type { RuleSet } from "#moderation/rules.ts";
import type { Frame } from "#page/frame.ts";
import { Layout } from "#page/layout.tsx";
import { Pager, Table, Time } from "#page/part/common.tsx";

interface RulesProps {
  readonly frame: Frame;
  readonly nav?: Child;
  /** Null: the site's rules alone. */
  readonly board: { readonly uri: string; readonly rules: RuleSet } | null;
  readonly site: RuleSet;
}

/** The rules in force, each with the id that acts name. */
export function RulesPage({ frame, nav, board, site }: RulesProps) {
  const { t } = frame;
  const title = t("rules.title", { where: board === null ? t("rules.site") : `/${board.uri}/` });
  return (
    <Layout frame={frame} head={{ title }} nav={nav}>
      <h1>{title}</h1>
      {board === null ? null : (
        <RuleList
          frame={frame}
          title={t("rules.of-board")}
          none={t("rules.none")}
          set={board.rules}
        />
      )}
      <RuleList
        frame={frame}
        title={t("rules.of-site")}
        none={t("rules.none-of-site")}
        set={site}
      />
    </Layout>
  );
}

function RuleList({
  frame: { t, locale },
  title,
  none,
  set,
}: {
  readonly frame: Frame;
  readonly title: string;
  /** Said where there is no rule. */
  readonly none: string;
  readonly set: RuleSet;
}) {
  return (
    <section>
      <h2>
        {title} <small>{t("rules.version", { version: set.version })}</small>
      </h2>
      {set.rules.length === 0 ? <p class="empty">{none}</p> : null}
      <ol>
        {set.rules.map((rule) => (
          <li id={`rule-${rule.id}`}>{rule.text[locale]}</li>
        ))}
      </ol>
    </section>
  );
}

/** An act as the public learns of it. */
export interface PublicAct {
  readonly at: number;
  readonly board: string | null;
  readonly kind: ActKind;
  /** `No. 12`, or nothing. */
  readonly postNo: number | null;
  /** The words of the rule, in the reader's language. */
  readonly rule: string;
  readonly undone: boolean;
}

interface LogProps {
  readonly frame: Frame;
  readonly nav?: Child;
  readonly where: string;
  readonly acts: readonly PublicAct[];
  readonly page: number;
  readonly pages: number;
  readonly href: (page: number) => string;
}

export function LogPage({ frame, nav, where, acts, page, pages, href }: LogProps) {
  const { t } = frame;
  const title = t("log.title", { where });
  const head = (["when", "board", "act", "on", "rule"] as const).map((name) => t(`log.${name}`));
  return (
    <Layout frame={frame} head={{ title }} nav={nav} wide>
      <h1>{title}</h1>
      <p class="lead">{t("log.lead")}</p>
      {acts.length === 0 ? (
        <p class="empty">{t("log.none")}</p>
      ) : (
        <Table caption={title} head={head}>
          {acts.map((act) => (
            <tr class={act.undone ? "undone" : undefined}>
              <td>
                <Time frame={frame} at={act.at} />
              </td>
              <td>{act.board === null ? "–" : `/${act.board}/`}</td>
              <td>
                {t(`act.${act.kind}`)}
                {act.undone ? ` (${t("log.undone")})` : ""}
              </td>
              <td>{act.postNo === null ? "–" : `${t("post.no")}\u00a0${act.postNo}`}</td>
              <td dir="auto">{act.rule}</td>
            </tr>
          ))}
        </Table>
      )}
      <Pager frame={frame} page={page} pages={pages} href={href} />
    </Layout>
  );
}
