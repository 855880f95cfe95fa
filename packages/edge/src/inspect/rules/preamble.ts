import { orderRuleFiles } from "@egide/waf/order.ts";
import type { RuleFile } from "@egide/waf/rule-set.ts";

/**
 * What ModSecurity's recommended configuration says before any rule: which bodies are read, by what
 * (the Core Rule Set counts on it), and that a body that can't be read as what it claims to be is no
 * way round the rules. A body cut at the zone's limit is no such body.
 */
const BEFORE: RuleFile = {
  name: "egide-before.conf",
  text: String.raw`
SecRequestBodyAccess On
SecRequestBodyLimit 16777216
SecRequestBodyLimitAction ProcessPartial
SecResponseBodyAccess On
SecResponseBodyLimit 16777216
SecResponseBodyLimitAction ProcessPartial
SecResponseBodyMimeType text/plain text/html text/xml application/json application/xml
SecRule REQUEST_HEADERS:Content-Type "@rx ^(?:application(?:/soap\+|/)|text/)xml" \
  "id:990000001,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=XML"
SecRule REQUEST_HEADERS:Content-Type "@rx ^application/(?:[a-z0-9.-]+\+)?json" \
  "id:990000002,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
SecRule REQBODY_ERROR "!@eq 0" \
  "id:990000003,phase:2,t:none,deny,status:400,log,severity:CRITICAL,tag:'egide/body',\
  msg:'The body is not what its Content-Type says',logdata:'%{REQBODY_ERROR_MSG}',chain"
  SecRule INBOUND_DATA_ERROR "@eq 0" "t:none"
`,
};

/** Settings of a zone that a set-up file could set as well, and the names under which it is asked. */
const SETTINGS = {
  paranoia: ["paranoia_level", "blocking_paranoia_level"],
  detection: ["executing_paranoia_level", "detection_paranoia_level"],
  inbound: ["inbound_anomaly_score_threshold"],
  outbound: ["outbound_anomaly_score_threshold"],
} as const;

export type Setting = keyof typeof SETTINGS;

/** A rule set's files in their order, within what the edge itself wants said. */
export interface Framed {
  readonly files: readonly RuleFile[];
  /** A set-up file has a word in what zones decide: it is to be overruled after it has run. */
  readonly overruled: boolean;
}

export function frame(files: readonly RuleFile[]): Framed {
  const ordered = orderRuleFiles(files);
  const isSetUp = (file: RuleFile): boolean => /(?:^|\/)crs-setup\.conf/.test(file.name);
  const setUp = ordered.filter(isSetUp);
  const rest = ordered.filter((file) => !isSetUp(file));
  const overruled = setUp.some(({ text }) => speaksOfSettings(text));
  return {
    files: [BEFORE, ...setUp, ...(overruled ? [overruling()] : []), ...rest],
    overruled,
  };
}

function speaksOfSettings(text: string): boolean {
  const names = Object.values(SETTINGS).flat();
  return text
    .split("\n")
    .some((line) => !/^\s*#/.test(line) && names.some((name) => line.includes(`${name}=`)));
}

/** Runs after the set-up and puts back what the zone says. */
function overruling(): RuleFile {
  const sets = Object.entries(SETTINGS).flatMap(([setting, names]) =>
    names.map((name) => `setvar:tx.${name}=%{tx.egide_${setting}}`),
  );
  const text = `SecAction "id:990000010,phase:1,pass,nolog,t:none,${sets.join(",")}"\n`;
  return { name: "egide-zone.conf", text };
}

/** TX variables that a transaction of a zone begins with. */
export function zoneVariables(
  settings: Readonly<Record<Setting, number>>,
  overruled: boolean,
): Readonly<Record<string, string>> {
  // Without it the Core Rule Set takes itself for not set up and answers 500 to everything.
  const out: Record<string, string> = { crs_setup_version: "400" };
  for (const [setting, names] of Object.entries(SETTINGS)) {
    const value = String(settings[setting as Setting]);
    for (const name of names) out[name] = value;
    if (overruled) out[`egide_${setting}`] = value;
  }
  return out;
}
