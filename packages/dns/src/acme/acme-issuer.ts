import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import type { Acme } from "@egide/contract/policy/tls.ts";
import { AppError } from "@egide/std/error.ts";
import acme from "acme-client";
import type { HttpChallenges } from "#acme/http-challenges.ts";
import type { Issuer } from "#acme/issuer.ts";
import type { PemPair } from "#acme/pair.ts";
import type { AcmeStore } from "#acme/store.ts";

export interface AcmeIssuerOptions {
  readonly settings: Acme;
  readonly store: Pick<AcmeStore, "readAccount" | "writeAccount">;
  /** Milliseconds between two looks at an order; the library's own unless a test says otherwise. */
  readonly pollMs?: number;
}

/** An authority that speaks ACME (RFC 8555), by the acme-client library. */
export class AcmeIssuer implements Issuer {
  readonly #options: AcmeIssuerOptions;
  #client: acme.Client | null = null;

  constructor(options: AcmeIssuerOptions) {
    this.#options = options;
    prepareHttp(options.settings);
  }

  async issue(names: readonly string[], challenges: HttpChallenges): Promise<PemPair> {
    retryAfterSeconds = 0;
    try {
      return await this.#order(await this.#account(), names, challenges);
    } catch (cause) {
      throw orderFailed(cause);
    }
  }

  async #order(
    client: acme.Client,
    names: readonly string[],
    challenges: HttpChallenges,
  ): Promise<PemPair> {
    const identifiers = names.map((value) => ({ type: "dns", value }));
    const order = await client.createOrder({ identifiers });
    for (const authorization of await client.getAuthorizations(order)) {
      await prove(client, authorization, challenges);
    }
    const { crypto } = acme;
    const key =
      this.#options.settings.key === "rsa-2048"
        ? await crypto.createPrivateRsaKey(2048)
        : await crypto.createPrivateEcdsaKey("P-256");
    const [, csr] = await crypto.createCsr({ altNames: [...names] }, key);
    const finalized = await client.finalizeOrder(order, csr);
    return { cert: await client.getCertificate(finalized), key: key.toString() };
  }

  /** The account is registered once, and found again by its key. */
  async #account(): Promise<acme.Client> {
    if (this.#client !== null) return this.#client;
    const { pollMs, settings, store } = this.#options;
    const known = store.readAccount();
    const key = known?.key ?? (await acme.crypto.createPrivateEcdsaKey("P-256")).toString();
    // Kept before it is used: a key that the authority knows must not be lost.
    if (known === null) store.writeAccount({ key, url: null });
    const client = new acme.Client({
      directoryUrl: settings.directory,
      accountKey: key,
      ...(known?.url ? { accountUrl: known.url } : {}),
      ...(pollMs === undefined ? {} : { backoffMin: pollMs, backoffMax: pollMs * 10 }),
    });
    if (!known?.url) {
      await client.createAccount({
        termsOfServiceAgreed: true,
        ...(settings.email === undefined ? {} : { contact: [`mailto:${settings.email}`] }),
      });
      store.writeAccount({ key, url: client.getAccountUrl() });
    }
    this.#client = client;
    return client;
  }
}

async function prove(
  client: acme.Client,
  authorization: acme.Authorization,
  challenges: HttpChallenges,
): Promise<void> {
  if (authorization.status === "valid") return;
  const challenge = authorization.challenges.find(({ type }) => type === "http-01");
  if (challenge === undefined) throw new Error("the authority offers no HTTP-01 challenge");
  const answer = await client.getChallengeKeyAuthorization(challenge);
  challenges.put(challenge.token, answer);
  try {
    await client.completeChallenge(challenge);
    await client.waitForValidStatus(challenge);
  } finally {
    challenges.remove(challenge.token);
  }
}

/** Retry-After of the last refusal: the library's errors leave it out. Orders go one at a time. */
let retryAfterSeconds = 0;
let prepared = false;

function prepareHttp(settings: Acme): void {
  const { axios } = acme;
  // The library would sleep for hours inside a request; the keeper's schedule does it outside.
  Object.assign(axios.defaults, {
    acmeSettings: {
      ...(axios.defaults as unknown as AcmeDefaults).acmeSettings,
      retryMaxAttempts: 0,
    },
    timeout: 30_000,
    ...(settings.ca === undefined
      ? {}
      : { httpsAgent: new Agent({ ca: readFileSync(settings.ca, "utf8") }) }),
  });
  if (prepared) return;
  prepared = true;
  axios.interceptors.response.use(
    (response) => {
      note(response);
      return response;
    },
    (error: { response?: Refusal }) => {
      if (error.response !== undefined) note(error.response);
      throw error;
    },
  );
}

interface Refusal {
  readonly status: number;
  readonly headers: Record<string, unknown>;
}

function note({ status, headers }: Refusal): void {
  if (status !== 429 && status !== 503) return;
  const value = headers["retry-after"];
  retryAfterSeconds = typeof value === "string" ? readRetryAfter(value) : 0;
}

interface AcmeDefaults {
  readonly acmeSettings: object;
}

/** RFC 9110, section 10.2.3: seconds or a date. */
export function readRetryAfter(value: string, now = Date.now()): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? 0 : Math.max(0, Math.ceil((date - now) / 1000));
}

function orderFailed(cause: unknown): AppError {
  const said = cause instanceof Error ? cause.message : String(cause);
  const limited = retryAfterSeconds > 0;
  return new AppError({
    code: limited ? "acme.rate_limited" : "acme.order_failed",
    source: "edge",
    retry: true,
    publicMessage: `The certificate authority did not issue: ${said.slice(0, 500)}`,
    ...(limited ? { retryAfter: retryAfterSeconds } : {}),
    cause,
  });
}
