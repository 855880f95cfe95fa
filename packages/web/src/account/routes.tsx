/** @jsxImportSource hono/jsx */
import { AppError } from "@egide/std/error.ts";
import type { Hono } from "hono";
import type { Child } from "hono/jsx";
import { renderSVG } from "uqr";
import type { Accounts, SignIn } from "#account/accounts.ts";
import { checkPassword } from "#account/accounts.ts";
import { askForVerification, bodyOf, checkVerified } from "#account/passkey.ts";
import { AUTH_PATH } from "#account/auth.ts";
import { nextPath } from "#account/next.ts";
import type { PageProps, Passkey } from "#account/pages.tsx";
import {
  AccountPage,
  NewFactorPage,
  RegisterPage,
  SecondFactorPage,
  SignInPage,
} from "#account/pages.tsx";
import script from "#account/passkey.client.js" with { type: "text" };
import { accountWords } from "#account/words.ts";
import type { WebContext, WebEnv } from "#context.ts";
import { describe, WEB_STATUSES } from "#describe.ts";
import { formOf, textOf } from "#form.ts";
import { statusOf } from "#status.ts";

/** Puts the content of an account page into the product's own frame. */
export type Frame = (
  c: WebContext,
  page: { readonly title: string; readonly body: Child; readonly status: number },
) => Response | Promise<Response>;

const HOME = "/account";

/** The endpoints that the passkey script needs; nothing else of better-auth is open to strangers. */
const OPEN = [
  ["GET", "/passkey/generate-register-options"],
  ["POST", "/passkey/verify-registration"],
  ["GET", "/passkey/generate-authenticate-options"],
  ["POST", "/passkey/verify-authentication"],
] as const;

/** What the product says to who asks. */
export interface AccountGuards {
  /** False where too many accounts come from there. */
  readonly mayRegister: (c: WebContext) => boolean | Promise<boolean>;
  /** Whether who is on the way to this path may make an account where strangers may not. */
  readonly isInvited: (next: string) => boolean | Promise<boolean>;
}

/** Mounts the account pages: sign-in, second factor, passkeys, password. */
export function accountRoutes(
  app: Hono<WebEnv>,
  accounts: Accounts,
  frame: Frame,
  guards: AccountGuards,
): void {
  app.get("/account/passkey.js", (c) =>
    c.body(script, 200, {
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "public, max-age=3600",
    }),
  );

  app.get("/account/sign-in", (c) => signInPage(c, c.req.query("next"), "", null));
  app.post("/account/sign-in", async (c) => {
    const form = await formOf(c);
    const username = textOf(form, "username");
    const outcome = await accounts.signIn(c, username, textOf(form, "password"));
    const next = nextPath(textOf(form, "next"), HOME);
    switch (outcome) {
      case "signed-in":
        return c.redirect(next, 303);
      case "second-factor":
        return c.redirect(`/account/second-factor?next=${encodeURIComponent(next)}`, 303);
      case "refused":
      case "locked":
        return signInPage(c, next, username, failure(outcome, "account.refused"));
    }
  });

  app.get("/account/second-factor", (c) => factorPage(c, c.req.query("next"), null));
  app.post("/account/second-factor", async (c) => {
    const form = await formOf(c);
    const next = nextPath(textOf(form, "next"), HOME);
    const outcome = await accounts.verifyCode(c, textOf(form, "code"));
    if (outcome === "signed-in") return c.redirect(next, 303);
    return factorPage(c, next, failure(outcome, "account.second_factor"));
  });

  app.get("/account/register", async (c) => {
    await refuseClosed(nextPath(c.req.query("next"), HOME));
    return registerPage(c, c.req.query("next"), "", null);
  });
  app.post("/account/register", async (c) => {
    const form = await formOf(c);
    const next = nextPath(textOf(form, "next"), HOME);
    await refuseClosed(next);
    const username = textOf(form, "username");
    const password = textOf(form, "password");
    try {
      if (!(await guards.mayRegister(c))) throw failure("locked", "account.locked");
      await accounts.create(username, password);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return registerPage(c, next, username, error);
    }
    await accounts.signIn(c, username, password);
    return c.redirect(next, 303);
  });

  app.get(HOME, (c) => homePage(c, null, null));
  app.post("/account/sign-out", async (c) => {
    await accounts.ask(c, "/sign-out", {});
    return c.redirect("/", 303);
  });
  app.post("/account/sign-out-everywhere", async (c) => {
    const { person } = await accounts.requireSession(c);
    await accounts.signOutEverywhere(person.id);
    // Its session is gone: this takes the cookies as well.
    await accounts.ask(c, "/sign-out", {});
    return c.redirect("/", 303);
  });
  app.post("/account/password", async (c) => {
    await accounts.requireSession(c);
    const form = await formOf(c);
    const newPassword = textOf(form, "new");
    try {
      checkPassword(newPassword);
    } catch (error) {
      return homePage(c, error as AppError, null);
    }
    const body = {
      currentPassword: textOf(form, "current"),
      newPassword,
      revokeOtherSessions: true,
    };
    const answer = await accounts.ask(c, "/change-password", body);
    if (!answer.ok) return homePage(c, refused(answer), null);
    return homePage(c, null, accountWords(c.get("locale")).passwordChanged);
  });

  app.post("/account/factor/new", async (c) => {
    await accounts.requireSession(c);
    const password = textOf(await formOf(c), "password");
    const answer = await accounts.ask(c, "/two-factor/enable", { password });
    if (!answer.ok) return homePage(c, refused(answer), null);
    const given = (await answer.json()) as { totpURI: string; backupCodes: string[] };
    const secret = new URL(given.totpURI).searchParams.get("secret") ?? "";
    const props = { qr: renderSVG(given.totpURI), secret, codes: given.backupCodes };
    const words = accountWords(c.get("locale"));
    const body = <NewFactorPage {...common(c, HOME, null)} {...props} />;
    return frame(c, { title: words.turnOn, body, status: 200 });
  });
  app.post("/account/factor/on", async (c) => {
    await accounts.requireSession(c);
    const code = textOf(await formOf(c), "code").replaceAll(/\s/g, "");
    const answer = await accounts.ask(c, "/two-factor/verify-totp", { code });
    if (answer.ok) return c.redirect(HOME, 303);
    return homePage(c, failure("refused", "account.factor_not_set"), null);
  });
  app.post("/account/factor/off", async (c) => {
    await accounts.requireSession(c);
    const password = textOf(await formOf(c), "password");
    const answer = await accounts.ask(c, "/two-factor/disable", { password });
    return answer.ok ? c.redirect(HOME, 303) : homePage(c, refused(answer), null);
  });
  app.post("/account/passkey/remove", async (c) => {
    await accounts.requireSession(c);
    const id = textOf(await formOf(c), "id");
    const answer = await accounts.ask(c, "/passkey/delete-passkey", { id });
    return answer.ok ? c.redirect(HOME, 303) : homePage(c, failure("refused", "web.form"), null);
  });

  for (const [method, path] of OPEN) {
    app.on(method, AUTH_PATH + path, async (c) => {
      const body = method === "POST" ? await bodyOf(c) : null;
      if (body !== null) checkVerified(body);
      const answer = await accounts.ask(c, path + new URL(c.req.url).search, body);
      return c.body(askForVerification(await answer.text()), answer.status as 200, {
        "content-type": "application/json",
        "cache-control": "no-store",
      });
    });
  }

  function common(c: WebContext, next: string | undefined, error: AppError | null): PageProps {
    return {
      words: accountWords(c.get("locale")),
      csrf: c.get("csrf"),
      next: nextPath(next, HOME),
      error: error === null ? null : describe(error, c.get("locale"), {}),
    };
  }

  function show(c: WebContext, title: string, body: Child, error: AppError | null) {
    const status = error === null ? 200 : statusOf(error, WEB_STATUSES);
    return frame(c, { title, body, status });
  }

  async function isOpenTo(next: string): Promise<boolean> {
    return accounts.registration === "open" || (await guards.isInvited(next));
  }

  async function refuseClosed(next: string): Promise<void> {
    if (!(await isOpenTo(next))) throw failure("refused", "account.closed");
  }

  async function signInPage(
    c: WebContext,
    next: string | undefined,
    username: string,
    error: AppError | null,
  ) {
    const props = common(c, next, error);
    const mayRegister = await isOpenTo(props.next);
    const page = <SignInPage {...props} username={username} mayRegister={mayRegister} />;
    return show(c, accountWords(c.get("locale")).signIn, page, error);
  }

  function factorPage(c: WebContext, next: string | undefined, error: AppError | null) {
    const page = <SecondFactorPage {...common(c, next, error)} />;
    return show(c, accountWords(c.get("locale")).secondFactor, page, error);
  }

  function registerPage(
    c: WebContext,
    next: string | undefined,
    username: string,
    error: AppError | null,
  ) {
    const page = <RegisterPage {...common(c, next, error)} username={username} />;
    return show(c, accountWords(c.get("locale")).register, page, error);
  }

  async function homePage(c: WebContext, error: AppError | null, notice: string | null) {
    const session = await accounts.session(c);
    if (session === null) return c.redirect(`/account/sign-in?next=${HOME}`, 303);
    const { username, hasSecondFactor } = session.person;
    const props = { username, hasSecondFactor, notice, passkeys: await passkeysOf(accounts, c) };
    const page = <AccountPage {...common(c, HOME, error)} {...props} />;
    return show(c, accountWords(c.get("locale")).account, page, error);
  }
}

async function passkeysOf(accounts: Accounts, c: WebContext): Promise<Passkey[]> {
  const answer = await accounts.ask(c, "/passkey/list-user-passkeys", null);
  if (!answer.ok) return [];
  const given = (await answer.json()) as { id: string; name?: string | null; deviceType: string }[];
  return given.map(({ id, name, deviceType }) => ({ id, name: name || deviceType }));
}

function refused(answer: Response): AppError {
  return failure(answer.status === 429 ? "locked" : "refused", "account.wrong_password");
}

function failure(outcome: Exclude<SignIn, "signed-in">, code: string): AppError {
  return new AppError({
    code: outcome === "locked" ? "account.locked" : code,
    source: "client",
    retry: outcome === "locked",
    publicMessage: "The sign-in was refused.",
  });
}
