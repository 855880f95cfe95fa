import type { Coding, CompressionPolicy } from "@egide/contract/policy/respond.ts";
import { CodingChoice } from "#respond/compress/negotiate.ts";
import {
  CACHE_CONTROL,
  CONTENT_ENCODING,
  CONTENT_RANGE,
  CONTENT_TYPE,
  DIGEST,
  fieldKind,
} from "#respond/fields.ts";
import { Remember } from "@egide/std/remember.ts";
import type { OriginResponse } from "#stream.ts";
import { nameIs } from "#wire/headers.ts";

/** A zone's compression settings, made ready once. */
export class CompressionPlan {
  readonly #minBytes: number;
  readonly #exact = new Set<string>();
  readonly #prefixes: string[] = [];
  readonly #types = new Remember<boolean>();
  readonly #choice: CodingChoice;
  readonly maxStreams: number;

  constructor(policy: CompressionPolicy) {
    this.#minBytes = policy.minBytes;
    this.maxStreams = policy.maxStreams;
    this.#choice = CodingChoice.among(policy.codings);
    for (const type of policy.types) {
      const lower = type.toLowerCase();
      if (lower.endsWith("*")) this.#prefixes.push(lower.slice(0, -1));
      else this.#exact.add(lower);
    }
  }

  choose(acceptEncoding: string | undefined): Coding | null {
    return this.#choice.choose(acceptEncoding);
  }

  /**
   * True where the response may be coded, whoever asks: then it varies by Accept-Encoding. Not what
   * is short, a part (206, and 416 says the length of the uncoded whole), coded already, of a type
   * that gains nothing, or under `no-transform` (RFC 9110, section 7.7).
   */
  covers(response: OriginResponse): boolean {
    const { status, bodyLength, headers } = response;
    if (status < 200 || status === 204 || status === 206 || status === 304 || status === 416) {
      return false;
    }
    if (bodyLength >= 0 && bodyLength < this.#minBytes) return false;
    let type: string | undefined;
    for (let i = 0; i < headers.length; i += 2) {
      switch (fieldKind(headers[i] as string)) {
        case CONTENT_TYPE:
          type = headers[i + 1];
          break;
        case CONTENT_ENCODING:
          if (!nameIs(headers[i + 1] as string, "identity")) return false;
          break;
        case CONTENT_RANGE:
        case DIGEST:
          return false;
        case CACHE_CONTROL:
          if ((headers[i + 1] as string).toLowerCase().includes("no-transform")) return false;
          break;
        default:
      }
    }
    return type !== undefined && this.#gains(type);
  }

  #gains(contentType: string): boolean {
    const known = this.#types.get(contentType);
    if (known !== undefined) return known;
    const semicolon = contentType.indexOf(";");
    const type = (semicolon < 0 ? contentType : contentType.slice(0, semicolon))
      .trim()
      .toLowerCase();
    const gains = this.#exact.has(type) || this.#prefixes.some((prefix) => type.startsWith(prefix));
    this.#types.set(contentType, gains);
    return gains;
  }
}
