import { z } from "zod";

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads `8080`, `:8080`, `*:8080`, `127.0.0.1:8080` or `[::1]:8080`. Without a host every address of
 * both families is meant. Null where it is none of these.
 */
export function parseListenAddress(text: string): ListenAddress | null {
  const match = /^(?:(\[[0-9a-fA-F:.]{2,45}\]|[0-9.]{7,15}|localhost|\*)?:)?(\d{1,5})$/.exec(text);
  if (match === null) return null;
  const port = Number(match[2]);
  if (port > 65_535) return null;
  const host = match[1];
  if (host === undefined || host === "*") return { host: "::", port };
  return { host: host.startsWith("[") ? host.slice(1, -1) : host, port };
}

export function formatListenAddress({ host, port }: ListenAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Where to listen, in the one spelling `[::]:8080`. A bare number is a port on every address. */
export const listenAddressSchema = z
  .union([z.string(), z.int().min(0).max(65_535)])
  .refine((value) => parseListenAddress(String(value)) !== null, {
    error: "not an address to listen on: write 8080, 127.0.0.1:8080 or [::1]:8080",
  })
  .transform((value) => {
    const parsed = parseListenAddress(String(value));
    return parsed === null ? String(value) : formatListenAddress(parsed);
  });

/** A single address, or a block in CIDR notation. */
export const cidrSchema = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: "not an address or block: write 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32",
});
