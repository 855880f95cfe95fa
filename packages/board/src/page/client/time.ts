import { words } from "./words.ts";

const FULL = new Intl.DateTimeFormat(words.lang === "fr" ? "fr" : "en-GB", {
  day: "2-digit",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});

/** Says times in the reader's own zone; what the server wrote stays as title. */
export function localTimes(root: ParentNode): void {
  for (const time of root.querySelectorAll("time")) {
    if (time.title !== "") continue;
    time.title = time.textContent ?? "";
    time.textContent = FULL.format(new Date(time.dateTime));
  }
}
