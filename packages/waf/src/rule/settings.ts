import type { Directive } from "#parse/directive.ts";
import { RuleError } from "#parse/position.ts";
import type { EngineConfig } from "#rule/config.ts";
import { parseUnicodeMap } from "#rule/unicode-map.ts";

type Setter = (
  config: EngineConfig,
  value: string,
  fail: (problem: string) => never,
  data: (name: string) => string | undefined,
  rest: readonly string[],
) => void;

function choice<T>(
  values: Readonly<Record<string, T>>,
  set: (config: EngineConfig, value: T) => void,
): Setter {
  return (config, value, fail) => {
    const found = Object.entries(values).find(([name]) => name === value.toLowerCase());
    if (found === undefined) return fail(`"${value}" is none of ${Object.keys(values).join(", ")}`);
    set(config, found[1]);
  };
}

function whole(set: (config: EngineConfig, value: number) => void): Setter {
  return (config, value, fail) => {
    if (!/^\d{1,12}$/.test(value)) fail(`"${value}" is no whole number`);
    set(config, Number(value));
  };
}

const limitAction = { reject: "reject", processpartial: "partial" } as const;
const inert: Setter = () => undefined;

/** Directives that configure the engine, by lower-case name. */
const settings: Readonly<Record<string, Setter>> = {
  secruleengine: choice(
    { on: "on", off: "off", detectiononly: "detect" } as const,
    (config, value) => {
      config.mode = value;
    },
  ),
  secrequestbodyaccess: choice({ on: true, off: false }, (config, value) => {
    config.requestBodyAccess = value;
  }),
  secresponsebodyaccess: choice({ on: true, off: false }, (config, value) => {
    config.responseBodyAccess = value;
  }),
  secrequestbodylimit: whole((config, value) => {
    config.requestBodyLimit = value;
  }),
  secrequestbodynofileslimit: whole((config, value) => {
    config.requestBodyNoFilesLimit = value;
  }),
  secrequestbodylimitaction: choice(limitAction, (config, value) => {
    config.requestBodyLimitAction = value;
  }),
  secresponsebodylimit: whole((config, value) => {
    config.responseBodyLimit = value;
  }),
  secresponsebodylimitaction: choice(limitAction, (config, value) => {
    config.responseBodyLimitAction = value;
  }),
  secresponsebodymimetype: (config, value, _fail, _data, rest) => {
    config.responseTypes = [value, ...rest].map((type) =>
      type === "null" ? "" : type.toLowerCase(),
    );
  },
  secresponsebodymimetypesclear: (config) => {
    config.responseTypes = [];
  },
  secargumentseparator: (config, value, fail) => {
    if (value.length !== 1) fail("the separator is one character");
    config.argumentSeparator = value;
  },
  secargumentslimit: whole((config, value) => {
    config.argumentsLimit = value;
  }),
  secrequestbodyjsondepthlimit: whole((config, value) => {
    config.jsonDepthLimit = value;
  }),
  secuploadfilelimit: whole((config, value) => {
    config.uploadFileLimit = value;
  }),
  seccollectiontimeout: whole((config, value) => {
    config.collectionTimeout = value;
  }),
  secunicodemapfile: (config, value, fail, data, rest) => {
    const text = data(value) ?? fail(`the data file ${value} is missing`);
    config.unicodeMap = parseUnicodeMap(text, rest[0] ?? "20127", fail);
  },
  seccomponentsignature: (config, value) => {
    config.componentSignatures.push(value);
  },
  secwebappid: (config, value) => {
    config.webAppId = value;
  },
  secauditengine: choice(
    { on: "on", off: "off", relevantonly: "relevant" } as const,
    (config, value) => {
      config.auditEngine = value;
    },
  ),
  seccookieformat: (_config, value, fail) => {
    if (value !== "0") fail("only cookies of format 0 are read");
  },
  secxmlexternalentity: choice({ off: false }, () => undefined),
};

/**
 * Directives that speak of files, logs and processes, which belong to the host here. They are known
 * and take effect nowhere, so that published configurations load.
 */
const hostDirectives = [
  "secauditlog",
  "secauditlog2",
  "secauditlogdirmode",
  "secauditlogfilemode",
  "secauditlogformat",
  "secauditlogparts",
  "secauditlogrelevantstatus",
  "secauditlogstoragedir",
  "secauditlogtype",
  "seccachetransformations",
  "secchrootdir",
  "secconnengine",
  "secdatadir",
  "secdebuglog",
  "secdebugloglevel",
  "secgeolookupdb",
  "secguardianlog",
  "sechttpblkey",
  "secpcrematchlimit",
  "secpcrematchlimitrecursion",
  "secrequestbodyinmemorylimit",
  "secruleperftime",
  "secsensorid",
  "secserversignature",
  "secstatusengine",
  "secstreaminbodyinspection",
  "secstreamoutbodyinspection",
  "sectmpdir",
  "sectmpsaveuploadedfiles",
  "secunicodecodepage",
  "secuploaddir",
  "secuploadfilemode",
  "secuploadkeepfiles",
];

/** Takes a directive that configures; false where it is none of them. */
export function applySetting(
  directive: Directive,
  config: EngineConfig,
  data: (name: string) => string | undefined,
): boolean {
  const name = directive.name.text.toLowerCase();
  const setter = hostDirectives.includes(name) ? inert : settings[name];
  if (setter === undefined) return false;
  const [value, ...rest] = directive.args;
  if (value === undefined && name !== "secresponsebodymimetypesclear") {
    throw new RuleError(`${directive.name.text} wants an argument`, directive.position);
  }
  const fail = (problem: string): never => {
    throw new RuleError(problem, value?.positionAt() ?? directive.position);
  };
  setter(
    config,
    value?.text ?? "",
    fail,
    data,
    rest.map((word) => word.text),
  );
  return true;
}
