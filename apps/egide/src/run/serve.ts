import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createChallengeMemory } from "@egide/challenge/verify/memory.ts";
import type { Config } from "@egide/contract/config.ts";
import { parseListenAddress } from "@egide/contract/policy/address.ts";
import type { BanRequest } from "@egide/edge/kernel/bans.ts";
import { Kernel } from "@egide/edge/kernel/kernel.ts";
import { createMetricsMemory, SharedMetrics } from "@egide/edge/log/metrics/shared.ts";
import { createMitigationMemory } from "@egide/edge/mitigate/memory.ts";
import type { Mitigation as MitigationRule } from "@egide/edge/mitigate/rule.ts";
import type { BanWish } from "@egide/edge/mitigate/strikes.ts";
import { machineTime } from "@egide/edge/wire/process-time.ts";
import { createLimitMemory } from "@egide/limit/cells.ts";
import { systemClock } from "@egide/std/clock.ts";
import { AppError } from "@egide/std/error.ts";
import { answerBan } from "#ban/answer.ts";
import { BanExchanging } from "#ban/exchanging.ts";
import type { Loaded } from "#config/load.ts";
import { renderProblem, type Paint } from "#config/problem.ts";
import type { Logger } from "#log/logger.ts";
import { DecisionLog } from "#mitigation/decision-log.ts";
import { MitigationFile } from "#mitigation/file.ts";
import { watchOrders } from "#order/watch.ts";
import { findPredecessor, openControlSocket, type Predecessor } from "#run/control-socket.ts";
import type { Addresses } from "#run/message.ts";
import { Mitigation } from "#run/mitigation.ts";
import { answerMitigation } from "#run/mitigation-answer.ts";
import { openMetrics } from "#run/metrics-server.ts";
import { neverBanned } from "#run/never-banned.ts";
import { notifyServiceManager } from "#run/notify.ts";
import { answerPurge } from "#run/purge.ts";
import { Policy } from "#run/policy.ts";
import { type Issued, reload } from "#run/reload.ts";
import { replace } from "#run/replace.ts";
import { onSignals } from "#run/signals.ts";
import { steerToThisProcess } from "#run/steer.ts";
import { readBotRanges } from "#bots/file.ts";
import { loadKeys } from "#run/keys.ts";
import { Supervisor } from "#run/supervisor.ts";
import { spawnThread } from "#run/thread.ts";
import { CertificateProvider } from "#tls/provider.ts";

export interface ServeOptions {
  readonly config: Config;
  /** Reads the configuration again; null where there is no file to read. */
  readonly reload: (() => Loaded) | null;
  /** A signed snapshot in place of a file and of the directory of orders; `reload` reads it. */
  readonly issued?: Issued | null;
  /** Take over from the process that serves now, if there is one. */
  readonly takeover: boolean;
  /** Called once visitors are answered. */
  readonly onReady: (addresses: Addresses, metrics: string | null) => void;
  readonly logger: Logger;
  readonly paint: Paint;
  /** Where the program was started: a newer process is started there too. */
  readonly cwd: string;
  /** The program of a worker thread. */
  readonly worker: URL;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Counters of rate limits: room for 680,000, of which the system gives only what is used. */
const LIMIT_BYTES = 33_554_432;

/** How long handshakes that the older process has begun may take to reach its accept queue. */
const HANDSHAKE_MS = 1000;

/** env → config → start → stop: runs until a signal ends it, then answers the exit code. */
export async function serve(options: ServeOptions): Promise<number> {
  const { logger, env } = options;
  const { state, shutdown, listen } = options.config;
  const socketPath = join(state, "egide.sock");
  const ordersPath = join(state, "orders");
  prepareState(state);
  const predecessor = await findPredecessor(socketPath);
  if (predecessor !== null && !options.takeover) {
    predecessor.hangUp();
    throw new AppError({
      code: "edge.already_running",
      source: "operator",
      retry: false,
      publicMessage: `process ${predecessor.hello.pid} already serves from ${state}; --takeover replaces it`,
    });
  }

  const issued = options.issued ?? null;
  const policy = new Policy(options.config, issued?.orders ?? [], systemClock);
  let supervisor: Supervisor | null = null;
  let followed: { close(): void } | null =
    issued !== null
      ? null
      : watchOrders(ordersPath, systemClock, {
          changed(all) {
            policy.setOrders(all);
            supervisor?.apply(policy.snapshot());
            if (supervisor !== null) logger.info({ orders: all.length }, "orders changed");
            for (const order of policy.strayOrders()) {
              logger.warn(
                { order: order.id, zone: order.zone },
                "an order is for a zone that is not here",
              );
            }
          },
          refused(problems) {
            for (const problem of problems) logger.error(renderProblem(problem, options.paint));
            logger.error(
              { directory: ordersPath },
              "orders not taken: those in force stay in force",
            );
          },
        });

  const { addresses: inherited } = predecessor?.hello ?? {};
  const certificates = new CertificateProvider({
    state,
    acme: options.config.acme,
    clock: systemClock,
    logger,
    onChange: () => supervisor?.setCertificates(certificates.entries()),
    onChallenges: (entries) => supervisor?.setChallenges(entries),
  });
  await certificates.setZones(options.config.zones);
  const kernel = openKernel(options);
  const exchanging = new BanExchanging({
    kernel,
    state,
    settings: () => policy.config.bans,
    clock: systemClock,
    logger,
  });
  const workers = workerCount(options.config);
  const counters = createMetricsMemory(workers);
  const keys = loadKeys(state);
  const shared = createMitigationMemory(keys.secret);
  const now = machineTime(systemClock);
  supervisor = new Supervisor({
    workers,
    settings: {
      listen: { ...listen, ...inherited },
      log: options.config.log,
      cacheBytes: Math.floor(options.config.cache.memoryBytes / workers),
      cacheDisk: { path: join(state, "cache"), bytes: options.config.cache.diskBytes },
      geo: options.config.geo,
      keys,
      botRanges: readBotRanges(state, (message) => logger.warn(message)),
      challenge: createChallengeMemory(),
      rules: join(state, "rules", "crs"),
      samples: join(state, "samples"),
      appeals: join(state, "appeals"),
      metrics: counters,
      mitigation: shared,
      bans: kernel.memory,
      limits: createLimitMemory(LIMIT_BYTES),
    },
    snapshot: policy.snapshot(),
    certificates: certificates.entries(),
    spawn: (worker, events) => spawnThread(options.worker, `edge ${worker}`, events),
    clock: systemClock,
    logger,
    onBan: (requests) => void kernel.ban(requests),
    onFallen: (worker) => new SharedMetrics(counters).fallen(worker),
    onObserved: (reports) => mitigation.take(reports),
  });
  const decisions = new DecisionLog(state);
  const mitigation = new Mitigation({
    clock: systemClock,
    logger,
    memory: shared,
    now,
    zones: () => policy.config.zones,
    enforce: (zone, rules) => supervisor?.setMitigations(zone, rules),
    file: new MitigationFile(state, logger),
    remember: (rule) => remember(decisions, rule, logger),
    ban: (zone, wishes) => void kernel.ban(wishes.map((wish) => banFor(zone, wish))),
  });
  const running = supervisor;
  let stopping = false;
  try {
    const addresses = await running.start();
    if (predecessor !== null) await takeOver(predecessor, logger);
    kernel.start(portsOf(addresses, listen.http3));
    exchanging.begin();
    const shown = {
      memory: counters,
      kernel: () => kernel.metrics(),
      bans: () => exchanging.list(),
    };
    const metrics = openMetrics(listen.metrics, shown, running, () => stopping, logger);
    const ended = Promise.withResolvers<void>();
    const control = openControlSocket(socketPath, {
      hello: () => {
        running.freeze(true);
        // The newer process reads it before it begins.
        mitigation.save();
        return { pid: process.pid, addresses: running.addresses };
      },
      abandoned: () => running.freeze(false),
      async answer(request) {
        switch (request.op) {
          case "purge":
            return answerPurge(request, policy.config.zones, running, logger);
          case "ban":
            return request.what === "import"
              ? exchanging.take(request)
              : answerBan(request, kernel, logger);
          case "status":
            return { pid: process.pid, addresses: running.addresses };
          case "mitigation":
            return answerMitigation(request, mitigation.centre, now());
        }
      },
      async takeover(pid) {
        stopping = true;
        logger.info({ pid }, "a newer process takes over; finishing what is under way");
        notifyServiceManager(`MAINPID=${pid}`, env);
        // The private address and the orders are the newer one's from here on.
        void metrics?.stop(true);
        exchanging.close();
        kernel.handOver();
        mitigation.handOver();
        followed?.close();
        await Bun.sleep(HANDSHAKE_MS);
        const drained = running.drain(shutdown.drainSeconds * 1000);
        void drained.then(() => ended.resolve());
        // The answer: our listeners are closed. Until then the newer process steers past them.
        await Promise.race([drained, Bun.sleep(HANDSHAKE_MS)]);
      },
    });
    const reloadable = {
      ...options,
      load: options.reload,
      policy,
      supervisor,
      certificates,
      kernel,
    };
    let reloading = Promise.resolve();
    // One after the other: two signals in a row must not cross.
    const queueReload = (): void => {
      reloading = reloading.then(() => reload(reloadable));
    };
    issued?.accepted();
    followed ??= issued?.watch(queueReload) ?? null;
    const signals = onSignals({
      reload: queueReload,
      replace: () => replace(options),
      stop: (signal) => {
        if (stopping) process.exit(1);
        stopping = true;
        logger.info({ signal, drainSeconds: shutdown.drainSeconds }, "stopping");
        notifyServiceManager("STOPPING=1", env);
        control.close();
        void running.drain(shutdown.drainSeconds * 1000).then(() => ended.resolve());
      },
    });
    notifyServiceManager("READY=1", env);
    options.onReady(addresses, metrics === null ? null : metrics.url.host);
    await ended.promise;
    signals.close();
    void metrics?.stop(true);
    logger.info("stopped");
    return 0;
  } finally {
    followed?.close();
    mitigation.close();
    exchanging.close();
    kernel.close();
    certificates.close();
    predecessor?.hangUp();
  }
}

function openKernel({ config, logger }: ServeOptions): Kernel {
  return new Kernel({
    settings: config.kernel,
    file: join(config.state, "bans.json"),
    trustedProxies: neverBanned(config)[0],
    clock: systemClock,
    report: (level, message, fields) => logger[level](fields, message),
  });
}

/** A disk that is full or gone costs the evidence, not the defence. */
function remember(decisions: DecisionLog, rule: MitigationRule, logger: Logger): void {
  try {
    decisions.add(rule, systemClock.now());
  } catch (error) {
    logger.error({ rule: rule.id, error }, "the evidence behind a mitigation can't be kept");
  }
}

function banFor(zone: string, { address, seconds }: BanWish): BanRequest {
  return { prefix: address, seconds, evidence: `attack on ${zone}`, by: "automation" };
}

/** What the kernel is to look after: the ports that were really found. */
function portsOf({ http, https }: Addresses, http3: boolean): { tcp: number[]; udp: number[] } {
  const port = (address: string): number => parseListenAddress(address)?.port ?? 0;
  return { tcp: [...http, ...https].map(port), udp: http3 ? https.map(port) : [] };
}

async function takeOver(predecessor: Predecessor, logger: Logger): Promise<void> {
  const steering = steerToThisProcess();
  if (steering === null) {
    logger.warn(
      "new connections cannot be steered here: some that wait at the older process may be reset",
    );
  }
  await predecessor.takeover();
  logger.info({ from: predecessor.hello.pid }, "taken over");
  const narrowing = setTimeout(() => steering?.narrow(), HANDSHAKE_MS / 2);
  void predecessor.gone.finally(() => {
    clearTimeout(narrowing);
    steering?.release();
  });
}

/** Fails at once, and in words, where nothing can be kept. */
function prepareState(state: string): void {
  try {
    mkdirSync(join(state, "orders"), { recursive: true, mode: 0o750 });
    accessSync(state, constants.W_OK);
  } catch (cause) {
    const { code = "unusable" } = cause as NodeJS.ErrnoException;
    throw new AppError({
      code: "edge.state",
      source: "operator",
      retry: false,
      publicMessage: `the state directory ${state} can't be written to (${code})`,
      cause,
    });
  }
}

function workerCount({ workers }: Config): number {
  return workers === "auto" ? Math.max(1, navigator.hardwareConcurrency) : workers;
}
