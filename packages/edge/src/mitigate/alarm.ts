/** Operators' word for how early detection speaks. */
export type Sensitivity = "low" | "medium" | "high";

/** The present, over the last second or less. */
export interface Load {
  /** Requests a second that an origin has to answer. */
  readonly rate: number;
  /** Requests a second in all, from the cache too. */
  readonly served: number;
  /** Milliseconds of an origin's time that are used up in a second. */
  readonly work: number;
  /** Milliseconds that origins take; 0: nothing was answered. */
  readonly latency: number;
  /** Share of origins' answers that were 5xx, and how many answers that is. */
  readonly errors: number;
  readonly answers: number;
  readonly inFlight: number;
  /** The same as `rate`, over the last seconds. */
  readonly lately: number;
}

/** What was usual. */
export interface Usual {
  readonly rate: number;
  readonly peak: number;
  readonly served: number;
  readonly work: number;
  readonly latency: number;
  readonly inFlight: number;
  /** Seconds of ordinary traffic that this rests on. */
  readonly seconds: number;
}

/**
 * `flood`: more than an origin is used to; `swell`: less than that, but second after second; `volume`:
 * more than the edge is used to, from the cache; `stress`: the origin suffers; `surge`: much writing to
 * one place.
 */
export type Alarm = "none" | "flood" | "swell" | "volume" | "stress" | "surge";

const FACTOR: Readonly<Record<Sensitivity, number>> = { low: 5, medium: 2, high: 1.5 };
/** The busiest second ever is no measure for several of them. */
const SWELL: Readonly<Record<Sensitivity, number>> = { low: 2.5, medium: 1.1, high: 1 };
/** Requests a second that the smallest origin bears: below, more than usual is no reason to act. */
const FLOOR: Readonly<Record<Sensitivity, number>> = { low: 120, medium: 30, high: 15 };
/** Writing to one place: so many a second, and so many times more than usual, are too much. */
const SURGE_FLOOR: Readonly<Record<Sensitivity, number>> = { low: 30, medium: 10, high: 5 };
const SURGE_FACTOR = 8;
/** Until a zone's traffic has been seen for so long, twice as much is let be. */
export const ACQUAINTED_SECONDS = 60;
/** The cache bears so many times more than an origin. */
const CACHED = 15;
/** An origin that suffers from so many times the usual work suffers from what is asked of it. */
const WORK_FACTOR = 2;

/**
 * Too much of it, or an origin that suffers from it. The worse an origin fares, the less more it takes.
 */
export function alarm(load: Load, usual: Usual, sensitivity: Sensitivity): Alarm {
  const factor = FACTOR[sensitivity];
  const floor = FLOOR[sensitivity] * (usual.seconds < ACQUAINTED_SECONDS ? 2 : 1);
  const usually = Math.max(usual.peak, usual.rate);
  if (load.rate > Math.max(floor, usually * factor)) return "flood";
  const isMore = load.work > usual.work * WORK_FACTOR || load.rate > usually * 1.3;
  if (isMore && load.rate > floor / 4 && suffers(load, usual)) return "stress";
  // What was a burst is over.
  const least = Math.min(load.lately, load.rate);
  if (least > Math.max(floor, usually * SWELL[sensitivity])) return "swell";
  const most = Math.max(floor * CACHED, usual.served * factor * 3);
  return load.served > most ? "volume" : "none";
}

/** Slow, failing or full, beyond what is usual for it. */
export function suffers(load: Load, usual: Usual): boolean {
  const isSlow = load.latency > Math.max(150, usual.latency * 4);
  const isFailing = load.answers >= 5 && load.errors > 0.2;
  const isFull = load.inFlight > Math.max(40, usual.inFlight * 4);
  return isSlow || isFailing || isFull;
}

/** `rate`: requests a second that mean to change something at one path, which is usually asked `usual`. */
export function surges(rate: number, usual: number, sensitivity: Sensitivity): boolean {
  return rate > Math.max(SURGE_FLOOR[sensitivity], usual * SURGE_FACTOR);
}
