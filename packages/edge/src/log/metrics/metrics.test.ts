import { describe, expect, test } from "bun:test";
import { FakeExchange } from "@egide/testkit/fake-exchange.ts";
import type { Facts } from "#facts.ts";
import { FAMILIES } from "#log/metrics/family.ts";
import { MetricsRecorder } from "#log/metrics/recorder.ts";
import { renderProcess } from "#log/metrics/process.ts";
import { createMetricsMemory, SharedMetrics } from "#log/metrics/shared.ts";
import { renderMetrics } from "#log/metrics/text.ts";
import { factsOf } from "#log/testing/facts.ts";

/** Of a request that took 100 bytes and gave 1,000. */
function facts(zoneId: string, more: Partial<Facts<null>> = {}): Facts<null> {
  const exchange = new FakeExchange({ version: 20 });
  Object.assign(exchange, { bytesIn: 100, bytesOut: 1000 });
  return factsOf({}, { exchange, started: 1000, zoneId, ...more });
}

function setUp(workers = 2) {
  const memory = createMetricsMemory(workers);
  // Each thread has its own view of the same memory.
  const recorders = Array.from(
    { length: workers },
    (_, i) => new MetricsRecorder(new SharedMetrics(memory), i),
  );
  const reader = new SharedMetrics(memory);
  return { recorders, reader, scrape: () => renderMetrics(reader).split("\n") };
}

describe("metrics", () => {
  test("of all workers are shown as one", () => {
    const { recorders, scrape } = setUp();
    for (const recorder of recorders) {
      recorder.request(facts("a"), 1003);
      recorder.request(facts("a", { status: 404, cache: "hit" }), 1020);
    }
    recorders[1]?.request(facts("b", { outcome: "aborted", status: 0, fault: "client" }), 1000);
    const lines = scrape();
    expect(lines).toContain('egide_requests_total{zone="a",status="2xx",version="2"} 2');
    expect(lines).toContain('egide_requests_total{zone="a",status="4xx",version="2"} 2');
    expect(lines).toContain('egide_requests_total{zone="b",status="none",version="2"} 1');
    expect(lines).toContain('egide_cache_total{zone="a",use="hit"} 2');
    expect(lines).toContain('egide_unfinished_total{zone="b",outcome="aborted"} 1');
    expect(lines).toContain('egide_failures_total{zone="b",source="client"} 1');
    expect(lines).toContain('egide_verdicts_total{zone="a",verdict="allow"} 4');
    expect(lines).toContain('egide_received_bytes_total{zone="a"} 400');
    expect(lines).toContain('egide_sent_bytes_total{zone="a"} 4000');
  });

  test("of the rule engine tell what came of the requests, and what they cost", () => {
    const { recorders, scrape } = setUp(1);
    const waf = {
      action: "none",
      inboundScore: 0,
      outboundScore: 0,
      matches: [],
      dropped: 0,
      unfinished: [],
      duration: 2,
    } as const;
    recorders[0]?.request(facts("a", { waf: { ...waf, matches: [], unfinished: [] } }), 1000);
    recorders[0]?.request(
      facts("a", { waf: { ...waf, action: "blocked", matches: [], unfinished: [] } }),
      1000,
    );
    recorders[0]?.request(facts("b"), 1000);
    const lines = scrape();
    expect(lines).toContain('egide_waf_requests_total{zone="a",action="none"} 1');
    expect(lines).toContain('egide_waf_requests_total{zone="a",action="blocked"} 1');
    expect(lines).toContain('egide_waf_seconds_total{zone="a"} 0.004');
    expect(lines.some((line) => line.includes("waf") && line.includes('zone="b"'))).toBe(false);
  });

  test("durations fall into cumulative buckets", () => {
    const { recorders, scrape } = setUp(1);
    for (const ms of [0.5, 1, 3, 70_000]) recorders[0]?.request(facts("a"), 1000 + ms);
    recorders[0]?.request(facts("a", { originAsked: 1, originAnswered: 3 }), 1000);
    const lines = scrape();
    const name = "egide_request_duration_seconds";
    expect(lines).toContain(`${name}_bucket{zone="a",le="0.001"} 3`);
    expect(lines).toContain(`${name}_bucket{zone="a",le="0.0025"} 3`);
    expect(lines).toContain(`${name}_bucket{zone="a",le="0.005"} 4`);
    expect(lines).toContain(`${name}_bucket{zone="a",le="60"} 4`);
    expect(lines).toContain(`${name}_bucket{zone="a",le="+Inf"} 5`);
    expect(lines).toContain(`${name}_count{zone="a"} 5`);
    expect(lines).toContain(`${name}_sum{zone="a"} 70.0045`);
    expect(lines).toContain('egide_origin_duration_seconds_bucket{zone="a",le="0.0025"} 1');
  });

  test("every family has one heading before its series, and labels are escaped", () => {
    const { recorders, scrape } = setUp(1);
    recorders[0]?.request(facts('q"\\\n'), 1000);
    recorders[0]?.request(facts("b"), 1000);
    recorders[0]?.add("logDropped", [], 3);
    const lines = scrape();
    expect(lines.filter((l) => l === "# TYPE egide_requests_total counter")).toHaveLength(1);
    expect(lines).toContain('egide_sent_bytes_total{zone="q\\"\\\\\\n"} 1000');
    expect(lines).toContain("egide_log_dropped_total 3");
    const shape =
      /^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{(?:\w+="(?:[^"\\]|\\.)*",?)+\})? [0-9.e+-]+|)$/;
    for (const line of lines) expect(line).toMatch(shape);
  });

  test("of a dead worker keep what it counted, not what it held open", () => {
    const { recorders, reader, scrape } = setUp();
    for (const recorder of recorders) {
      for (let i = 0; i < 5; i++) recorder.connection("h1", 1);
      recorder.connection("h1", -1);
    }
    expect(scrape()).toContain('egide_connections{protocol="h1"} 8');
    reader.fallen(0);
    expect(scrape()).toContain('egide_connections{protocol="h1"} 4');
    expect(scrape()).toContain('egide_connections_total{protocol="h1"} 10');
    expect(scrape()).toContain("egide_worker_crashes_total 1");
  });

  test("of zones beyond the room are gathered, and none is lost", () => {
    const { recorders, scrape } = setUp(1);
    for (let i = 0; i < 5000; i++) recorders[0]?.request(facts(`zone-${i}`), 1001);
    const lines = scrape().filter((line) => line.startsWith("egide_sent_bytes_total"));
    const total = lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
    expect(total).toBe(5_000_000);
    expect(lines.some((line) => line.includes('zone="_other"'))).toBe(true);
    expect(lines.length).toBeGreaterThan(1000);
  });

  test("are written by real threads at once without losing a count", async () => {
    const memory = createMetricsMemory(3);
    const source = `
      import { MetricsRecorder } from ${JSON.stringify(import.meta.resolve("#log/metrics/recorder.ts"))};
      import { SharedMetrics } from ${JSON.stringify(import.meta.resolve("#log/metrics/shared.ts"))};
      self.onmessage = ({ data }) => {
        const recorder = new MetricsRecorder(new SharedMetrics(data.memory), data.worker);
        for (let i = 0; i < 20000; i++) recorder.add("verdicts", ["z" + (i % 50), "allow"], 1);
        self.postMessage("done");
      };`;
    const url = URL.createObjectURL(new Blob([source], { type: "application/typescript" }));
    const workers = [0, 1, 2].map((worker) => {
      const thread = new Worker(url);
      return new Promise<void>((resolve, reject) => {
        thread.onmessage = () => {
          thread.terminate();
          resolve();
        };
        thread.onerror = (event) => reject(new Error(event.message));
        thread.postMessage({ memory, worker });
      });
    });
    await Promise.all(workers);
    const reader = new SharedMetrics(memory);
    const entries = reader.entries();
    expect(entries).toHaveLength(50);
    expect(entries.reduce((sum, entry) => sum + reader.sum(entry.slot), 0)).toBe(60_000);
  });
});

test("the process is described as Prometheus' own clients do", () => {
  const text = renderProcess("0.1.0");
  expect(text).toContain("process_resident_memory_bytes ");
  expect(text).toContain('egide_build_info{version="0.1.0"');
});

test("docs/reference/metrics.md names every family", async () => {
  const root = new URL("../../../../../", import.meta.url);
  const page = await Bun.file(new URL("docs/reference/metrics.md", root)).text();
  for (const family of Object.values(FAMILIES)) {
    expect(page).toContain(`\`${family.name}\``);
  }
});
