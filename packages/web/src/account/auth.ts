import { passkey } from "@better-auth/passkey";
import { betterAuth } from "better-auth";
import { twoFactor, username } from "better-auth/plugins";
import type { Kysely } from "kysely";
import { hashPassword, verifyPassword } from "#account/password.ts";

/** What accounts are kept in and named by. */
export interface AccountOptions {
  /** The product's database; accounts have tables of their own in it (`person…`). */
  // oxlint-disable-next-line typescript/no-explicit-any -- better-auth writes to tables that the product's types don't name
  readonly db: Kysely<any>;
  readonly dialect: "sqlite" | "postgres";
  /** At least 32 characters that no page and no log shows. */
  readonly secret: string;
  /** Addresses that the site is reached by; the first one's host is what passkeys are bound to. */
  readonly origins: readonly [string, ...string[]];
  /** The site's name, as authenticator apps and passkey prompts show it. */
  readonly siteName: string;
  /** Whether strangers may make accounts. */
  readonly registration: "open" | "closed";
  /** True for the first alone who claims this within so many milliseconds, in whatever process. */
  readonly claim: (what: string, ms: number) => Promise<boolean>;
}

/** Path that better-auth answers under; the product's router lets only what scripts need through. */
export const AUTH_PATH = "/account/api";
/** Header in which the router hands on the visitor's address; strangers can't set it. */
export const ADDRESS_HEADER = "x-egide-visitor";

export const PASSWORD_LENGTH = { min: 12, max: 128 } as const;
export const USERNAME = /^[A-Za-z0-9_.]{3,30}$/;
const DAY = 24 * 3600;

export function createAuth(options: AccountOptions) {
  const own = new URL(options.origins[0]);
  return betterAuth({
    appName: options.siteName,
    baseURL: own.origin,
    basePath: AUTH_PATH,
    secret: options.secret,
    trustedOrigins: [...options.origins],
    telemetry: { enabled: false },
    logger: { disabled: true },
    database: { db: options.db, type: options.dialect, transaction: true },
    user: { modelName: "person", deleteUser: { enabled: false } },
    session: {
      modelName: "person_session",
      expiresIn: 30 * DAY,
      updateAge: DAY,
      // Passkeys and second factors can only be added soon after a sign-in.
      freshAge: 15 * 60,
    },
    account: { modelName: "person_account", accountLinking: { enabled: false } },
    verification: { modelName: "person_verification" },
    emailAndPassword: {
      enabled: true,
      autoSignIn: false,
      minPasswordLength: PASSWORD_LENGTH.min,
      maxPasswordLength: PASSWORD_LENGTH.max,
      password: { hash: hashPassword, verify: verifyPassword },
    },
    // What fails for a reason of ours (the records are away) is thrown, not said to be refused.
    onAPIError: { throw: true },
    rateLimit: {
      enabled: true,
      // In the records: all processes count as one.
      storage: "database",
      modelName: "person_attempt",
      window: 60,
      max: 120,
      customRules: {
        "/sign-in/username": { window: 60, max: 8 },
        "/sign-in/passkey": { window: 60, max: 20 },
        "/two-factor/*": { window: 60, max: 8 },
        "/change-password": { window: 60, max: 5 },
      },
    },
    advanced: {
      useSecureCookies: own.protocol === "https:",
      cookiePrefix: "person",
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
    },
    plugins: [
      username({ usernameValidator: (name) => USERNAME.test(name) }),
      twoFactor({
        issuer: options.siteName,
        twoFactorTable: "person_second_factor",
        totpOptions: { digits: 6, period: 30 },
      }),
      passkey({
        rpID: own.hostname,
        rpName: options.siteName,
        origin: [...options.origins],
        // Whoever finds a key must not be able to use it: it asks for its PIN, a finger, a face.
        authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
        schema: { passkey: { modelName: "person_passkey" } },
      }),
    ],
  });
}

export type Auth = ReturnType<typeof createAuth>;
