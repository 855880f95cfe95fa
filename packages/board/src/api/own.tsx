/** @jsxImportSource hono/jsx */
import { AppError } from "@egide/std/error.ts";
import type { WebEnv } from "@egide/web/context.ts";
import { describe } from "@egide/web/describe.ts";
import { formOf, textOf } from "@egide/web/form.ts";
import { isLocale } from "@egide/web/locale.ts";
import { LOCALE_COOKIE } from "@egide/web/web.ts";
import type { Hono } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";
import { chosenLanguage, frameOf, page, sharedPage, THEME_COOKIE } from "#api/answer.ts";
import { type BoardSite, tagOf } from "#api/site.ts";
import { apiError } from "#api/texts.ts";
import { address } from "#page/address.ts";
import { isTheme } from "#page/frame.ts";
import { About, MessagePage } from "#page/view/message.tsx";
import { CreateBoard, Preferences } from "#page/view/site.tsx";
import { createBoard } from "#thread/boards.ts";

const YEAR = 365 * 24 * 3600;
const EMPTY = { uri: "", title: "", subtitle: "" } as const;

/** The site's own pages: about it, preferences, and the form that makes a board. */
export function ownRoutes(app: Hono<WebEnv>, site: BoardSite): void {
  const { threads } = site;
  const isSecure = threads.settings.url.startsWith("https:");

  app.get("/about", async (c) => {
    const frame = await frameOf(c, site, true);
    const hours = threads.settings.addressHours;
    const drawn = <About frame={frame} {...site.about} addressHours={hours} />;
    return sharedPage(c, drawn, [tagOf.all]);
  });

  app.get("/:board{[a-z0-9]{1,24}}/held", async (c) => {
    const frame = await frameOf(c, site, false);
    const href = address.board(c.req.param("board"));
    const title = frame.t("post.waits");
    return page(
      c,
      <MessagePage frame={frame} title={title} text={frame.t("post.held")} href={href} />,
    );
  });

  app.get("/preferences", async (c) => {
    const frame = await frameOf(c, site, false);
    const saved = c.req.query("saved") !== undefined;
    return page(c, <Preferences frame={frame} language={chosenLanguage(c)} saved={saved} />);
  });
  app.post("/preferences", async (c) => {
    const form = await formOf(c);
    const options = { path: "/", secure: isSecure, sameSite: "Lax", maxAge: YEAR } as const;
    const theme = textOf(form, "theme");
    if (isTheme(theme) && theme !== "auto") setCookie(c, THEME_COOKIE, theme, options);
    else deleteCookie(c, THEME_COOKIE, { path: "/" });
    const language = textOf(form, "language");
    if (isLocale(language)) setCookie(c, LOCALE_COOKIE, language, options);
    else deleteCookie(c, LOCALE_COOKIE, { path: "/" });
    return c.redirect("/preferences?saved", 303);
  });

  const needsApproval = threads.settings.boardCreation === "approval";
  app.get("/create", async (c) => {
    if ((await site.personOf(c)) === null) return c.redirect("/account/sign-in?next=/create", 303);
    const frame = await frameOf(c, site, false);
    return page(c, <CreateBoard frame={frame} needsApproval={needsApproval} values={EMPTY} />);
  });
  app.post("/create", async (c) => {
    const person = await site.personOf(c);
    if (person === null) throw apiError("board.sign_in");
    const form = await formOf(c);
    const values = {
      uri: textOf(form, "uri"),
      title: textOf(form, "title"),
      subtitle: textOf(form, "subtitle"),
    };
    const frame = await frameOf(c, site, false);
    try {
      await site.pace.take("board", await site.posterOf(c));
      const board = await createBoard(threads, { ...values, ownerId: person.id, staff: false });
      site.forget([tagOf.all]);
      if (board.state === "open") return c.redirect(address.board(board.uri), 303);
      const [title, text] = [frame.t("create.title"), frame.t("create.requested")];
      return page(c, <MessagePage frame={frame} title={title} text={text} href="/" />);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const refusal = describe(error, c.get("locale"), site.texts);
      const again = { needsApproval, values, refusal } as const;
      return page(c, <CreateBoard frame={frame} {...again} />, 422);
    }
  });
}
