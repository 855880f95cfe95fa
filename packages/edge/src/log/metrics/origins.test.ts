import { expect, test } from "bun:test";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { OriginFigures, type OriginState, type OriginsShown } from "#log/metrics/origins.ts";
import { MetricsRecorder } from "#log/metrics/recorder.ts";
import { createMetricsMemory, SharedMetrics } from "#log/metrics/shared.ts";
import { renderMetrics } from "#log/metrics/text.ts";

const well: OriginState = {
  name: "o1",
  isUp: true,
  breaker: "closed",
  inFlight: 0,
  waiting: 0,
  idleConnections: 0,
  openConnections: 0,
  requests: 0,
  failures: 0,
  connects: 0,
};

function zone(state: Partial<OriginState>, retries = 0): OriginsShown {
  return { stats: () => ({ retries, origins: [{ ...well, ...state }] }) };
}

function setUp(workers: number) {
  const memory = createMetricsMemory(workers);
  const clock = new FakeClock();
  const shown = Array.from({ length: workers }, () => new Map<string, OriginsShown>());
  const figures = shown.map(
    (zones, i) =>
      new OriginFigures(clock, new MetricsRecorder(new SharedMetrics(memory), i), () => zones),
  );
  const reader = new SharedMetrics(memory);
  const scrape = () => {
    clock.advance(2500);
    return renderMetrics(reader).split("\n");
  };
  return { figures, shown, scrape };
}

test("how origins stand is shown, over all workers", () => {
  const { shown, scrape } = setUp(2);
  const state = { inFlight: 3, waiting: 1, openConnections: 5, idleConnections: 2 };
  shown[0]?.set("a", zone({ ...state, requests: 10, failures: 2, connects: 4 }, 1));
  shown[1]?.set("a", zone({ ...state, requests: 1, breaker: "open", isUp: false }));
  const lines = scrape();
  for (const line of [
    'egide_origin_in_flight{zone="a",origin="o1"} 6',
    'egide_origin_waiting{zone="a",origin="o1"} 2',
    'egide_origin_connections{zone="a",origin="o1"} 10',
    'egide_origin_idle_connections{zone="a",origin="o1"} 4',
    'egide_origin_down_workers{zone="a",origin="o1"} 1',
    'egide_origin_broken_workers{zone="a",origin="o1"} 1',
    'egide_origin_attempts_total{zone="a",origin="o1"} 11',
    'egide_origin_failed_attempts_total{zone="a",origin="o1"} 2',
    'egide_origin_connects_total{zone="a",origin="o1"} 4',
    'egide_origin_retries_total{zone="a"} 1',
  ]) {
    expect(lines).toContain(line);
  }
});

test("counters go on where a reload begins anew, and what is gone stands at 0", () => {
  const { shown, scrape } = setUp(1);
  const [zones] = shown as [Map<string, OriginsShown>];
  zones.set("a", zone({ requests: 10, inFlight: 2 }));
  scrape();
  expect(scrape()).toContain('egide_origin_attempts_total{zone="a",origin="o1"} 10');
  zones.set("a", zone({ requests: 3, inFlight: 1 }));
  expect(scrape()).toContain('egide_origin_attempts_total{zone="a",origin="o1"} 13');
  zones.clear();
  const lines = scrape();
  expect(lines).toContain('egide_origin_attempts_total{zone="a",origin="o1"} 13');
  expect(lines).toContain('egide_origin_in_flight{zone="a",origin="o1"} 0');
});
