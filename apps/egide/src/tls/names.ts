/** Reserved so that nobody owns them (RFC 2606, RFC 6761, RFC 8375, RFC 9476): no authority vouches for them. */
const RESERVED =
  /(?:^|\.)(?:test|example|invalid|localhost|local|internal|alt|home\.arpa|example\.(?:com|net|org))$/;

/** The names of a zone for which an ACME authority can be asked by HTTP-01, and the others. */
export function splitNames(hosts: readonly string[]): {
  readonly provable: readonly string[];
  readonly others: readonly string[];
} {
  const provable = hosts.filter(isProvable);
  return { provable, others: hosts.filter((host) => !isProvable(host)) };
}

function isProvable(host: string): boolean {
  const isName = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/.test(host) && !/^[\d.]+$/.test(host);
  return isName && !RESERVED.test(host);
}
