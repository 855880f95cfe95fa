/** @jsxImportSource hono/jsx */
import { AppError } from "@egide/std/error.ts";
import type { WebContext, WebEnv } from "@egide/web/context.ts";
import { describe } from "@egide/web/describe.ts";
import { formOf, textOf } from "@egide/web/form.ts";
import { wantsJson } from "@egide/web/problem.ts";
import type { Hono } from "hono";
import { frameOf, page, sharedPage, wholeOf } from "#api/answer.ts";
import { type BoardSite, tagOf } from "#api/site.ts";
import { apiError } from "#api/texts.ts";
import { type Category, CATEGORY_NAMES, factsOf } from "#moderation/category.ts";
import { BoardNav } from "#page/part/board-head.tsx";
import { DecisionPage } from "#page/view/decision.tsx";
import { type Refusal, ReportState } from "#page/view/message.tsx";
import { PostPage } from "#page/view/post.tsx";
import { LogPage, RulesPage } from "#page/view/record.tsx";
import type { Board } from "#thread/model.ts";
import { readableBoard, readPost } from "#thread/read.ts";

/** Reports, what became of them, decisions and appeals, rules and the public log. */
export function dueRoutes(app: Hono<WebEnv>, site: BoardSite): void {
  const { due } = site;
  const context = { store: site.threads.store };

  app.post("/:board{[a-z0-9]{1,24}}/post/:no{[0-9]{1,15}}/report", async (c) => {
    const board = await readableBoard(context, c.req.param("board"));
    const post = await readPost(context, board.uri, Number(c.req.param("no")));
    const form = await formOf(c);
    const report = { category: textOf(form, "category"), reason: textOf(form, "reason") };
    try {
      const category = CATEGORY_NAMES.find((name) => name === report.category);
      if (category === undefined) throw apiError("board.no_category");
      const poster = await site.posterOf(c);
      const { lane, hideAtOnce } = factsOf(category);
      await site.pace.take(lane === "life" ? "life-report" : "report", poster);
      const receipt = await due.report({
        postId: post.id,
        category: category satisfies Category,
        text: report.reason,
        sessionHash: poster.sessionHash,
        mayHide: hideAtOnce && (await site.pace.mayHide(poster)),
      });
      return c.redirect(`/report/${receipt}?new`, 303);
    } catch (error) {
      if (!(error instanceof AppError) || wantsJson(c.req.header("accept"))) throw error;
      const frame = await frameOf(c, site, false);
      const text = describe(error, c.get("locale"), site.texts);
      const refusal = { form: "report", text } as const;
      return page(
        c,
        <PostPage frame={frame} board={board} post={post} refusal={refusal} report={report} />,
        422,
      );
    }
  });

  app.get("/report/:receipt{[A-Za-z0-9_-]{16,64}}", async (c) => {
    return reportPage(c, c.req.param("receipt"), null);
  });
  app.post("/report/:receipt{[A-Za-z0-9_-]{16,64}}/contest", async (c) => {
    const receipt = c.req.param("receipt");
    const text = textOf(await formOf(c), "text");
    try {
      await site.pace.take("appeal", await site.posterOf(c));
      await due.contest(receipt, text);
      return c.redirect(`/report/${receipt}`, 303);
    } catch (error) {
      if (!(error instanceof AppError) || wantsJson(c.req.header("accept"))) throw error;
      const message = describe(error, c.get("locale"), site.texts);
      return reportPage(c, receipt, { message, text });
    }
  });

  async function reportPage(c: WebContext, receipt: string, refusal: Refusal | null) {
    const frame = await frameOf(c, site, false);
    const report = await due.reportState(receipt);
    const isNew = c.req.query("new") !== undefined;
    const props = { frame, report, isNew, path: `/report/${receipt}`, refusal };
    return page(c, <ReportState {...props} />, refusal === null ? 200 : 422);
  }

  app.get("/decision/:token{[A-Za-z0-9_-]{16,64}}", async (c) => {
    const frame = await frameOf(c, site, false);
    const { sessionHash } = await site.posterOf(c);
    const decision = await due.decision(c.req.param("token"), sessionHash);
    if (decision === null) return c.notFound();
    return page(c, <DecisionPage frame={frame} decision={decision} />);
  });

  app.post("/appeal/:token{[A-Za-z0-9_-]{16,64}}", async (c) => {
    const token = c.req.param("token");
    const text = textOf(await formOf(c), "text");
    const poster = await site.posterOf(c);
    try {
      await site.pace.take("appeal", poster);
      await due.appeal(token, text, c.get("locale"));
      return c.redirect(`/decision/${token}#appeal`, 303);
    } catch (error) {
      if (!(error instanceof AppError) || wantsJson(c.req.header("accept"))) throw error;
      const decision = await due.decision(token, poster.sessionHash);
      if (decision === null) throw error;
      const frame = await frameOf(c, site, false);
      const message = describe(error, c.get("locale"), site.texts);
      return page(
        c,
        <DecisionPage frame={frame} decision={decision} refusal={{ message, text }} />,
        422,
      );
    }
  });

  app.get("/rules", (c) => rules(c, null));
  app.get("/:board{[a-z0-9]{1,24}}/rules", async (c) =>
    rules(c, await readableBoard(context, c.req.param("board"))),
  );
  app.get("/log", (c) => log(c, null));
  app.get("/:board{[a-z0-9]{1,24}}/log", async (c) =>
    log(c, await readableBoard(context, c.req.param("board"))),
  );

  async function rules(c: WebContext, board: Board | null): Promise<Response> {
    const frame = await frameOf(c, site, true);
    const sets = await due.rules(board);
    const nav = board === null ? null : <BoardNav frame={frame} board={board} at="rules" />;
    const own = board === null ? null : { uri: board.uri, rules: sets.board };
    const drawn = <RulesPage frame={frame} nav={nav} board={own} site={sets.site} />;
    return sharedPage(c, drawn, [board === null ? tagOf.all : tagOf.board(board.uri)]);
  }

  async function log(c: WebContext, board: Board | null): Promise<Response> {
    const frame = await frameOf(c, site, true);
    const number = Math.max(1, wholeOf(c.req.query("page")) ?? 1);
    const { acts, pages } = await due.log(board, number, c.get("locale"));
    const nav = board === null ? null : <BoardNav frame={frame} board={board} at="log" />;
    const where = board === null ? frame.t("rules.site") : `/${board.uri}/`;
    const href = (to: number): string => `?page=${to}`;
    const drawn = (
      <LogPage
        frame={frame}
        nav={nav}
        where={where}
        acts={acts}
        page={number}
        pages={pages}
        href={href}
      />
    );
    return sharedPage(c, drawn, [board === null ? tagOf.all : tagOf.board(board.uri)]);
  }
}
