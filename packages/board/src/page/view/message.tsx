/** @jsxImportSource hono/jsx */
import type { Frame } from "#page/frame.ts";
import { Layout } from "#page/layout.tsx";
import type { MessageKey } from "#page/message/catalogue.ts";
import { Fact, Notice, Time } from "#page/part/common.tsx";
import { Area, Button, Form } from "#page/part/form.tsx";

interface ReportStateProps {
  readonly frame: Frame;
  readonly report: {
    readonly no: number;
    readonly state: "waiting" | "seen" | "upheld" | "dismissed" | "contested";
    readonly decidedAt: number | null;
    /** Whether somebody else may still be asked. */
    readonly contestable: boolean;
  };
  /** Shown once, right after the report was sent. */
  readonly isNew: boolean;
  readonly path: string;
  /** Why what the reporter wrote against the dismissal was not taken, and what it was. */
  readonly refusal: Refusal | null;
}

export interface Refusal {
  readonly message: string;
  readonly text: string;
}

/** What became of a report, for who sent it. */
export function ReportState({ frame, report, isNew, path, refusal }: ReportStateProps) {
  const { t } = frame;
  const { no, state, decidedAt, contestable } = report;
  const title = t("report.state.title", { no: String(no) });
  return (
    <Layout frame={frame} head={{ title, noIndex: true }}>
      <h1>{title}</h1>
      {isNew ? <Notice kind="done">{t("report.sent")}</Notice> : null}
      <p>
        {t("report.follow")} <a href={path}>{frame.site.url + path}</a>
      </p>
      <dl class="facts">
        <Fact name={t("report.state")}>{t(`report.state.${state}`)}</Fact>
        {decidedAt === null ? null : (
          <Fact name={t("report.decided")}>
            <Time frame={frame} at={decidedAt} />
          </Fact>
        )}
      </dl>
      {refusal === null || contestable ? null : <Notice kind="error">{refusal.message}</Notice>}
      {contestable ? <Contest frame={frame} action={`${path}/contest`} refusal={refusal} /> : null}
    </Layout>
  );
}

interface ContestProps {
  readonly frame: Frame;
  readonly action: string;
  readonly refusal: Refusal | null;
}

function Contest({ frame, action, refusal }: ContestProps) {
  const { t } = frame;
  return (
    <Form frame={frame} action={action} class="panel" label={t("report.contest")}>
      <h2>{t("report.contest")}</h2>
      <p>{t("report.contest-lead")}</p>
      <Area
        name="text"
        label={t("report.contest-why")}
        value={refusal?.text}
        error={refusal?.message}
        required
        maxlength={2000}
      />
      <Button>{t("report.contest-send")}</Button>
    </Form>
  );
}

const TITLES = new Set([400, 401, 403, 404, 409, 410, 413, 415, 422, 429, 451, 500, 503]);

interface ErrorProps {
  readonly frame: Frame;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly retry: boolean;
  readonly retryAfter: number | null;
  /** What was written into the form that was refused. */
  readonly written: readonly string[];
}

export function ErrorPage(props: ErrorProps) {
  const { frame, status, detail, code, retry, retryAfter, written } = props;
  const { t } = frame;
  const known = TITLES.has(status) ? status : status >= 500 ? 500 : 400;
  const title = t(`error.title.${known}` as MessageKey);
  return (
    <Layout frame={frame} head={{ title, noIndex: true }}>
      <h1>{title}</h1>
      <p class="lead">{detail}</p>
      {retryAfter === null ? null : <p>{t("error.again-in", { seconds: retryAfter })}</p>}
      {retry && retryAfter === null ? <p>{t("error.again")}</p> : null}
      {written.length === 0 ? null : (
        <section class="panel">
          <h2>{t("error.written")}</h2>
          {written.map((text, i) => (
            <textarea
              readonly
              rows={Math.min(12, 2 + text.split("\n").length)}
              dir="auto"
              aria-label={`${t("error.written")} ${i + 1}`}
            >
              {`\n${text}`}
            </textarea>
          ))}
        </section>
      )}
      <p>
        <a class="button" href="/">
          {t("error.home")}
        </a>
      </p>
      <p class="cut">{t("error.reference", { code })}</p>
    </Layout>
  );
}

interface MessageProps {
  readonly frame: Frame;
  readonly title: string;
  readonly text: string;
  readonly href: string;
}

/** That something is done, and the way back. */
export function MessagePage({ frame, title, text, href }: MessageProps) {
  return (
    <Layout frame={frame} head={{ title, noIndex: true }}>
      <h1>{title}</h1>
      <Notice kind="done">{text}</Notice>
      <p>
        <a class="button" href={href}>
          {frame.t("site.back")}
        </a>
      </p>
    </Layout>
  );
}

interface AboutProps {
  readonly frame: Frame;
  readonly people: string;
  readonly contact: string;
  readonly addressHours: number;
  readonly keyDays: number;
}

export function About({ frame, people, contact, addressHours, keyDays }: AboutProps) {
  const { t } = frame;
  return (
    <Layout frame={frame} head={{ title: t("about.title"), canonical: "/about" }}>
      <h1>{t("about.title")}</h1>
      {people === "" ? null : (
        <>
          <h2>{t("about.people")}</h2>
          <p>{people}</p>
        </>
      )}
      {contact === "" ? null : (
        <>
          <h2>{t("about.contact")}</h2>
          <p>{contact}</p>
        </>
      )}
      <h2>{t("about.moderation")}</h2>
      <p>{t("about.moderation.text")}</p>
      <h2>{t("about.privacy")}</h2>
      <ul>
        <li>{t("about.privacy.address", { days: keyDays, hours: addressHours })}</li>
        <li>{t("about.privacy.cookie")}</li>
        <li>{t("about.privacy.files")}</li>
        <li>{t("about.privacy.tor")}</li>
      </ul>
      <h2>{t("about.machines")}</h2>
      <p>
        {t("about.machines.text")} <a href="/boards.json">boards.json</a>{" "}
        <a href="/webring.json">webring.json</a>
      </p>
    </Layout>
  );
}
