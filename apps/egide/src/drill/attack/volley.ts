import type { Field } from "#drill/attack/attack.ts";
import { Connection } from "#drill/connection.ts";
import { outcomeOf } from "#drill/outcome.ts";

/** Who sends a request of a volley, and what. */
export interface Round {
  readonly address: string | undefined;
  readonly request: string;
}

export interface VolleyOptions {
  /** Share of the drill's rate, 1 unless told. */
  readonly share?: number;
  /** How far it has grown, from 0 to 1: all of its rate at once, unless told. */
  readonly grown?: () => number;
  /** A client keeps its connection from one request to the next, unless told. */
  readonly keep?: boolean;
  readonly next: (n: number) => Round;
}

const TICK_MS = 10;
/** Requests under way at once: an attacker has bounds too, and this machine serves both sides. */
const MOST_UNDER_WAY = 400;
const MOST_CLIENTS = 3000;

/** Sends requests at a steady rate, whatever becomes of them. Bounded in all that it opens. */
export function volley(
  field: Field,
  { share = 1, grown = () => 1, keep = true, next }: VolleyOptions,
): { stop(): void } {
  const { target, rate, now, told } = field;
  const clients = new Map<string | undefined, Connection>();
  const waiting = new Set<Connection>();
  let sent = 0;
  let owed = 0;
  let last = now();
  let stopped = false;

  const clientOf = (address: string | undefined): Connection => {
    const known = clients.get(address);
    if (known !== undefined && keep && !known.isBusy) return known;
    const fresh = new Connection(target, address);
    if (known === undefined && keep && clients.size < MOST_CLIENTS) clients.set(address, fresh);
    return fresh;
  };

  const fire = async (): Promise<void> => {
    const { address, request } = next(sent++);
    const client = clientOf(address);
    const at = now();
    waiting.add(client);
    const answer = await client.ask(request);
    waiting.delete(client);
    if (clients.get(address) !== client) client.close();
    if (!stopped) told({ at, ms: answer.ms, outcome: outcomeOf(answer) });
  };

  const timer = setInterval(() => {
    const at = now();
    const due = rate * share * grown();
    owed = Math.min(owed + ((at - last) * due) / 1000, Math.max(1, due * 0.1));
    last = at;
    const count = Math.min(Math.floor(owed), MOST_UNDER_WAY - waiting.size);
    for (let i = 0; i < count; i++) void fire();
    owed -= Math.max(0, count);
  }, TICK_MS);

  return {
    stop() {
      stopped = true;
      clearInterval(timer);
      for (const client of [...clients.values(), ...waiting]) client.reset();
    },
  };
}
