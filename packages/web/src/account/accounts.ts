import { AppError } from "@egide/std/error.ts";
import { getMigrations } from "better-auth/db/migration";
import type { AccountOptions, Auth } from "#account/auth.ts";
import { ADDRESS_HEADER, AUTH_PATH, createAuth, PASSWORD_LENGTH, USERNAME } from "#account/auth.ts";
import { hashPassword } from "#account/password.ts";
import type { WebContext } from "#context.ts";

/** Someone with an account: staff, an owner, an operator. */
export interface Person {
  readonly id: string;
  readonly username: string;
  readonly hasSecondFactor: boolean;
}

/** A person's session. */
export interface Session {
  readonly person: Person;
  /** When they signed in, ms since the epoch: delicate acts ask for a fresh sign-in. */
  readonly since: number;
}

/** What came of a sign-in. */
export type SignIn = "signed-in" | "second-factor" | "refused" | "locked";

/** Several processes may begin at once. */
const ATTEMPTS = 4;
/** A code of an app is good in its own half minute, and in those before and behind it. */
const CODE_MS = 120_000;

/** The accounts of a product's people: passwords (Argon2id), TOTP, passkeys, sessions. */
export class Accounts {
  readonly #auth: Auth;
  readonly #own: string;
  readonly #claim: AccountOptions["claim"];
  readonly registration: AccountOptions["registration"];

  constructor(options: AccountOptions) {
    this.#auth = createAuth(options);
    this.#own = options.origins[0];
    this.#claim = options.claim;
    this.registration = options.registration;
  }

  /** Makes or completes the tables; harmless where they are there, or where another process does so now. */
  async prepare(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const { runMigrations } = await getMigrations(this.#auth.options);
      try {
        await runMigrations();
        return;
      } catch (error) {
        // What the other has made meanwhile is not missing any more at the next look.
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Makes an account. Whoever may is the caller's to know. */
  async create(username: string, password: string): Promise<Person> {
    checkUsername(username);
    checkPassword(password);
    const context = await this.#auth.$context;
    const name = username.toLowerCase();
    if ((await this.find(username)) !== null) throw taken();
    try {
      const user = await context.internalAdapter.createUser(
        {
          // Accounts need no address; better-auth does (RFC 2606, section 2).
          email: `${name}@accounts.invalid`,
          emailVerified: false,
          name: username,
          username: name,
          displayUsername: username,
        },
        { method: "email-password" },
      );
      await context.internalAdapter.linkAccount({
        accountId: user.id,
        providerId: "credential",
        userId: user.id,
        password: await hashPassword(password),
      });
      return { id: user.id, username, hasSecondFactor: false };
    } catch (cause) {
      // Two at once: the unique address decides.
      if ((await this.find(username)) !== null) throw taken(cause);
      throw cause;
    }
  }

  async find(username: string): Promise<Person | null> {
    const context = await this.#auth.$context;
    const email = `${username.toLowerCase()}@accounts.invalid`;
    const found = await context.internalAdapter.findUserByEmail(email);
    return found === null ? null : personOf(found.user);
  }

  /** Gives a person a new password and ends all their sessions: what an operator does who is asked. */
  async setPassword(id: string, password: string): Promise<void> {
    checkPassword(password);
    const context = await this.#auth.$context;
    await context.internalAdapter.updatePassword(id, await hashPassword(password));
    await this.signOutEverywhere(id);
  }

  async signOutEverywhere(id: string): Promise<void> {
    const context = await this.#auth.$context;
    await context.internalAdapter.deleteUserSessions(id);
  }

  /** Who is signed in; null where nobody is. */
  async session(c: WebContext): Promise<Session | null> {
    // Most visitors have no account: nothing is asked for them.
    if (!(c.req.header("cookie") ?? "").includes("person.session_token")) return null;
    const found = await this.#auth.api
      .getSession({ headers: c.req.raw.headers })
      .catch((error: unknown) => {
        // The library wraps what its database says; whoever answers should know.
        const { cause } = error as { readonly cause?: unknown };
        throw cause instanceof AppError ? cause : error;
      });
    if (found === null) return null;
    return { person: personOf(found.user), since: found.session.createdAt.getTime() };
  }

  async requireSession(c: WebContext): Promise<Session> {
    const session = await this.session(c);
    if (session !== null) return session;
    throw new AppError({
      code: "account.sign_in_first",
      source: "client",
      retry: false,
      publicMessage: "Sign in to see this page.",
    });
  }

  async signIn(c: WebContext, username: string, password: string): Promise<SignIn> {
    const answer = await this.ask(c, "/sign-in/username", { username, password });
    if (answer.status === 429) return "locked";
    if (!answer.ok) return "refused";
    const body = (await answer.json()) as { twoFactorRedirect?: boolean };
    return body.twoFactorRedirect === true ? "second-factor" : "signed-in";
  }

  /** The second step of a sign-in: a code of the app, or one of the codes kept for its loss. */
  async verifyCode(c: WebContext, code: string): Promise<SignIn> {
    const plain = code.replaceAll(/\s/g, "");
    const isTotp = /^\d{6}$/.test(plain);
    const path = isTotp ? "/two-factor/verify-totp" : "/two-factor/verify-backup-code";
    const answer = await this.#call(c, path, { code: plain });
    if (answer.status === 429 || answer.status === 423) return "locked";
    if (isTotp && answer.ok) {
      const given = (await answer.clone().json()) as { token: string; user: { id: string } };
      // One that somebody read over a shoulder is worth nothing any more (RFC 6238, section 5.2).
      if (!(await this.#claim(`code ${given.user.id} ${plain}`, CODE_MS))) {
        const context = await this.#auth.$context;
        await context.internalAdapter.deleteSession(given.token);
        return "refused";
      }
    }
    handOn(c, answer);
    return answer.ok ? "signed-in" : "refused";
  }

  /**
   * Asks better-auth as the visitor and hands its cookies on. `path` is one of its endpoints; the
   * visitor's address goes with it, for its limits.
   */
  async ask(c: WebContext, path: string, body: object | null): Promise<Response> {
    const answer = await this.#call(c, path, body);
    handOn(c, answer);
    return answer;
  }

  async #call(c: WebContext, path: string, body: object | null): Promise<Response> {
    const headers = new Headers({ origin: this.#own, [ADDRESS_HEADER]: c.get("address") });
    for (const name of ["cookie", "user-agent"]) {
      const value = c.req.header(name);
      if (value !== undefined) headers.set(name, value);
    }
    if (body !== null) headers.set("content-type", "application/json");
    const request = new Request(this.#own + AUTH_PATH + path, {
      method: body === null ? "GET" : "POST",
      headers,
      body: body === null ? null : JSON.stringify(body),
    });
    const answer = await this.#auth.handler(request);
    // Nothing was refused: it could not be decided.
    if (answer.status >= 500) throw unavailable();
    return answer;
  }
}

function handOn(c: WebContext, answer: Response): void {
  for (const cookie of answer.headers.getSetCookie()) {
    c.header("set-cookie", cookie, { append: true });
  }
}

function personOf(user: { id: string; name: string } & Record<string, unknown>): Person {
  return { id: user.id, username: user.name, hasSecondFactor: user["twoFactorEnabled"] === true };
}

function checkUsername(username: string): void {
  if (USERNAME.test(username)) return;
  throw client("account.username", "A user name has 3 to 30 letters, digits, dots or underscores.");
}

export function checkPassword(password: string): void {
  if (password.length >= PASSWORD_LENGTH.min && password.length <= PASSWORD_LENGTH.max) return;
  throw client("account.password", "A password has 12 to 128 characters.");
}

function unavailable(): AppError {
  return new AppError({
    code: "account.unavailable",
    source: "edge",
    retry: true,
    retryAfter: 5,
    publicMessage: "Accounts can't be asked at the moment.",
  });
}

function taken(cause?: unknown): AppError {
  return client("account.taken", "This user name is taken.", cause);
}

function client(code: string, publicMessage: string, cause?: unknown): AppError {
  return new AppError({ code, source: "client", retry: false, publicMessage, cause });
}
