import { type Response, Reader } from "mmdb-lib";

/** What a database says of an address; the names differ with who made it. */
interface Entry {
  readonly country?: { readonly iso_code?: unknown };
  readonly country_code?: unknown;
  readonly autonomous_system_number?: unknown;
}

export interface Place {
  /** ISO 3166-1 alpha-2, "" where not known. */
  readonly country: string;
  /** Number of the autonomous system, 0 where not known. */
  readonly asnum: number;
}

export const NOWHERE: Place = { country: "", asnum: 0 };

/** Visitors come again with every request: this many are kept at hand. */
const MOST_KEPT = 8192;

/** Countries and networks of addresses, from files in MaxMind's format. */
export class Geo {
  readonly #country: Reader<Response> | null;
  readonly #asn: Reader<Response> | null;
  readonly #kept = new Map<string, Place>();

  /** Contents of files, or null where there is none. Throws where one is none of this format. */
  constructor(country: Uint8Array | null, asn: Uint8Array | null) {
    this.#country = open(country);
    this.#asn = open(asn);
  }

  place(address: string): Place {
    let place = this.#kept.get(address);
    if (place === undefined) {
      place = this.#find(address);
      if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
      this.#kept.set(address, place);
    }
    return place;
  }

  #find(address: string): Place {
    const country = look(this.#country, address);
    const asn = look(this.#asn, address);
    const code = country?.country?.iso_code ?? country?.country_code;
    const number = asn?.autonomous_system_number;
    return {
      country: typeof code === "string" && /^[A-Z]{2}$/.test(code) ? code : "",
      asnum: typeof number === "number" ? number : 0,
    };
  }
}

function open(content: Uint8Array | null): Reader<Response> | null {
  return content === null ? null : new Reader<Response>(Buffer.from(content));
}

/** An address of a family that the database lacks, or a damaged entry, is one that is not known. */
function look(reader: Reader<Response> | null, address: string): Entry | null {
  if (reader === null) return null;
  try {
    return reader.get(address) as unknown as Entry | null;
  } catch {
    return null;
  }
}
