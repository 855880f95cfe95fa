import { EdgeProcess } from "@egide/testkit/edge-process.ts";
import { startOriginProcess } from "@egide/testkit/origin/child.ts";
import { openDescriptors, residentBytes } from "@egide/testkit/proc.ts";
import { allVisits, type Visits } from "./visitors.ts";

export interface SoakOptions {
  readonly seconds: number;
  /** Reload, certificate and hand-over happen once in this time. */
  readonly everySeconds: number;
  readonly report: (line: string) => void;
}

export interface VisitCount {
  readonly name: string;
  readonly visits: number;
  readonly failed: number;
  readonly repeated: number;
  readonly firstFailure: string | null;
}

export interface SoakResult {
  readonly counts: readonly VisitCount[];
  readonly reloads: number;
  readonly certificates: number;
  readonly handOvers: number;
  /** Resident memory of the process that serves at the end: after its start, and last; bytes. */
  readonly memory: readonly number[];
  readonly descriptorsBefore: number;
  readonly descriptorsAfter: number;
  readonly processesLeft: number;
  readonly complaints: readonly string[];
}

/**
 * Mixed load while everything that can change does: in the first half the process hands over to a new
 * one in each period; in the second half one process stays, so that its memory can be watched.
 */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const site = await startOriginProcess("site");
  const edge = await EdgeProcess.start({
    originPort: site.port,
    tls: true,
    config: { shutdown: { drainSeconds: 10 } },
  });
  try {
    return await soak(edge, options);
  } finally {
    await edge.stop();
    await site.process.stop();
  }
}

async function soak(edge: EdgeProcess, options: SoakOptions): Promise<SoakResult> {
  const ca = edge.authority.cert;
  const tls = (alpn: string[]): { servername: string; ca: string; alpn: string[] } => ({
    servername: "site.test",
    ca,
    alpn,
  });
  const visits = allVisits({
    plain: { port: edge.http },
    tls: { port: edge.https, tls: tls(["http/1.1"]) },
    h2: { port: edge.https, tls: tls(["h2"]) },
  });
  const descriptorsBefore = openDescriptors(edge.pid);
  const end = performance.now() + options.seconds * 1000;
  const running = visits.map((each) => keepVisiting(each, end));
  const changes = await change(edge, options, end);
  const counts = await Promise.all(running);
  for (const each of visits) each.leave();
  const descriptorsAfter = await settledDescriptors(edge, descriptorsBefore);
  const processesLeft = edge.living().length;
  const result = { counts, ...changes, descriptorsBefore, descriptorsAfter, processesLeft };
  return { ...result, complaints: complaintsOf(result) };
}

async function keepVisiting(each: Visits, end: number): Promise<VisitCount> {
  let visits = 0;
  let failed = 0;
  let firstFailure: string | null = null;
  for (; performance.now() < end; visits++) {
    try {
      await each.visit(visits);
    } catch (error) {
      failed++;
      firstFailure ??= error instanceof Error ? error.message : String(error);
      each.leave();
    }
    await Bun.sleep(each.rest);
  }
  return { name: each.name, visits, failed, repeated: each.repeated(), firstFailure };
}

type Changes = Pick<SoakResult, "reloads" | "certificates" | "handOvers" | "memory">;

async function change(edge: EdgeProcess, options: SoakOptions, end: number): Promise<Changes> {
  const third = (options.everySeconds * 1000) / 3;
  const half = performance.now() + (end - performance.now()) / 2;
  let [reloads, certificates, handOvers] = [0, 0, 0];
  const memory: number[] = [];
  for (let round = 0; performance.now() + options.everySeconds * 1000 < end; round++) {
    await Bun.sleep(third);
    await edge.reload({ respond: { compression: { enabled: round % 2 === 0 } } });
    reloads++;
    await Bun.sleep(third);
    edge.changeCertificate();
    certificates++;
    await Bun.sleep(third);
    if (performance.now() < half) {
      await edge.handOver();
      handOvers++;
      options.report(`handed over to process ${edge.pid}`);
    } else {
      memory.push(residentBytes(edge.pid));
      options.report(`memory ${((memory.at(-1) ?? 0) / 1e6).toFixed(0)} MB`);
    }
  }
  return { reloads, certificates, handOvers, memory };
}

/** Connections that visitors left take a moment to be seen: waits until they are, or gives up. */
async function settledDescriptors(edge: EdgeProcess, before: number): Promise<number> {
  const deadline = performance.now() + 5000;
  let now = openDescriptors(edge.pid);
  while (now > before + 8 && performance.now() < deadline) {
    await Bun.sleep(50);
    now = openDescriptors(edge.pid);
  }
  return now;
}

/** Memory may still settle in the first samples: the last third is held against the one before. */
function growth(memory: readonly number[]): number {
  if (memory.length < 6) return 0;
  const third = Math.floor(memory.length / 3);
  const median = (values: readonly number[]): number =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
  const last = median(memory.slice(-third));
  return last / median(memory.slice(-2 * third, -third)) - 1;
}

function complaintsOf(result: Omit<SoakResult, "complaints">): string[] {
  const complaints: string[] = [];
  for (const { name, visits, failed, firstFailure } of result.counts) {
    if (failed > 0) complaints.push(`${name}: ${failed} of ${visits} failed: ${firstFailure}`);
    if (visits < 3) complaints.push(`${name}: only ${visits} visits`);
  }
  const grown = growth(result.memory);
  if (grown > 0.1) complaints.push(`memory grew by ${(grown * 100).toFixed(0)} %`);
  const leaked = result.descriptorsAfter - result.descriptorsBefore;
  // The origin's connections are kept for the next visitor: a handful may stay.
  if (leaked > 16) complaints.push(`${leaked} descriptors were left open`);
  if (result.processesLeft !== 1) complaints.push(`${result.processesLeft} processes live`);
  return complaints;
}
