const HOUR = 3_600_000;
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const ZONE = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/New_York",
  timeZoneName: "longOffset",
});

/** New York's offset for the hours that were asked for: a catalog asks for the same few often. */
const offsets = new Map<number, number>();
const OFFSETS_MOST = 4096;

/** `12/31/18(Mon)17:05:48`: 4chan's `now` is New York's time, whoever reads it. */
export function chanNow(at: number): string {
  const local = new Date(at + offsetOf(at));
  const two = (value: number): string => String(value).padStart(2, "0");
  const date = `${two(local.getUTCMonth() + 1)}/${two(local.getUTCDate())}/${two(local.getUTCFullYear() % 100)}`;
  const time = `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())}`;
  return `${date}(${DAYS[local.getUTCDay()]})${time}`;
}

function offsetOf(at: number): number {
  const hour = Math.floor(at / HOUR);
  let offset = offsets.get(hour);
  if (offset === undefined) {
    const name = ZONE.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
    const [, sign, hours, minutes] = /GMT([+-])(\d+):(\d+)/.exec(name) ?? [];
    const size = Number(hours ?? 0) * HOUR + Number(minutes ?? 0) * 60_000;
    offset = sign === "-" ? -size : size;
    if (offsets.size >= OFFSETS_MOST) offsets.clear();
    offsets.set(hour, offset);
  }
  return offset;
}
