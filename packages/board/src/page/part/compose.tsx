/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import { address } from "#page/address.ts";
import type { Frame } from "#page/frame.ts";
import { Notice } from "#page/part/common.tsx";
import { Area, Button, Check, Field, Form } from "#page/part/form.tsx";
import { sayBytes, sayCapcode } from "#page/part/say.ts";
import type { Board } from "#thread/model.ts";
import { NAME_MOST, SUBJECT_MOST } from "#thread/posting/check.ts";

/** What somebody wrote: given back to them where it was refused. */
export interface Draft {
  readonly name: string;
  readonly subject: string;
  readonly text: string;
  readonly sage: boolean;
}

export const NO_DRAFT: Draft = { name: "", subject: "", text: "", sage: false };

/** What the files of a post may be. */
export interface FileLimits {
  readonly bytesMost: number;
  readonly secondsMost: number;
  /** `JPEG`, `PNG`, … */
  readonly kinds: readonly string[];
  /** For the `accept` attribute. */
  readonly accept: string;
}

interface ComposeProps {
  readonly frame: Frame;
  readonly board: Board;
  /** The thread to reply to; null opens one. */
  readonly threadNo: number | null;
  readonly draft?: Draft;
  readonly files: FileLimits;
  /** Why the last try was refused, in the poster's language. */
  readonly refusal?: string | undefined;
  /** Nothing is wrong with the post: one more step is due, which the form says. */
  readonly isStep?: boolean;
  /** Where that is explained, and can be contested. */
  readonly decision?: string | undefined;
  /** The capcode under which this reader may write; null where they may not. */
  readonly capcode?: string | null | undefined;
  /** What a defence asks of the poster, such as a proof of work. */
  readonly children?: Child;
}

/** The form to write a post. Folded away where a thread would be opened; scripts unfold it too. */
export function Compose(props: ComposeProps) {
  const { frame, threadNo, refusal, draft } = props;
  const isOpen = threadNo !== null || refusal !== undefined || (draft?.text ?? "") !== "";
  return (
    <details class="compose" id="reply" open={isOpen}>
      <summary>{frame.t(threadNo === null ? "post.new-thread" : "post.posting-in")}</summary>
      {refusal === undefined ? null : (
        <Notice
          kind={props.isStep === true ? "warning" : "error"}
          title={frame.t(props.isStep === true ? "post.step" : "post.refused")}
        >
          <p>{refusal}</p>
          {props.decision === undefined ? null : (
            <p>
              <a href={props.decision}>{frame.t("ban.why")}</a>
            </p>
          )}
          <p>{frame.t("post.kept")}</p>
        </Notice>
      )}
      <ComposeForm {...props} />
    </details>
  );
}

function ComposeForm(props: ComposeProps) {
  const { frame, board, threadNo, draft = NO_DRAFT, files, capcode = null, children } = props;
  const { t } = frame;
  const { settings, uri } = board;
  return (
    <Form
      frame={frame}
      // What comes back with the page is read from here on.
      action={`${address.compose(uri)}#reply`}
      multipart
      label={t("post.reply")}
      proof={frame.assets.proof}
    >
      {threadNo === null ? null : <input type="hidden" name="thread" value={threadNo} />}
      <div class="row">
        {settings.forcedAnonymous ? null : (
          <Field
            name="name"
            label={t("post.name")}
            value={draft.name}
            maxlength={NAME_MOST}
            autocomplete="nickname"
          />
        )}
        <Field
          name="subject"
          label={t("post.subject")}
          value={draft.subject}
          maxlength={SUBJECT_MOST}
          required={threadNo === null && settings.subjectRequired}
        />
      </div>
      <Area name="text" label={t("post.text")} value={draft.text} maxlength={settings.textMost} />
      {settings.filesMost === 0 || files.kinds.length === 0 ? null : (
        <FileField frame={frame} most={settings.filesMost} limits={files} />
      )}
      {children}
      <div class="send">
        <Button>{t("post.send")}</Button>
        {threadNo === null ? null : (
          <Check name="sage" label={t("post.sage")} checked={draft.sage} />
        )}
        {settings.filesMost === 0 ? null : <Check name="spoiler" label={t("post.spoiler-file")} />}
        {capcode === null ? null : (
          <Check
            name="as"
            value="staff"
            label={t("post.as-staff", { capcode: sayCapcode(capcode, t) })}
          />
        )}
      </div>
      <MoreOptions
        frame={frame}
        withName={!settings.forcedAnonymous}
        withMarkup={threadNo !== null}
      />
    </Form>
  );
}

function FileField({
  frame: { t, locale },
  most,
  limits,
}: {
  readonly frame: Frame;
  readonly most: number;
  readonly limits: FileLimits;
}) {
  const hint = t("post.files-hint", {
    count: most,
    size: sayBytes(limits.bytesMost, locale),
    kinds: limits.kinds.join(", "),
  });
  return (
    <div class="field">
      <label for="files">{t("post.files")}</label>
      <input
        type="file"
        id="files"
        name="files"
        multiple={most > 1}
        accept={limits.accept}
        aria-describedby="files-hint"
      />
      <small id="files-hint">{hint}</small>
    </div>
  );
}

const MARKUP = [
  [">…", "post.markup.quote"],
  [">>1", "post.markup.ref"],
  [">>>/b/1", "post.markup.cross"],
  ["**…**", "post.markup.bold"],
  ["''…''", "post.markup.italic"],
  ["~~…~~", "post.markup.strike"],
  ["||…||", "post.markup.spoiler"],
  ["`…`", "post.markup.code"],
  ["==…==", "post.markup.heading"],
  ["##2d6+1", "post.markup.dice"],
] as const;

interface MoreProps {
  readonly frame: Frame;
  /** What a name may be: nothing where the board takes none. */
  readonly withName: boolean;
  /** How texts are formatted: left out where the page has to be light. */
  readonly withMarkup: boolean;
}

function MoreOptions({ frame: { t }, withName, withMarkup }: MoreProps) {
  return (
    <details class="more">
      <summary>{t("post.more")}</summary>
      {withName ? (
        <p>
          <small>{t("post.name-hint")}</small>
        </p>
      ) : null}
      <Field
        name="password"
        type="password"
        label={t("post.password")}
        hint={t("post.password-hint")}
        autocomplete="off"
        maxlength={128}
      />
      {withMarkup ? <Markup t={t} /> : null}
    </details>
  );
}

function Markup({ t }: { readonly t: Frame["t"] }) {
  return (
    <dl class="markup" aria-label={t("post.markup")}>
      {MARKUP.map(([written, key]) => (
        <div>
          <dt>
            <code>{written}</code>
          </dt>
          <dd>{t(key)}</dd>
        </div>
      ))}
    </dl>
  );
}
