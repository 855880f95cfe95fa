/** @jsxImportSource hono/jsx */
import { address } from "#page/address.ts";
import { type Frame, THEMES } from "#page/frame.ts";
import { Layout } from "#page/layout.tsx";
import { Notice, Table, Time } from "#page/part/common.tsx";
import { Button, Choice, Field, Form } from "#page/part/form.tsx";
import { sayNumber } from "#page/part/say.ts";
import { drawPreview } from "#page/part/thread.ts";
import type { Board, ThreadPreview } from "#thread/model.ts";

export interface ListedBoard {
  readonly uri: string;
  readonly title: string;
  readonly subtitle: string;
  readonly lastPostAt: number | null;
}

interface HomeProps {
  readonly frame: Frame;
  readonly boards: readonly ListedBoard[];
  /** What the site's people announce, as safe HTML's text. */
  readonly announcement: string;
  readonly canCreate: boolean;
}

/** `/`: what boards there are. */
export function Home({ frame, boards, announcement, canCreate }: HomeProps) {
  const { t } = frame;
  return (
    <Layout frame={frame} head={{ title: frame.site.name, canonical: "/" }}>
      <h1>{frame.site.name}</h1>
      <p class="lead">{t("site.new-here")}</p>
      {announcement === "" ? null : <Notice title={t("home.announcement")}>{announcement}</Notice>}
      <h2>{t("site.boards")}</h2>
      {boards.length === 0 ? <p class="empty">{t("home.no-boards")}</p> : null}
      <ul class="board-list">
        {boards.map((board) => (
          <li>
            <a href={address.board(board.uri)}>
              <span class="uri">/{board.uri}/</span> <b>{board.title}</b>
            </a>
            <p>{board.subtitle}</p>
            {board.lastPostAt === null ? null : (
              <small>
                {t("home.last-post")} <Time frame={frame} at={board.lastPostAt} />
              </small>
            )}
          </li>
        ))}
      </ul>
      {canCreate ? (
        <p>
          <a class="button" href="/create">
            {t("site.create")}
          </a>
        </p>
      ) : null}
    </Layout>
  );
}

interface OverboardProps {
  readonly frame: Frame;
  readonly threads: readonly {
    readonly board: Pick<Board, "uri" | "title">;
    readonly preview: ThreadPreview;
  }[];
}

/** `/overboard`: the threads of all boards together. */
export function Overboard({ frame, threads }: OverboardProps) {
  const { t } = frame;
  return (
    <Layout frame={frame} head={{ title: t("overboard.title"), canonical: "/overboard" }}>
      <h1>{t("overboard.title")}</h1>
      <p class="lead">{t("overboard.lead")}</p>
      {threads.length === 0 ? <p class="empty">{t("overboard.none")}</p> : null}
      {threads.map(
        ({ board, preview }) => drawPreview({ frame, board, preview, withBoard: true }).element,
      )}
    </Layout>
  );
}

interface ArchiveProps {
  readonly frame: Frame;
  readonly board: Board;
  readonly nav: ReturnType<typeof Layout>;
  readonly threads: readonly {
    readonly no: number;
    readonly subject: string;
    readonly replies: number;
    readonly archivedAt: number;
  }[];
  /** Where the next page begins; null where this is the last. */
  readonly next: number | null;
}

/** `/b/archive`: threads that can still be read. */
export function Archive({ frame, board, nav, threads, next }: ArchiveProps) {
  const { t, locale } = frame;
  const title = `/${board.uri}/ – ${t("board.archive")}`;
  const head = [t("post.no"), t("archive.subject"), t("archive.replies"), t("archive.when")];
  return (
    <Layout frame={frame} head={{ title, canonical: address.archive(board.uri) }} nav={nav}>
      <h1>{title}</h1>
      {threads.length === 0 ? (
        <p class="empty">{t("archive.none")}</p>
      ) : (
        <Table caption={t("board.archive")} head={head}>
          {threads.map((thread) => (
            <tr>
              <td>{thread.no}</td>
              <td>
                <a href={address.thread(board.uri, thread.no)}>
                  {thread.subject === ""
                    ? t("thread.title", { no: String(thread.no) })
                    : thread.subject}
                </a>
              </td>
              <td>{sayNumber(thread.replies, locale)}</td>
              <td>
                <Time frame={frame} at={thread.archivedAt} style="day" />
              </td>
            </tr>
          ))}
        </Table>
      )}
      {next === null ? null : (
        <p>
          <a class="button" rel="next" href={`${address.archive(board.uri)}?before=${next}`}>
            {t("site.next")}
          </a>
        </p>
      )}
    </Layout>
  );
}

interface CreateProps {
  readonly frame: Frame;
  /** Whether somebody looks at the request before the board opens. */
  readonly needsApproval: boolean;
  readonly values: { readonly uri: string; readonly title: string; readonly subtitle: string };
  readonly refusal?: string | undefined;
}

/** `/create`: the form with which somebody opens a board. */
export function CreateBoard({ frame, needsApproval, values, refusal }: CreateProps) {
  const { t } = frame;
  return (
    <Layout frame={frame} head={{ title: t("create.title"), noIndex: true }}>
      <h1>{t("create.title")}</h1>
      <p class="lead">{t("create.lead")}</p>
      {needsApproval ? <Notice>{t("create.approval")}</Notice> : null}
      {refusal === undefined ? null : <Notice kind="error">{refusal}</Notice>}
      <Form frame={frame} action="/create" class="tall">
        <Field
          name="uri"
          label={t("create.uri")}
          hint={t("create.uri-hint", { example: `${frame.site.url}/…/` })}
          value={values.uri}
          pattern="[a-z0-9]{1,24}"
          maxlength={24}
          autocomplete="off"
          required
        />
        <Field name="title" label={t("create.name")} value={values.title} maxlength={80} required />
        <Field
          name="subtitle"
          label={t("create.subtitle")}
          value={values.subtitle}
          maxlength={200}
        />
        <Button>{t(needsApproval ? "create.ask" : "create.submit")}</Button>
      </Form>
    </Layout>
  );
}

interface PreferencesProps {
  readonly frame: Frame;
  /** The language that was chosen, or `auto`. */
  readonly language: string;
  readonly saved: boolean;
}

/** `/preferences`: colours and language, in a cookie. */
export function Preferences({ frame, language, saved }: PreferencesProps) {
  const { t } = frame;
  return (
    <Layout frame={frame} head={{ title: t("preferences.title"), noIndex: true }}>
      <h1>{t("preferences.title")}</h1>
      <p class="lead">{t("preferences.lead")}</p>
      {saved ? <Notice kind="done">{t("site.saved")}</Notice> : null}
      <Form frame={frame} action="/preferences" class="tall">
        <Choice
          legend={t("site.theme")}
          name="theme"
          value={frame.theme}
          options={THEMES.map((value) => ({ value, label: t(`site.theme.${value}`) }))}
        />
        <Choice
          legend={t("site.language")}
          name="language"
          value={language}
          options={[
            { value: "auto", label: t("site.language.auto") },
            { value: "en", label: "English" },
            { value: "fr", label: "Français" },
          ]}
        />
        <Button>{t("site.save")}</Button>
      </Form>
    </Layout>
  );
}
