import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadRuleSet, type RuleFile } from "#rule-set.ts";

/** Where Debian's modsecurity-crs puts its files; another place may be named for a package not installed. */
const root = process.env["MODSECURITY_CRS_ROOT"] ?? "/";
const rulesFolder = join(root, "usr/share/modsecurity-crs/rules");
const setupFile = join(root, "etc/modsecurity/crs/crs-setup.conf");
const present = existsSync(rulesFolder) && existsSync(setupFile);

function read(path: string): RuleFile {
  return { name: path, text: readFileSync(path, "latin1") };
}

test.skipIf(!present)(
  `Debian's Core Rule Set loads and finds an attack${present ? "" : " — left out: modsecurity-crs is not installed here"}`,
  () => {
    const names = readdirSync(rulesFolder).sort();
    const pick = (end: string): RuleFile[] =>
      names.filter((name) => name.endsWith(end)).map((name) => read(join(rulesFolder, name)));
    const rules = loadRuleSet([read(setupFile), ...pick(".conf")], { data: pick(".data") });
    expect(rules.rules.size).toBeGreaterThan(500);
    const transaction = rules.begin({ remoteAddress: "192.0.2.1", mode: "on" });
    transaction.requestLine("GET", "/?q=1'%20or%20'1'='1&x=<script>alert(1)</script>", "HTTP/1.1");
    transaction.requestHeaders(["Host", "example.org", "User-Agent", "test", "Accept", "*/*"]);
    expect(transaction.requestEnd()).toMatchObject({ action: "deny", status: 403, ruleId: 949110 });
    const ids = transaction.finish().matches.map((match) => match.ruleId);
    expect(ids).toContain(941100);
    expect(ids).toContain(942100);
  },
  30_000,
);
