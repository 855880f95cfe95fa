import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadRuleSet, type RuleFile, type RuleSet } from "@egide/waf/rule-set.ts";

/** What CRS's tests set up before the rules: detection, all bodies, paranoia level 4, small limits. */
const before = `
SecRuleEngine DetectionOnly
SecRequestBodyAccess On
SecRequestBodyLimit 13107200
SecResponseBodyAccess On
SecResponseBodyMimeType text/plain text/html text/xml application/json
SecRule REQUEST_HEADERS:Content-Type "@rx ^(?:application(?:/soap\\+|/)|text/)xml" \\
  "id:100,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=XML"
SecRule REQUEST_HEADERS:Content-Type "@rx ^application/(?:[a-z0-9.-]+\\+)?json" \\
  "id:101,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
`;

/** Limits that the cases count on. */
export const testSettings = `
SecAction "id:900005,phase:1,pass,nolog,\\
  setvar:tx.blocking_paranoia_level=4,\\
  setvar:tx.crs_validate_utf8_encoding=1,\\
  setvar:tx.arg_name_length=100,\\
  setvar:tx.arg_length=400,\\
  setvar:tx.total_arg_length=64000,\\
  setvar:tx.max_num_args=255,\\
  setvar:tx.max_file_size=64100,\\
  setvar:tx.combined_file_sizes=65535"
`;

/** Where no set-up file is found: the one variable without which the rules refuse everything. */
const bareSetup = 'SecAction "id:900990,phase:1,pass,nolog,setvar:tx.crs_setup_version=4000"';

export function loadRules(
  directory: string,
  setup: string | undefined,
  prefilter: boolean,
): RuleSet {
  const data = readdirSync(directory)
    .filter((name) => name.endsWith(".data"))
    .map((name) => read(join(directory, name)));
  return loadRuleSet(ruleFiles(directory, setup), { data, prefilter });
}

/** The rules with what CRS's tests set up around them, in order. */
export function ruleFiles(directory: string, setup: string | undefined): readonly RuleFile[] {
  const setupFile = setup ?? findSetup(directory);
  const rules = readdirSync(directory)
    .filter((name) => name.endsWith(".conf") && !name.startsWith("crs-setup"))
    .sort();
  return [
    { name: "before.conf", text: before },
    setupFile === undefined ? { name: "setup", text: bareSetup } : read(setupFile),
    { name: "after.conf", text: testSettings },
    ...rules.map((name) => read(join(directory, name))),
  ];
}

export function findSetup(directory: string): string | undefined {
  return [directory, dirname(directory)]
    .flatMap((place) =>
      ["crs-setup.conf", "crs-setup.conf.example"].map((name) => join(place, name)),
    )
    .find((path) => existsSync(path));
}

function read(path: string): RuleFile {
  return { name: path, text: readFileSync(path, "latin1") };
}
