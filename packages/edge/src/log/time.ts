let second = Number.NaN;
let prefix = "";

/** ISO 8601 in UTC with milliseconds; all but the milliseconds is made once a second. */
export function isoTime(ms: number): string {
  const whole = Math.floor(ms / 1000);
  if (whole !== second) {
    second = whole;
    prefix = new Date(whole * 1000).toISOString().slice(0, 20);
  }
  const rest = Math.floor(ms - whole * 1000);
  return rest < 10
    ? `${prefix}00${rest}Z`
    : rest < 100
      ? `${prefix}0${rest}Z`
      : `${prefix}${rest}Z`;
}
