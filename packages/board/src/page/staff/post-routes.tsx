/** @jsxImportSource hono/jsx */
import { textOf } from "@egide/web/form.ts";
import { CATEGORY_NAMES } from "#moderation/category.ts";
import { act } from "#moderation/service/act.ts";
import { bad, need, notFound } from "#moderation/service/deps.ts";
import { answerFor, noteLook } from "#moderation/service/post.ts";
import { itemAbout } from "#moderation/service/queue.ts";
import { takeReport } from "#moderation/service/report.ts";
import { rulesOn } from "#moderation/service/rules.ts";
import { staffNames } from "#moderation/service/staff.ts";
import { KIND_FACTS } from "#media/kind.ts";
import { orderOf } from "#page/staff/act-form.ts";
import { StaffPostPage } from "#page/staff/post.tsx";
import {
  editsOf,
  isDetected,
  type StaffPost,
  staffPost,
  staffThread,
} from "#page/staff/read-post.ts";
import type { StaffRouter } from "#page/staff/session.ts";
import { boardsBy, type StaffSite, wholeOf } from "#page/staff/site.ts";
import { editPost, flagThread } from "#thread/edit.ts";

const POST = "/staff/post/:id{[0-9]{1,15}}";

/** One post, its thread and its files, whether it was reported or not. */
export function postRoutes(staff: StaffRouter, site: StaffSite): void {
  const { deps, threads, provider } = site;
  const db = deps.store.kysely;

  async function postAt(id: string | undefined): Promise<StaffPost> {
    const post = await staffPost(db, wholeOf(id));
    if (post === null) throw notFound();
    return post;
  }

  staff.page(POST, async ({ c, actor, frame }) => {
    const post = await postAt(c.req.param("id"));
    need(actor, "seeQueue", post.boardId);
    const item = await itemAbout(db, post.id);
    const props = {
      post,
      thread: await staffThread(db, post),
      edits: await editsOf(db, post.id),
      itemId: item?.waiting === 1 ? item.id : null,
      rules: await rulesOn(db, post.boardId),
      boards: await boardsBy(db),
      names: await staffNames(db),
    };
    return <StaffPostPage frame={frame} actor={actor} {...props} />;
  });

  staff.form(`${POST}/act`, async ({ c, actor }, form) => {
    const { id } = await postAt(c.req.param("id"));
    await act(deps, actor, orderOf(form, id, deps.clock.now()));
    return `/staff/post/${id}`;
  });

  staff.form(`${POST}/edit`, async ({ c, actor }, form) => {
    const { id, uri, no, boardId } = await postAt(c.req.param("id"));
    need(actor, "editPosts", boardId);
    const reason = textOf(form, "reason").trim();
    if (reason === "" || reason.length > 1000) {
      throw bad("board.bad_reason", "Say why, in 1000 characters at most.");
    }
    const edit = { subject: textOf(form, "subject").trim(), text: textOf(form, "text") };
    const also = answerFor(deps, actor, { action: "post.edit", detail: { reason } });
    await editPost(threads, uri, no, { ...edit, reason, staffId: actor.id }, also);
    return `/staff/post/${id}`;
  });

  staff.form(`${POST}/flags`, async ({ c, actor }, form) => {
    const { id, uri, threadNo, boardId } = await postAt(c.req.param("id"));
    need(actor, "flagThreads", boardId);
    const flags = {
      sticky: form.has("sticky"),
      locked: form.has("locked"),
      bumpLocked: form.has("bumpLocked"),
      cyclic: form.has("cyclic"),
    };
    const also = answerFor(deps, actor, { action: "thread.flags", detail: flags });
    await flagThread(threads, uri, threadNo, flags, also);
    return `/staff/post/${id}`;
  });

  staff.form(`${POST}/report`, async ({ c, actor }, form) => {
    const { id, boardId } = await postAt(c.req.param("id"));
    need(actor, "seeQueue", boardId);
    const category = CATEGORY_NAMES.find((name) => name === textOf(form, "category"));
    if (category === undefined) throw bad("board.bad_text", "There is no such category.");
    const text = textOf(form, "reason");
    await takeReport(deps, { postId: id, category, text, source: "staff", sessionHash: null });
    const item = await itemAbout(db, id);
    return item === null ? "/staff/queue" : `/staff/item/${item.id}`;
  });

  // Whoever judges a picture has to see it, sealed or not; looking at what is sealed is logged.
  staff.file(`${POST}/file/:position{[0-9]{1,2}}`, async ({ c, actor }) => {
    const post = await postAt(c.req.param("id"));
    need(actor, "seeQueue", post.boardId);
    const position = wholeOf(c.req.param("position"));
    const file = post.files.find((one) => one.position === position);
    if (file === undefined) throw notFound();
    // What a list found is judged by the site's staff, and looked at by nobody else: whoever opens a
    // board would else be shown all that the lists keep from the public.
    if (file.state !== "stored" && (await isDetected(db, file.sha256)))
      need(actor, "approve", null);
    const name = { sha256: file.sha256, kind: file.kind, thumb: false };
    const sealed = await provider.media.openSealed(name);
    const body = sealed ?? (await provider.media.open(name));
    if (body === null) throw notFound();
    if (sealed !== null) await noteLook(deps, actor, post, file.sha256);
    return { body, type: KIND_FACTS[file.kind].type };
  });
}
