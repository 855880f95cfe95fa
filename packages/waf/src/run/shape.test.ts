import { describe, expect, test } from "bun:test";
import { loadRuleSet } from "#rule-set.ts";
import { Facts } from "#run/facts.ts";
import { Shapes } from "#run/shape.ts";

const nowhere = { remoteAddress: "", remotePort: 0, serverAddress: "", serverPort: 0 };

function request(method: string, ...headers: string[]): Facts {
  const facts = new Facts("", nowhere);
  facts.setLine(method, "/", "HTTP/1.1", undefined);
  facts.requestHeaders = headers;
  return facts;
}

describe("shapes", () => {
  test("are kept once they come back, whatever the values", () => {
    const shapes = new Shapes();
    const ask = (value: string) => shapes.of(request("GET", "Host", value, "Accept", "*/*"));
    expect(ask("a")).toBeUndefined();
    expect(ask("b")).toBeUndefined();
    const shape = ask("c");
    expect(shape).toBeDefined();
    expect(ask("d")).toBe(shape as never);
    expect(shape?.facts.requestHeaders).toEqual(["Host", "", "Accept", ""]);
    for (const other of [
      request("POST", "Host", "a", "Accept", "b"),
      request("GET", "Accept", "b", "Host", "a"),
    ])
      expect(shapes.of(other)).toBeUndefined();
  });

  test("names with line ends in them are not taken for others", () => {
    const shapes = new Shapes();
    const one = request("GET", "a\nb", "", "c", "");
    const other = request("GET", "a", "", "b\nc", "");
    for (let i = 0; i < 5; i++) shapes.of(one);
    expect(shapes.of(one)).toBeDefined();
    expect(shapes.of(other)).toBeUndefined();
    expect(shapes.of(request("GET\nHTTP/1.1", "a", "")) ?? "none").toBe("none");
  });

  test("a request of too many or too long names has none", () => {
    const shapes = new Shapes();
    const many = request("GET", ...Array.from({ length: 200 }, (_, i) => `x${i}`));
    const long = request("GET", "x".repeat(5000), "");
    for (let i = 0; i < 5; i++)
      for (const one of [many, long]) expect(shapes.of(one)).toBeUndefined();
  });
});

describe("what is played by a request's shape", () => {
  const rules = loadRuleSet([
    {
      name: "shape.conf",
      text: String.raw`
SecRuleEngine On
SecAction "id:1,phase:1,nolog,pass,setvar:tx.refused=/x-bad/ /x-worse/"
SecRule REQUEST_HEADERS_NAMES "@rx ^.*$" "id:2,phase:1,deny,status:400,capture,t:none,t:lowercase,msg:'%{MATCHED_VAR}',setvar:'tx.name_%{tx.0}=/%{tx.0}/',chain"
  SecRule TX:/^name_/ "@within %{tx.refused}" "setvar:tx.score=+5"
SecRule &REQUEST_HEADERS:Host "@gt 1" "id:3,phase:1,deny,status:421"
SecRule TX:0 "@rx ^(?:last|[a-z-]*b)$" "id:4,phase:1,pass,log,msg:'caught %{TX.0}'"
SecRule ARGS:name "@rx ." "id:5,phase:2,pass,nolog,setvar:'tx.name_x=/x-bad/'"
SecRule TX:/^name_x/ "@streq /x-bad/" "id:6,phase:2,pass,log,msg:'%{MATCHED_VAR_NAME}'"
`,
    },
  ]);
  const ask = (target: string, ...headers: string[]) => {
    const transaction = rules.begin();
    transaction.requestLine("GET", target, "HTTP/1.1");
    transaction.requestHeaders(headers);
    transaction.requestEnd();
    const { intervention, matches } = transaction.finish();
    return [intervention?.ruleId, ...matches.map(({ ruleId, message }) => `${ruleId} ${message}`)];
  };

  test("is the same the first time and the tenth", () => {
    for (let i = 0; i < 10; i++) {
      expect(ask("/", "Host", "a", "Accept", String(i))).toEqual([undefined]);
      expect(ask("/", "Host", "a", "X-Bad", String(i))[0]).toBe(2);
      expect(ask("/", "Host", "a", "Host", "b")[0]).toBe(3);
      // What was caught last is seen by a rule that catches nothing itself.
      expect(ask("/", "Host", "a", "x-b", "")).toEqual([undefined, "4 caught x-b"]);
      expect(ask("/?name=1", "Host", "a")).toEqual([undefined, "6 TX:name_x"]);
      expect(ask("/", "Host", "a")).toEqual([undefined]);
    }
  });
});
