import { join } from "node:path";
import { signingKeyOf } from "@egide/contract/signing.ts";
import { forgetSent, Outbox } from "@egide/sql/outbox/outbox.ts";
import type { Clock } from "@egide/std/clock.ts";
import type { CidrSet } from "@egide/std/ip.ts";
import { Accounts } from "@egide/web/account/accounts.ts";
import { accountRoutes } from "@egide/web/account/routes.tsx";
import type { WebContext } from "@egide/web/context.ts";
import { Signer } from "@egide/web/signed.ts";
import { createWeb } from "@egide/web/web.ts";
import { dueDoor } from "#api/due-door.ts";
import { frameOf } from "#api/answer.ts";
import { errorPage, mountBoard } from "#api/mount.tsx";
import { Pace } from "#api/pace.ts";
import type { BoardSite } from "#api/site.ts";
import { accountFrame } from "#app/account.tsx";
import { Forgetting } from "#app/forgetting.ts";
import { fileLimits, type LyingFile, openFiles } from "#app/files.ts";
import { Presence } from "#app/alone.ts";
import { defences } from "#app/guards.ts";
import { forgetFound, postDoor, tellAll } from "#app/post-door.ts";
import { posterOf } from "#app/poster.ts";
import { sealingOf } from "#app/sealing.ts";
import { Secret } from "#app/secret.ts";
import { openCountries } from "#app/countries.ts";
import { STATUSES, TEXTS } from "#app/texts.ts";
import { openWire } from "#app/wire.ts";
import { AddressHasher, HASH_MS, KEY_DAYS, KEYS_KEPT } from "#filter/address.ts";
import { Limits } from "#filter/limits.ts";
import { ExitFile } from "#filter/tor/file.ts";
import { TorVisitors } from "#filter/tor/visitors.ts";
import { every } from "#job/every.ts";
import { expireAll, forgetAddresses, sweep } from "#job/housekeeping.ts";
import { narrowed } from "#media/policy.ts";
import { DecisionTokens } from "#moderation/decision-token.ts";
import type { ModerationDeps } from "#moderation/service/deps.ts";
import { mustKeep } from "#moderation/service/keep.ts";
import { actorOf as rolesOf } from "#moderation/service/staff.ts";
import { ImportDesk } from "#move/desk.ts";
import { isInvitation } from "#move/invitation.ts";
import { makeAssets } from "#page/assets.ts";
import { staffRoutes } from "#page/staff/routes.tsx";
import type { StaffSite } from "#page/staff/site.ts";
import { deliveries } from "#provider/deliver.ts";
import type { EdgePurge } from "#provider/deps.ts";
import { pushFigures } from "#provider/figures.ts";
import { INTAKE_PATH } from "#provider/intake.ts";
import { providerDoor } from "#provider/door.ts";
import type { InstanceSettings } from "#settings/instance.ts";
import { providerSettingsSchema } from "#settings/provider.ts";
import type { StorageKeys } from "#settings/storage.ts";
import { AddressKeys } from "#store/address-keys.ts";
import { openStore } from "#store/open.ts";
import type { ThreadContext } from "#thread/context.ts";
import { Events } from "#thread/events.ts";
import type { Board } from "#thread/model.ts";
import { Previews } from "#thread/previews.ts";

export interface BoardOptions {
  /** `sqlite:…` or `postgres://…`. */
  readonly database: string;
  /** Folder of files. */
  readonly media: string;
  /** Of the bucket, where the settings name one. */
  readonly storageKeys?: StorageKeys | null;
  /** File with the list of Tor's exits; it need not be there yet. */
  readonly torExits?: string;
  /** 32 bytes that no page shows; everything secret is derived from it. */
  readonly secret: Uint8Array;
  readonly settings: InstanceSettings;
  /** Addresses that the site is reached by; looked at with each request. */
  readonly origins: [string, ...string[]];
  /** Proxies that are believed: the edge in front. */
  readonly trusted: CidrSet;
  readonly clock: Clock;
  /** Null where no edge of ours stands in front. */
  readonly edge:
    | (EdgePurge & { readonly forget: (tags: readonly string[]) => Promise<boolean> })
    | null;
  /** Takes what nobody expected, for the log. */
  readonly report: (error: unknown, reference: string) => void;
}

export interface BoardApp {
  readonly site: BoardSite;
  readonly accounts: Accounts;
  readonly moderation: ModerationDeps;
  readonly desk: ImportDesk;
  /** Method and path of every route, as the router names them: what tests try one by one. */
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  /** `peer`: the address that holds the connection. */
  fetch(request: Request, peer: string): Response | Promise<Response>;
  /** True for the one process that is first to claim something, for a while. */
  claim(what: string, ms: number): Promise<boolean>;
  stop(): Promise<void>;
}

const MINUTE = 60_000;
const HOUR = 3_600_000;
const MAX_FORM = 1024 * 1024;
const UPLOADS = {
  paths: /^\/(?:[a-z0-9]{1,24}\/post|staff\/(?:lists|import))$/,
  maxBody: 80 * 1024 * 1024,
} as const;

/** Puts the board together: the one place where rooms meet. */
export async function startBoard(options: BoardOptions): Promise<BoardApp> {
  const { clock, settings, origins, report } = options;
  const secret = new Secret(options.secret);
  const store = await openStore(options.database);
  const files = await openFiles({
    folder: options.media,
    sealing: sealingOf(options.secret),
    storage: settings.storage,
    keys: options.storageKeys ?? null,
    clock,
  });
  const presence = await Presence.enter(options.media, async (alone) => {
    // Where nobody else is at work, what no row names was left by a process that ended.
    const age = alone && store.engine === "sqlite" ? 0 : HOUR;
    await sweep(store, files.store, options.media, clock.now(), age);
  });
  const hasher = new AddressHasher(new AddressKeys(store), KEY_DAYS, KEYS_KEPT);
  await hasher.turn(clock.now());

  const limits = new Limits(store, clock, secret.of("limits"));
  const defence = await defences(
    {
      store,
      clock,
      media: files.store,
      secret: secret.of("filters"),
      limits,
      settings: settings.filters,
    },
    hasher,
  );
  const events = new Events();
  const threads: ThreadContext = {
    store,
    clock,
    settings,
    secret: secret.of("threads"),
    events,
    guards: defence.guards,
    afterWrite: [...defence.afterWrite, forgetFound({ store }, options)],
    mustKeep,
    random: () => crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32,
  };
  const siteUrl = settings.url.replace(/\/$/, "");
  const { hostname } = new URL(settings.url);
  const provider = {
    store,
    clock,
    settings: providerSettingsSchema.parse({
      contact: { org: settings.name, contact: `abuse@${mailHost(hostname)}`, domain: hostname },
      ...settings.provider,
    }),
    siteUrl,
    key: signingKeyOf(secret.of("signing")),
    edge: options.edge,
    media: files.store,
    kick: () => outbox.kick(),
  };
  const outbox = new Outbox(store, {
    clock,
    handlers: deliveries(provider),
    onDead: (kind, key, error) => report(error, `${kind} ${key}`),
  });
  const moderation: ModerationDeps = {
    store,
    clock,
    posts: postDoor(threads, provider),
    kick: () => outbox.kick(),
    siteUrl,
    sealKey: secret.of("legal hold"),
    provider: providerDoor(provider),
  };
  const accounts = new Accounts({
    db: store.kysely,
    dialect: store.engine,
    secret: Buffer.from(secret.of("accounts")).toString("base64url"),
    origins,
    siteName: settings.name,
    registration: settings.boardCreation === "staff" ? "closed" : "open",
    claim: (what, ms) => limits.claim("account", what, ms),
  });
  await accounts.prepare();

  const actorOf = async (c: WebContext) => {
    const session = await accounts.session(c);
    return session === null ? null : rolesOf(store.kysely, session.person);
  };
  const pace = new Pace(limits);
  const policyOf = (board: Board) => narrowed(settings.media, board.settings.media);
  const tor = new TorVisitors(origins);
  const exits = options.torExits === undefined ? null : new ExitFile(options.torExits, tor);
  await exits?.refresh(clock.now()).catch((error: unknown) => report(error, "tor"));
  const geo = openCountries(settings.countries);
  const who = { sessionKey: secret.of("sessions"), hasher, tor, geo };
  const { edge } = options;
  const forgetting = edge === null ? null : new Forgetting((tags) => edge.forget(tags), clock);
  const sweepFiles = async (): Promise<void> => {
    const gone = await sweep(store, files.store, options.media, clock.now(), HOUR);
    if (gone.length === 0) return;
    // Edges may keep files for a year where nobody says that they are gone.
    const event = { kind: "changed", board: "", threadNo: 0, no: 0, media: gone } as const;
    await store.transaction((trx) => tellAll(threads, trx, clock.now(), event));
  };
  const site: BoardSite = {
    threads,
    previews: new Previews(),
    assets: await makeAssets(),
    media: files.store,
    due: dueDoor(moderation, new DecisionTokens(secret.of("decisions"))),
    proof: defence.proof,
    takeFile: (sent, board) => files.take(sent, policyOf(board)),
    filesReady: () => files.ready(),
    fileLimits: (board) => fileLimits(policyOf(board)),
    posterOf: (c) => posterOf(c, who),
    personOf: async (c) => (await accounts.session(c))?.person ?? null,
    actorOf,
    pace,
    forget: (tags) => forgetting?.forget(tags),
    settled: async () => forgetting?.settled(),
    about: {
      people: settings.provider.contact?.org ?? "",
      contact: settings.provider.contact?.contact ?? "",
      keyDays: KEY_DAYS * KEYS_KEPT,
    },
    announcement: "",
    texts: TEXTS,
  };
  const app = createWeb({
    signer: new Signer(secret.of("cookies")),
    origins,
    trusted: options.trusted,
    locale: settings.language,
    policy: { media: [] },
    maxBody: MAX_FORM,
    uploads: UPLOADS,
    signedPaths: [INTAKE_PATH],
    statuses: STATUSES,
    texts: TEXTS,
    errorPage: errorPage(() => site),
    report,
  });
  // Names of the site's own come before those of boards.
  accountRoutes(app, accounts, accountFrame(site), {
    mayRegister: async (c) => pace.mayRegister(await site.posterOf(c)),
    isInvited: (next) => isInvitation(store.kysely, next, clock.now()),
  });
  const failed = (error: unknown): void => report(error, "job");
  const importing = {
    store,
    clock,
    take: (file: LyingFile) => files.takeFrom(file, settings.media),
    ...defence.known,
    hash: (address: string) => hasher.hash(address),
    hashMs: HASH_MS,
  };
  const desk = new ImportDesk(importing, join(options.media, "temp"), failed);
  const staff: StaffSite = {
    deps: moderation,
    provider,
    threads,
    frame: (c) => frameOf(c, site, false),
    actor: actorOf,
    isSignedIn: async (c) => (await accounts.session(c)) !== null,
    findPerson: (name) => accounts.find(name),
    signInPath: "/account/sign-in",
    desk,
    mediaFolder: settings.storage.kind === "disk" ? options.media : null,
  };
  staffRoutes(app, staff);
  mountBoard(app, site);

  const jobs = [
    every(clock, 2000, () => defence.refresh(), failed),
    every(clock, 60_000, async () => exits?.refresh(clock.now()), failed),
    // Another process may have begun a period: bans name hashes under its key.
    every(clock, MINUTE, () => hasher.turn(clock.now()), failed),
    every(clock, MINUTE, () => limits.forget(), failed),
    every(clock, HOUR, () => forgetSent(store, clock.now()), failed),
    every(clock, HOUR, () => forgetAddresses(threads), failed),
    every(clock, HOUR, () => expireAll(threads), failed),
    every(clock, HOUR / 4, () => pushFigures(provider), failed),
    every(clock, HOUR, sweepFiles, failed),
  ];
  const wire = await openWire({ ...options, store, events, report: failed });
  outbox.start();
  return {
    site,
    accounts,
    moderation,
    desk,
    routes: app.routes,
    fetch: (request, peer) => app.fetch(request, { peer }),
    claim: (what, ms) => limits.claim("process", what, ms),
    async stop() {
      await Promise.all(jobs.map((job) => job.stop()));
      desk.cut();
      await desk.settled();
      await wire.stop();
      forgetting?.stop();
      await outbox.stop();
      files.stop();
      presence.leave();
      await store.close();
    },
  };
}

/** A name that mail addresses may end with, also where the site has none yet. */
function mailHost(hostname: string): string {
  if (/\.[a-z]{2,}$/i.test(hostname)) return hostname;
  // A bare name, or an address: nothing that mail could end with.
  return /^[a-z0-9-]+$/i.test(hostname) ? `${hostname}.localdomain` : "localhost.localdomain";
}
