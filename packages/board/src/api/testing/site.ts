import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@egide/std/clock.ts";
import { CidrSet } from "@egide/std/ip.ts";
import { Signer } from "@egide/web/signed.ts";
import { createWeb } from "@egide/web/web.ts";
import { dueDoor } from "#api/due-door.ts";
import { banGuard, unreadGuard } from "#app/ban-guard.ts";
import { errorPage, mountBoard } from "#api/mount.tsx";
import type { Pace } from "#api/pace.ts";
import type { BoardSite } from "#api/site.ts";
import { API_STATUSES, API_TEXTS } from "#api/texts.ts";
import { DecoderPool, DEFAULT_POOL_LIMITS } from "#media/decode/pool.ts";
import { Ingest } from "#media/ingest.ts";
import { DEFAULT_MEDIA_POLICY } from "#media/policy.ts";
import { DiskStore } from "#media/store/disk.ts";
import { Sealing } from "#media/store/sealing.ts";
import type { InstanceSettings } from "#settings/instance.ts";
import { DecisionTokens } from "#moderation/decision-token.ts";
import type { Actor, ModerationDeps } from "#moderation/service/deps.ts";
import { makeAssets } from "#page/assets.ts";
import { THREAD_STATUSES, THREAD_TEXTS } from "#thread/errors.ts";
import { moveThread } from "#thread/move.ts";
import { type Rig, threadRig } from "#thread/testing/rig.ts";
import type { Guard } from "#thread/posting/guard.ts";
import { setPostState } from "#thread/visibility.ts";

export const OWN = "https://board.test";

export interface SiteRig extends Rig {
  readonly site: BoardSite;
  readonly forgotten: string[];
  readonly deps: ModerationDeps;
  /** Who asks is signed in as this; how often they may ask. */
  readonly signedIn: { actor: Actor | null; pace: Pick<Pace, "take"> };
  /** A request of one visitor, whose cookie is kept from answer to answer. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Sends a form as the site's own pages do. */
  send(path: string, fields: Readonly<Record<string, string | File>>): Promise<Response>;
  /** For a server on a real socket. */
  fetch(request: Request, peer: string): Response | Promise<Response>;
  /** Method and path of every route, as the router names them. */
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  /** Somebody else from now on. */
  another(): void;
}

/** The public site over an empty store, with files as they come, driven without sockets. */
export async function siteRig(
  instance: Partial<InstanceSettings> = {},
  decode = false,
): Promise<SiteRig> {
  const folder = await mkdtemp(join(tmpdir(), "egide-site-"));
  const guards: Guard[] = [];
  const rig = await threadRig(
    `sqlite:${join(folder, "board.db")}`,
    { guards },
    { url: OWN, name: "Test boards", ...instance },
  );
  guards.push(
    banGuard(rig.store, { allHashes: () => [] }, () => rig.clock.now()),
    unreadGuard(rig.store),
  );
  const media = new DiskStore(folder, new Sealing(new Uint8Array(32)));
  const forgotten: string[] = [];
  const decoders = new DecoderPool(DEFAULT_POOL_LIMITS, systemClock);
  const ingest = new Ingest({ store: media, decoders, recoder: null, temp: folder });
  const decoded: BoardSite["takeFile"] = async ({ bytes, filename, spoiler }) => {
    const {
      fingerprints: _,
      pdq,
      ...taken
    } = await ingest.ingest({ content: bytes, filename }, DEFAULT_MEDIA_POLICY);
    return { ...taken, pdq: pdq?.hash ?? null, spoiler };
  };
  const asItCame: BoardSite["takeFile"] = async ({ bytes, filename, spoiler }) => {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const path = join(folder, crypto.randomUUID());
    await Bun.write(path, bytes);
    await media.put({ sha256, kind: "png", thumb: false }, path);
    return {
      sha256,
      md5: createHash("md5").update(bytes).digest("hex"),
      pdq: null,
      originalHash: sha256,
      kind: "png",
      filename,
      bytes: bytes.length,
      width: 1,
      height: 1,
      durationMs: null,
      thumb: null,
      spoiler,
    };
  };
  const deps: ModerationDeps = {
    store: rig.store,
    clock: rig.clock,
    posts: {
      setState: async (trx, id, state, now) => {
        await setPostState(rig.store, trx, id, state, now);
      },
      async moveThread(trx, id, to, now) {
        await moveThread(rig, trx, id, to, now);
      },
      turnBoard: async () => undefined,
    },
    kick: () => undefined,
    siteUrl: rig.settings.url,
    sealKey: new Uint8Array(32),
    provider: {
      lifeReported: async () => undefined,
      escalate: async () => "",
      removed: async () => undefined,
    },
  };
  const tokens = new DecisionTokens(new Uint8Array(32).fill(5));
  const free = { take: async () => undefined };
  const signedIn: SiteRig["signedIn"] = { actor: null, pace: free };
  const site: BoardSite = {
    threads: rig,
    previews: rig.previews,
    assets: await makeAssets(),
    media,
    due: dueDoor(deps, tokens),
    proof: {
      ask: async () => null,
      wait: (_poster, known) => ({ ticket: known, seconds: 15 }),
    },
    takeFile: decode ? decoded : asItCame,
    filesReady: () => undefined,
    fileLimits: () => ({ bytesMost: 1e6, secondsMost: 60, kinds: ["PNG"], accept: "image/png" }),
    posterOf: (c) => ({
      sessionHash: c.get("visitor").id,
      addressHash: null,
      prefixHash: null,
      addressPeriod: null,
      address: null,
      country: null,
    }),
    personOf: async () => ({ id: "person" }),
    actorOf: async () => signedIn.actor,
    pace: {
      take: (what, who) => signedIn.pace.take(what, who),
      search: () => undefined,
      mayHide: async () => true,
    },
    forget: (tags) => forgotten.push(...tags),
    settled: async () => undefined,
    about: { people: "", contact: "", keyDays: 7 },
    announcement: "",
    texts: { ...THREAD_TEXTS, ...API_TEXTS },
  };
  const app = createWeb({
    signer: new Signer(new Uint8Array(32).fill(3)),
    origins: [rig.settings.url],
    trusted: new CidrSet([]),
    locale: "en",
    policy: { media: [] },
    maxBody: 2e6,
    signedPaths: [],
    statuses: { ...THREAD_STATUSES, ...API_STATUSES, "board.not_found": 404 },
    texts: site.texts,
    errorPage: errorPage(() => site),
    report: () => undefined,
  });
  mountBoard(app, site);
  let cookie = "";
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (cookie !== "" && !headers.has("cookie")) headers.set("cookie", cookie);
    const response = await app.request(
      rig.settings.url + path,
      { ...init, headers },
      { peer: "192.0.2.1" },
    );
    const set = response.headers.get("set-cookie");
    if (set !== null) cookie = set.split(";", 1)[0] ?? "";
    return response;
  };
  return {
    ...rig,
    site,
    deps,
    signedIn,
    forgotten,
    ask,
    routes: app.routes,
    fetch: (request, peer) => app.fetch(request, { peer }),
    send: async (path, fields) => {
      const body = new FormData();
      for (const [name, value] of Object.entries(fields)) body.set(name, value);
      return ask(path, { method: "POST", body, headers: { origin: rig.settings.url } });
    },
    another: () => {
      cookie = "";
    },
    close: async () => {
      decoders.stop();
      await rig.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
