import { expect, test } from "bun:test";
import { orderRuleFiles } from "#order.ts";
import { loadRuleSet } from "#rule-set.ts";

const file = (name: string, text = ""): { name: string; text: string } => ({ name, text });

test("plugins go round the rules", () => {
  const names = [
    "rules/REQUEST-999-Z.conf",
    "plugins/p-after.conf",
    "rules/REQUEST-901-A.conf",
    "plugins/p-before.conf",
    "x/crs-setup.conf",
    "plugins/p-config.conf",
    "rules/a.data",
  ];
  expect(orderRuleFiles(names.map((name) => file(name))).map(({ name }) => name)).toEqual([
    "x/crs-setup.conf",
    "plugins/p-config.conf",
    "plugins/p-before.conf",
    "rules/REQUEST-901-A.conf",
    "rules/REQUEST-999-Z.conf",
    "plugins/p-after.conf",
  ]);
});

test("a plugin takes a rule's target out before and a rule out after", () => {
  const rules = loadRuleSet(
    orderRuleFiles([
      file("p-after.conf", "SecRuleRemoveById 2"),
      file("r.conf", 'SecRule ARGS "@streq v" "id:1,pass"\nSecRule ARGS "@streq v" "id:2,pass"'),
      file(
        "p-before.conf",
        'SecRule TX:on "@eq 1" "id:100,phase:1,pass,nolog,ctl:ruleRemoveTargetById=1;ARGS:x"',
      ),
      file("p-config.conf", 'SecAction "id:99,phase:1,pass,nolog,setvar:tx.on=1"'),
    ]),
  );
  const transaction = rules.begin();
  transaction.requestLine("GET", "/?x=v&y=v", "HTTP/1.1");
  transaction.requestHeaders([]);
  transaction.requestEnd();
  expect(transaction.finish().matches.map((match) => `${match.ruleId} ${match.variable}`)).toEqual([
    "1 ARGS:y",
  ]);
});
