import type { KernelSettings } from "@egide/contract/policy/kernel.ts";
import { isSingle, type Prefix } from "#kernel/prefix.ts";

/** Sets of the table that hold bans. Single addresses are hashed, blocks are intervals. */
export const BAN_SETS = {
  single4: "ban4",
  single6: "ban6",
  block4: "net4",
  block6: "net6",
} as const;

/** Named counters; what they say becomes metrics. */
export const COUNTERS = {
  banned4: "banned4",
  banned6: "banned6",
  connections: "connections",
  rate: "rate",
} as const;

export interface RulesetOptions {
  readonly settings: KernelSettings;
  /** Ports of the edge: what comes to others is none of our business. */
  readonly tcpPorts: readonly number[];
  readonly udpPorts: readonly number[];
  readonly never: readonly Prefix[];
  /** Shown by `nft list ruleset` to whoever wonders. */
  readonly comment: string;
}

/** Keys that one address may fill the sets of the connection limits with, all together. */
const SET_SIZE = 65_536;

/**
 * The whole table as `nft -f` reads it, replacing what is there in one step. The chain `early` stands
 * before connection tracking (priority -450; defragmentation is at -400, tracking at -200), so that a
 * dropped packet costs a look-up and no state.
 */
export function ruleset(options: RulesetOptions): string {
  const { settings, comment } = options;
  const { table } = settings;
  return `table inet ${table}
delete table inet ${table}
table inet ${table} {
	comment "${comment.replaceAll(/[^A-Za-z0-9 ._/:-]/g, "")}"
${Object.values(COUNTERS)
  .map((name) => `\tcounter ${name} { }`)
  .join("\n")}
${neverSet("never4", "ipv4_addr", 4, options.never)}
${neverSet("never6", "ipv6_addr", 16, options.never)}
	set ban4 { type ipv4_addr; flags timeout; size ${settings.mostBans}; }
	set ban6 { type ipv6_addr; flags timeout; size ${settings.mostBans}; }
	set net4 { type ipv4_addr; flags interval, timeout; }
	set net6 { type ipv6_addr; flags interval, timeout; }
${earlyChain(options)}
${connectionChain(options)}${synProxyChains(options)}}
`;
}

/** Elements of a ban set as a script: where there is no netlink socket to write to. */
export function elementScript(
  verb: "add" | "delete",
  table: string,
  set: string,
  elements: readonly { readonly prefix: Prefix; readonly ms: number }[],
): string {
  if (elements.length === 0) return "";
  const texts = elements.map(({ prefix, ms }) =>
    verb === "add" ? `${prefix.text} timeout ${Math.max(1, Math.ceil(ms / 1000))}s` : prefix.text,
  );
  return `${verb} element inet ${table} ${set} { ${texts.join(", ")} }\n`;
}

/** The ban set that a prefix belongs to. */
export function setOf(prefix: Prefix): string {
  if (prefix.bytes.length === 4) return isSingle(prefix) ? BAN_SETS.single4 : BAN_SETS.block4;
  return isSingle(prefix) ? BAN_SETS.single6 : BAN_SETS.block6;
}

function neverSet(name: string, type: string, length: number, never: readonly Prefix[]): string {
  const elements = never.filter(({ bytes }) => bytes.length === length).map(({ text }) => text);
  const list = elements.length === 0 ? "" : ` elements = { ${elements.join(", ")} };`;
  return `\tset ${name} { type ${type}; flags interval; auto-merge;${list} }`;
}

function earlyChain({ settings, tcpPorts, udpPorts }: RulesetOptions): string {
  const { hook, devices } = settings;
  const where =
    hook === "ingress" && devices.length > 0
      ? `hook ingress devices = { ${devices.map((name) => `"${name}"`).join(", ")} } priority -500`
      : "hook prerouting priority -450";
  return `	chain early {
		type filter ${where}; policy accept;
		tcp dport ${portList(tcpPorts)} jump banned
		udp dport ${portList(udpPorts)} jump banned
	}
	chain banned {
		ip saddr @never4 return
		ip6 saddr @never6 return
		ip saddr @ban4 counter name banned4 drop
		ip saddr @net4 counter name banned4 drop
		ip6 saddr @ban6 counter name banned6 drop
		ip6 saddr @net6 counter name banned6 drop
	}`;
}

function connectionChain({ settings, tcpPorts }: RulesetOptions): string {
  const { connectionsPerAddress, connectionRate } = settings;
  if (connectionsPerAddress === null && connectionRate === null) return "";
  const sets: string[] = [];
  const rules: string[] = [];
  for (const [family, type, key] of [
    ["4", "ipv4_addr", "ip saddr"],
    ["6", "ipv6_addr", "ip6 saddr & ffff:ffff:ffff:ffff::"],
  ] as const) {
    if (connectionRate !== null) {
      const { perSecond, burst } = connectionRate;
      sets.push(
        `\tset rate${family} { type ${type}; flags dynamic, timeout; timeout 30s; size ${SET_SIZE}; }`,
      );
      rules.push(
        `tcp flags & (fin | syn | rst | ack) == syn update @rate${family} { ${key} limit rate over ${perSecond}/second burst ${burst} packets } counter name rate drop`,
      );
    }
    if (connectionsPerAddress !== null) {
      sets.push(`\tset open${family} { type ${type}; flags dynamic; size ${SET_SIZE}; }`);
      rules.push(
        `ct state new add @open${family} { ${key} ct count over ${connectionsPerAddress} } counter name connections reject with tcp reset`,
      );
    }
  }
  return `${sets.join("\n")}
	chain connections {
		type filter hook input priority -10; policy accept;
		tcp dport != ${portList(tcpPorts)} accept
		ip saddr @never4 accept
		ip6 saddr @never6 accept
		${rules.join("\n\t\t")}
	}
`;
}

/** Handshakes by cookies, as the nftables wiki's "Synproxy" page sets them up. */
function synProxyChains({ settings, tcpPorts }: RulesetOptions): string {
  const { synProxy } = settings;
  if (synProxy === null) return "";
  const ports = portList(tcpPorts);
  return `	chain untracked {
		type filter hook prerouting priority -300; policy accept;
		tcp dport ${ports} tcp flags syn notrack
	}
	chain handshakes {
		type filter hook input priority -5; policy accept;
		tcp dport ${ports} ct state { invalid, untracked } synproxy mss ${synProxy.mss} wscale ${synProxy.windowScale} timestamp sack-perm
		tcp dport ${ports} ct state invalid drop
	}
`;
}

/** Port 0 is nobody's: it stands where there is none to name. */
function portList(ports: readonly number[]): string {
  return ports.length === 0 ? "0" : `{ ${[...new Set(ports)].join(", ")} }`;
}
