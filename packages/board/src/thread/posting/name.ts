import { createHmac } from "node:crypto";
import unixCryptTD from "unix-crypt-td-js";

/** Marks over and under one letter, beyond those that a language writes, cover the lines around it. */
const MARKS = /(\p{M}{4})\p{M}+/gu;
/** Embeddings, overrides and isolates (UAX #9): left open they turn whatever stands behind them. */
const TURNS = /[\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** A name or a subject as one line that changes nothing around it. */
export function lineOf(written: string): string {
  return written
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(TURNS, "")
    .replace(MARKS, "$1")
    .trim();
}

/** Signs by which readers know a role (`## Admin`) or a tripcode (`!Ep8pui8Vw2`). */
const FEIGNED = /[#\uff03\ufe5f]|[!\uff01](?=[!\uff01]?[./\w-]{10}$)/g;

/** A name without what would pass for more than a name. */
export function bareName(name: string): string {
  return name.replace(FEIGNED, "").trim();
}

export interface Name {
  readonly name: string;
  /** `!…` plain, `!!…` secure. */
  readonly trip: string | null;
}

/**
 * `Name#word` becomes a name with a tripcode, `Name##word` one with a secure tripcode: plain ones
 * are the same on every imageboard and can be guessed, secure ones hold on this instance alone.
 */
export function readName(written: string, secret: Uint8Array, tripcodes: boolean): Name {
  const hash = written.indexOf("#");
  if (hash < 0) return { name: bareName(written), trip: null };
  const name = bareName(written.slice(0, hash));
  const rest = written.slice(hash + 1);
  if (!tripcodes) return { name, trip: null };
  if (rest.startsWith("#")) {
    const word = rest.slice(1);
    return { name, trip: word === "" ? null : `!!${secureTrip(word, secret)}` };
  }
  // `Name#plain#secure` asks for both; the stronger one counts.
  const second = rest.indexOf("#");
  const secure = second < 0 ? "" : rest.slice(second + 1).replace(/^#/, "");
  if (secure !== "") return { name, trip: `!!${secureTrip(secure, secret)}` };
  const word = second < 0 ? rest : rest.slice(0, second);
  return { name, trip: word === "" ? null : `!${plainTrip(word)}` };
}

function secureTrip(word: string, secret: Uint8Array): string {
  return createHmac("sha256", secret).update(`trip ${word}`).digest("base64url").slice(0, 10);
}

const FOLDED = ":;<=>?@[\\]^_`";
const UNFOLDED = "ABCDEFGabcdef";

/**
 * The tripcode that imageboards have had since 2channel: crypt(3) of the word, salted with its own
 * second and third character, of which the last ten characters are shown. Words outside ASCII are
 * taken as UTF-8, where old boards took Shift_JIS.
 */
export function plainTrip(word: string): string {
  const key = word
    .replace(/&/g, "&amp;")
    .replace(/"/g, "&quot;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;");
  const bytes = [...new TextEncoder().encode(key)];
  const salted = `${String.fromCharCode(...bytes.slice(0, 8))}H.`.slice(1, 3);
  const salt = salted.replace(/[^./0-9A-Za-z]/g, (char) => {
    const at = FOLDED.indexOf(char);
    return at < 0 ? "." : (UNFOLDED[at] as string);
  });
  return unixCryptTD(bytes, salt).slice(-10);
}
