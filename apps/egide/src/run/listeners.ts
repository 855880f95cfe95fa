import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A listening TCP socket of this network namespace. */
export interface ListenRow {
  /** `tcp` or `tcp6`, then address and port in the kernel's hexadecimal: one reuseport group each. */
  readonly group: string;
  readonly port: number;
  readonly inode: string;
}

const LISTEN = "0A";

/** Rows of /proc/net/tcp or tcp6 (proc(5)) in state LISTEN. */
export function parseListenRows(table: "tcp" | "tcp6", text: string): ListenRow[] {
  const rows: ListenRow[] = [];
  for (const line of text.split("\n").slice(1)) {
    const fields = line.trim().split(/\s+/);
    const [local, state, inode] = [fields[1], fields[3], fields[9]];
    if (state !== LISTEN || local === undefined || inode === undefined) continue;
    rows.push({
      group: `${table} ${local}`,
      port: Number.parseInt(local.slice(local.indexOf(":") + 1), 16),
      inode,
    });
  }
  return rows;
}

export function listenRows(): ListenRow[] {
  return (["tcp", "tcp6"] as const).flatMap((table) => {
    try {
      return parseListenRows(table, readFileSync(`/proc/net/${table}`, "latin1"));
    } catch {
      return [];
    }
  });
}

/** Inode to descriptor, for the sockets of this process. */
export function ownSockets(): Map<string, number> {
  const out = new Map<string, number>();
  for (const name of readdirSync("/proc/self/fd")) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${name}`))?.[1];
      if (inode !== undefined) out.set(inode, Number(name));
    } catch {
      // Closed since it was listed.
    }
  }
  return out;
}

export interface ListenGroup {
  /** A socket of ours in the group: options of the group are set through it. */
  readonly fd: number;
  /** Sockets of other processes in it: they joined first, so theirs are the indices from 0. */
  readonly others: number;
  readonly own: number;
}

/** The groups that we share with somebody, from what the kernel says. */
export function sharedGroups(
  rows: readonly ListenRow[],
  own: ReadonlyMap<string, number>,
): ListenGroup[] {
  const groups = new Map<string, { fd: number; others: number; own: number }>();
  for (const { group, inode } of rows) {
    const entry = groups.get(group) ?? { fd: -1, others: 0, own: 0 };
    const fd = own.get(inode);
    if (fd === undefined) entry.others += 1;
    else {
      entry.fd = fd;
      entry.own += 1;
    }
    groups.set(group, entry);
  }
  return [...groups.values()].filter(({ own, others }) => own > 0 && others > 0);
}
