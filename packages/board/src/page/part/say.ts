import type { Locale } from "@egide/web/locale.ts";
import { CAPCODES, ROLES } from "#moderation/permission.ts";
import { type Html, html } from "#page/html.ts";
import type { Translate } from "#page/message/text.ts";

/*
 * Figures and moments as people of each language write them. The server knows no reader's zone:
 * what it says is UTC, and says so.
 */

const OPTIONS = {
  full: {
    day: "2-digit",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: "UTC",
    timeZoneName: "short",
  },
  day: { day: "2-digit", month: "short", year: "numeric", timeZone: "UTC" },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

const TIMES = {
  en: {
    full: new Intl.DateTimeFormat("en-GB", OPTIONS.full),
    day: new Intl.DateTimeFormat("en-GB", OPTIONS.day),
  },
  fr: {
    full: new Intl.DateTimeFormat("fr", OPTIONS.full),
    day: new Intl.DateTimeFormat("fr", OPTIONS.day),
  },
} as const;

export function sayTime(at: number, locale: Locale, style: "full" | "day" = "full"): string {
  return TIMES[locale][style].format(at);
}

/** A moment for people, and for scripts, which turn it to the reader's own zone. */
export function drawTime(at: number, locale: Locale, style: "full" | "day" = "full"): Html {
  const zulu = `${new Date(at).toISOString().slice(0, -5)}Z`;
  return html`<time datetime="${zulu}">${sayTime(at, locale, style)}</time>`;
}

/** What a board calls everybody by default is said in the reader's language. */
export function sayName(name: string, t: Translate): string {
  return name === "Anonymous" ? t("post.anonymous") : name;
}

/** A capcode is kept in English; who reads it reads it in their own language. */
export function sayCapcode(capcode: string, t: Translate): string {
  const role = ROLES.find((one) => CAPCODES[one] === capcode);
  return role === undefined ? capcode : t(`role.${role}`);
}

const NUMBERS = { en: new Intl.NumberFormat("en"), fr: new Intl.NumberFormat("fr") } as const;

export function sayNumber(value: number, locale: Locale): string {
  return NUMBERS[locale].format(value);
}

const SHARES = {
  en: new Intl.NumberFormat("en", { style: "percent" }),
  fr: new Intl.NumberFormat("fr", { style: "percent" }),
} as const;

/** 0.125 → `13%`, `13 %`. */
export function sayShare(share: number, locale: Locale): string {
  return SHARES[locale].format(share);
}

const UNITS = { en: ["B", "KB", "MB", "GB"], fr: ["o", "ko", "Mo", "Go"] } as const;

/** 1536 → `1.5 KB`, `1,5 ko`. */
export function sayBytes(bytes: number, locale: Locale): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < 3) {
    value /= 1024;
    unit++;
  }
  const rounded = value < 10 && unit > 0 ? Math.round(value * 10) / 10 : Math.round(value);
  return `${sayNumber(rounded, locale)}\u00a0${UNITS[locale][unit] ?? ""}`;
}
