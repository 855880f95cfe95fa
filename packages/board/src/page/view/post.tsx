/** @jsxImportSource hono/jsx */
import { CATEGORY_NAMES } from "#moderation/category.ts";
import { address } from "#page/address.ts";
import type { Frame } from "#page/frame.ts";
import { Layout } from "#page/layout.tsx";
import { BoardNav } from "#page/part/board-head.tsx";
import { Notice } from "#page/part/common.tsx";
import { Area, Button, Choice, Field, Form } from "#page/part/form.tsx";
import { drawPost } from "#page/part/post.ts";
import type { Board, Post } from "#thread/model.ts";

interface PostPageProps {
  readonly frame: Frame;
  readonly board: Board;
  readonly post: Post;
  /** What was wrong with the form that was sent. */
  readonly refusal?: { readonly form: "report" | "delete"; readonly text: string } | undefined;
  readonly report?: { readonly category: string; readonly reason: string };
}

/** `/b/post/2`: one post, and what a reader can do about it. */
export function PostPage({ frame, board, post, refusal, report }: PostPageProps) {
  const { t } = frame;
  return (
    <Layout
      frame={frame}
      head={{ title: `/${board.uri}/ ${t("post.no")}\u00a0${post.no}`, noIndex: true }}
      nav={<BoardNav frame={frame} board={board} at="thread" />}
    >
      <h1 class="hidden">{t("post.menu", { no: post.no })}</h1>
      <p>
        <a href={address.post(board.uri, post.threadNo, post.no)}>← {t("site.back")}</a>
        {frame.isStaff ? (
          <>
            {" "}
            · <a href={`/staff/post/${post.id}`}>{t("post.moderate")}</a>
          </>
        ) : null}
      </p>
      {drawPost({ frame, board, post }).element}
      <section class="panel" id="report">
        <h2>{t("report.title", { no: String(post.no) })}</h2>
        {refusal?.form === "report" ? <Notice kind="error">{refusal.text}</Notice> : null}
        <ReportForm frame={frame} board={board} post={post} values={report} />
      </section>
      {board.settings.deletion ? (
        <section class="panel" id="delete">
          <h2>{t("delete.title", { no: String(post.no) })}</h2>
          {refusal?.form === "delete" ? <Notice kind="error">{refusal.text}</Notice> : null}
          <DeleteForm frame={frame} board={board} post={post} />
        </section>
      ) : null}
    </Layout>
  );
}

interface FormProps {
  readonly frame: Frame;
  readonly board: Board;
  readonly post: Post;
}

function ReportForm({
  frame,
  board,
  post,
  values,
}: FormProps & { readonly values: PostPageProps["report"] }) {
  const { t } = frame;
  return (
    <Form frame={frame} action={`${address.acts(board.uri, post.no)}/report#report`} class="tall">
      <p>{t("report.lead")}</p>
      <p class="danger-note">{t("report.danger")}</p>
      <Choice
        legend={t("report.category")}
        name="category"
        value={values?.category}
        options={CATEGORY_NAMES.map((value) => ({ value, label: t(`category.${value}`) }))}
      />
      <Area
        name="reason"
        label={t("report.reason")}
        hint={t("report.reason-hint")}
        value={values?.reason}
        rows={3}
        maxlength={2000}
      />
      <Button>{t("report.send")}</Button>
    </Form>
  );
}

function DeleteForm({ frame, board, post }: FormProps) {
  const { t } = frame;
  return (
    <Form frame={frame} action={`${address.acts(board.uri, post.no)}/delete#delete`} class="tall">
      <p>{t("delete.lead")}</p>
      <Field
        name="password"
        type="password"
        label={t("post.password")}
        hint={t("delete.password-hint")}
        autocomplete="off"
        maxlength={128}
      />
      <Button kind="danger">{t("delete.go")}</Button>
    </Form>
  );
}
