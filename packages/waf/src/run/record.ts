import type { Item } from "#run/item.ts";
import { Redactor } from "#run/redact.ts";
import type { State } from "#run/state.ts";
import type { Phase, Rule } from "#rule/model.ts";
import { severities } from "#rule/severity.ts";

/** What a match leaves behind. Nothing in it is a secret: values are cut and redacted. */
export interface MatchRecord {
  readonly ruleId: number;
  readonly phase: Phase;
  readonly file: string;
  readonly line: number;
  readonly message: string;
  /** What the rule's logdata says. */
  readonly data: string;
  readonly tags: readonly string[];
  /** 0 (emergency) to 7 (debug); undefined where the rule names none. */
  readonly severity: number | undefined;
  readonly version: string;
  /** MATCHED_VAR_NAME, "" for a rule without targets. */
  readonly variable: string;
  readonly excerpt: string;
}

/** Bytes of a value or text that a record keeps. */
const excerptBytes = 500;

export function makeRecord(
  rule: Rule,
  item: Item | undefined,
  state: State,
  redactor: Redactor,
): MatchRecord {
  const secret = item !== undefined && redactor.isSecret(item);
  const show = (text: string): string => {
    const clean =
      secret && item.value !== "" ? text.replaceAll(item.value, Redactor.mark(item.value)) : text;
    return redactor.clean(clean, state).slice(0, excerptBytes);
  };
  return {
    ruleId: rule.id,
    phase: rule.phase,
    file: rule.position.file,
    line: rule.position.line,
    message: rule.msg === undefined ? "" : show(rule.msg.expand(state)),
    // A part of a secret may stand in it (TX.0), which no search for the whole would find.
    data: secret
      ? "[redacted]"
      : rule.logData === undefined
        ? ""
        : show(rule.logData.expand(state)),
    tags: rule.tags.map((tag) => tag.expand(state)),
    severity: rule.severity,
    version: rule.version ?? "",
    variable: item === undefined ? "" : item.name,
    excerpt: item === undefined ? "" : secret ? Redactor.mark(item.value) : show(item.value),
  };
}

/** A record as one line, in the form that tools for ModSecurity's error log read. */
export function formatRecord(record: MatchRecord): string {
  const field = (name: string, value: string): string =>
    value === "" ? "" : ` [${name} "${escapeText(value)}"]`;
  const severity = record.severity === undefined ? "" : (severities[record.severity] ?? "");
  return `Warning. Matched${record.variable === "" ? "" : ` at ${escapeText(record.variable)}`}.${[
    field("file", record.file),
    field("line", String(record.line)),
    field("id", String(record.ruleId)),
    field("msg", record.message),
    field("data", record.data),
    field("severity", severity),
    field("ver", record.version),
    ...record.tags.map((tag) => field("tag", tag)),
  ].join("")}`;
}

/** Bytes outside printable ASCII as `\xhh`, so that a log line stays a line. */
function escapeText(text: string): string {
  return text.replace(/[^\x20-\x7e]|"/g, (char) =>
    char === '"' ? '\\"' : `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
