import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RecordedRequest, recordedRequestSchema } from "@egide/contract/recorded-request.ts";
import { callEgide, type Said } from "#cli/testing/egide.ts";
import { release } from "#rules/install/testing/tar.ts";
import { sha256 } from "#rules/install/verify.ts";

const directory = mkdtempSync(join(tmpdir(), "egide-rules-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const write = (name: string, text: string | Uint8Array): void =>
  writeFileSync(join(directory, name), text);

function egide(...argv: string[]): Promise<Said> {
  return callEgide(directory, ["rules", ...argv]);
}

write(
  "egide.yaml",
  `
zones:
  - hosts: [example.org]
    origin: http://127.0.0.1:1
    waf:
      mode: block
      rules: own
      exclusions: [{path: /free, arguments: [text]}, {path: /open}]
  - hosts: [strict.example]
    origin: http://127.0.0.1:1
    waf: {mode: block, rules: own, paranoia: 2, inboundThreshold: 50}
state: ${join(directory, "state")}
`,
);

const form = (path: string, body: string): string =>
  `POST ${path} HTTP/1.1\r\nHost: example.org\r\nUser-Agent: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
write("attack.txt", form("/a?id=1%20or%201=1", "name=O%27Brien&text=<script>alert(1)</script>"));
write("free.txt", form("/free", "text=<script>alert(1)</script>"));
write("open.txt", form("/open", "x=<script>alert(1)</script>"));
write("plain.txt", "GET /search?q=l%27%C3%A9t%C3%A9 HTTP/1.1\nHost: example.org\nUser-Agent: x\n");

describe("test", () => {
  test("says which rule matches, on what, after what, and what it comes to", async () => {
    const { code, out } = await egide("test", "--request", "attack.txt", "--rules", "own");
    expect(code).toBe(0);
    expect(out).toContain("POST /a?id=1%20or%201=1  against own");
    expect(out).toContain(
      "5006001  PL1  Condition behind the end of a literal\n    in     ARGS:id\n    after  urldecodeuni, replacecomments, compresswhitespace, lowercase\n    saw    1 or 1=1\n",
    );
    expect(out).toMatch(/5007051 {2}PL2 .*\(does not count at level 1\)/);
    expect(out).toMatch(/Score \d+ at paranoia level 1, threshold 5: the request is blocked\./);
    expect(out).toContain("Decided by rule 5009013, status 403.");
    expect(out).toMatch(/At other levels: 2: \d+ \(blocked\), 3/);
  });

  test("as JSON, with every level", async () => {
    const { out } = await egide("test", "--request", "attack.txt", "--rules", "own", "--json");
    const told = JSON.parse(out);
    expect(told).toMatchObject({ paranoia: 1, threshold: 5, blocked: true });
    expect(told.levels.map(({ level }: { level: number }) => level)).toEqual([1, 2, 3, 4]);
    expect(told.levels[1].score).toBeGreaterThan(told.levels[0].score);
    expect(told.matches).toContainEqual(
      expect.objectContaining({ id: 5_007_001, variable: "ARGS:text", paranoia: 1 }),
    );
  });

  test("a zone's rules, level, threshold and exclusions hold", async () => {
    const zone = ["--zone", "example.org"];
    expect((await egide("test", "--request", "free.txt", ...zone)).out).toContain(
      "No rule matches",
    );
    expect((await egide("test", "--request", "free.txt", "--rules", "own")).out).toContain(
      "is blocked",
    );
    expect((await egide("test", "--request", "open.txt", ...zone)).out).toContain(
      "takes this request out",
    );
    const strict = await egide("test", "--request", "attack.txt", "--zone", "strict.example");
    expect(strict.out).toMatch(/at paranoia level 2, threshold 50: the request passes/);
    const once = await egide(
      "test",
      "--request",
      "free.txt",
      "--rules",
      "own",
      "--threshold",
      "1000",
    );
    expect(once.out).toContain("the request passes");
  });

  test("an ordinary request passes; what is no request is said to be none", async () => {
    const { out } = await egide("test", "--request", "plain.txt", "--rules", "own");
    expect(out).toContain("No rule matches.\n\nScore 0");
    write("bad.txt", "hello\n");
    expect((await egide("test", "--request", "bad.txt")).err).toContain(
      "line 1 is no request line",
    );
    write("bad.txt", "GET / HTTP/1.1\nHost\n\n");
    expect((await egide("test", "--request", "bad.txt")).err).toContain(
      "line 2 is no header field",
    );
    expect((await egide("test", "--request", "none.txt")).err).toContain("none.txt: no such file");
    expect((await egide("test")).code).toBe(2);
  });

  test.each([
    [
      ["--zone", "example.com"],
      'no zone "example.com" in the configuration; did you mean example.org?',
    ],
    [["--rules", "crss"], 'unknown rule set "crss"; did you mean crs?'],
    [["--rules", "nothing-like-it"], "known: auto, crs, own; or name files"],
    [["--threshold", "many"], "--threshold is a whole number"],
    [["--config", "none.yaml"], "none.yaml: no such file"],
  ])("%j is answered with what was meant", async (argv, message) => {
    const { code, err } = await egide("test", "--request", "plain.txt", ...argv);
    expect(err).toContain(message);
    expect(code).toBe(1);
  });
});

describe("check", () => {
  test("every mistake is told with its place, and what only follows from one is not", async () => {
    write(
      "bad.conf",
      `SecRule ARGS "@rx (a" "id:1,phase:2,pass"
SecRule ARG "@rx a" "id:2,phase:2,pass,chain"
  SecRule ARGS "@rx b" "t:lowercase"
SecRule ARGS "@rxx a" "id:3,phase:2,pass"
SecRule ARGS "@rx a" "id:4,phase:2,pass,t:lowercas"
SecRule ARGS "@rx a" "id:5,phase:2,pass,chain"
  SecRule ARGS "@pmFromFile none.data" "t:lowercase"
SecRule ARGS "@rx é
SecAction "id:6,phase:2,pass"
SecFoo bar
SecAction "id:6,phase:2,pass"
SecRule ARGS "@rx a" "id:7,phase:2,pass,chain"
`,
    );
    const { code, err } = await egide("check", "bad.conf");
    expect(code).toBe(1);
    const heads = err.split("\n").filter((line) => line.startsWith("bad.conf:"));
    expect(heads.map((line) => line.split(" ")[0])).toEqual([
      "bad.conf:1:19:",
      "bad.conf:2:9:",
      "bad.conf:4:15:",
      "bad.conf:5:41:",
      "bad.conf:7:29:",
      "bad.conf:8:14:",
      "bad.conf:10:1:",
      "bad.conf:11:1:",
      "bad.conf:12:1:",
    ]);
    expect(err).toContain("did you mean ARGS?");
    expect(err).toContain("did you mean rx?");
    expect(err).toContain("did you mean lowercase?");
    expect(err).toContain('  8 | SecRule ARGS "@rx é');
    expect(err).toEndWith("9 problems\n");
  });

  test("sound files are said to be sound; folders bring their data; nothing is no rule set", async () => {
    mkdirSync(join(directory, "mine", "rules"), { recursive: true });
    write("mine/rules/a.conf", 'SecRule ARGS "@pmFromFile a.data" "id:1,phase:2,deny"\n');
    write("mine/rules/a.data", "evil\n");
    const { code, out } = await egide("check", "mine");
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^mine: sound \(1 file, \d+ rules\)\n$/),
    ]);
    expect((await egide("check", "--rules", "own")).out).toContain("own: sound (9 files");
    mkdirSync(join(directory, "empty"));
    expect((await egide("check", "empty")).err).toContain("no rule file (*.conf) in empty");
  });
});

describe("list and explain", () => {
  test("filters part the rules", async () => {
    const list = async (...argv: string[]): Promise<number[]> => {
      const { out } = await egide("list", "--rules", "own", "--json", ...argv);
      return out
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line).id);
    };
    const all = await list();
    expect(all.length).toBeGreaterThan(40);
    expect(all).toEqual([...all].sort((a, b) => a - b));
    expect(await list("--tag", "attack-sqli", "--paranoia", "1")).not.toContain(5_006_051);
    expect(await list("--tag", "attack-sqli")).toContain(5_006_051);
    expect(await list("--id", "5006001-5006003")).toEqual([5_006_001, 5_006_002, 5_006_003]);
    expect(await list("--search", "sHellShock")).toEqual([5_004_003]);
    expect(await list("--phase", "1")).toContain(5_002_003);
    expect((await list("--all")).length).toBeGreaterThan(all.length);
    const { out, err } = await egide("list", "--rules", "own", "--search", "shellshock");
    expect(out).toBe("5004003  phase 2  PL1  Shellshock  attack-rce\n");
    expect(err).toMatch(/^1 of \d+ rules of own\n$/);
    expect((await egide("list", "--id", "x")).code).toBe(2);
  });

  test("a rule is told in words: chain, exclusions, negation, and what leaves it out", async () => {
    write(
      "chain.conf",
      `SecRule REQUEST_METHOD "!@within GET HEAD" "id:10,phase:1,deny,status:405,msg:'Method',tag:'paranoia-level/2',severity:WARNING,chain"
  SecRule &ARGS:/^a/|!ARGS:ab "@gt 3" "t:none,setvar:'tx.inbound_anomaly_score=+3'"
SecRule REQUEST_URI "@beginsWith /free" "id:11,phase:1,pass,nolog,msg:'Free',ctl:ruleRemoveTargetById=10;ARGS:a"
`,
    );
    const { out } = await egide("explain", "10", "--rules", "chain.conf");
    expect(out).toContain("10  Method\n");
    expect(out).toContain("from        chain.conf:1\n");
    expect(out).toContain(
      "when        phase 1: once the request's head is there, from paranoia level 2 on",
    );
    expect(out).toContain("REQUEST_METHOD (the method)");
    expect(out).toContain('matches     where it is no part of "GET HEAD"');
    expect(out).toContain("chained");
    expect(out).toContain(
      "&ARGS:/^a/ (how many: arguments of the query and the body whose name matches ^a)",
    );
    expect(out).toContain("but not     ARGS:ab");
    expect(out).toContain("matches     where it is more than 3");
    expect(out).toContain("then        refuses with 405");
    expect(out).toContain("adds 3 to the score tx.inbound_anomaly_score");
    expect(out).toContain("left out    for ARGS:a, where rule 11 matches: Free (chain.conf:3)");
    expect(out).toContain("- rules: [10]");
    const json = JSON.parse((await egide("explain", "10", "--rules", "chain.conf", "--json")).out);
    expect(json).toMatchObject({ id: 10, paranoia: 2, severity: "warning" });
    expect((await egide("explain", "5006002", "--rules", "own")).out).toContain(
      "the regular expression finds",
    );
  });

  test("what leaves a rule out is told file by file, where there is much of it", async () => {
    const many = Array.from(
      { length: 20 },
      (_, i) =>
        `SecRule REQUEST_URI "@beginsWith /a${i}" "id:${100 + i},phase:1,pass,nolog,ctl:ruleRemoveTargetById=10;ARGS:a${i}"`,
    );
    write(
      "many.conf",
      `SecRule ARGS "@contains x" "id:10,phase:2,deny"\n${many.join("\n")}\nSecRule REQUEST_URI "@streq /" "id:130,phase:1,pass,nolog,ctl:ruleRemoveById=10"\n`,
    );
    const { out } = await egide("explain", "10", "--rules", "many.conf");
    expect(out).toContain(
      "left out    as a whole, or for ARGS:a0, ARGS:a1, ARGS:a2 and 17 more, where one of 21 rules matches, 100 to 130 (many.conf)",
    );
    expect(out.match(/left out/g)?.length).toBe(1);
  });

  test("an id that is not there", async () => {
    const { code, err } = await egide("explain", "50060011", "--rules", "own");
    expect([code, err]).toEqual([1, "no rule 50060011 in own; did you mean 5006001?\n"]);
    expect((await egide("explain", "abc")).code).toBe(2);
  });
});

describe("install", () => {
  test("from a file: verified, loaded, in place, and then what is used by default", async () => {
    const packed = release("4.77.0");
    write("crs.tar.gz", packed);
    const refused = await egide("install", "crs", "--from", "crs.tar.gz");
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("nothing says that it is genuine");
    expect(refused.err).toContain(sha256(packed));
    const done = await egide("install", "crs", "--from", "crs.tar.gz", "--sha256", sha256(packed));
    expect(done.err).toBe("");
    expect(done.out).toContain("Core Rule Set 4.77.0 is in ");
    expect(done.out).toContain("verified by the checksum given with --sha256");
    const { out } = await egide("explain", "942000");
    expect(out).toContain("state/rules/crs/rules/REQUEST-942-A.conf:1");
  });

  test("a set that does not load is not put in place", async () => {
    const packed = release("4.78.0", [{ name: "TOP/rules/b.conf", text: "\n  SecRule ARGS" }]);
    write("crs.tar.gz", packed);
    const { code, err } = await egide(
      "install",
      "crs",
      "--from",
      "crs.tar.gz",
      "--sha256",
      sha256(packed),
    );
    expect(code).toBe(1);
    expect(err).toContain("it does not load: rules/b.conf:2:3: SecRule wants 2 arguments");
    expect((await egide("explain", "942000")).code).toBe(0);
  });

  test.each([
    [["owasp"], 'SET is one of crs, not "owasp"'],
    [["crs", "--from", "x", "--version", "4.1.0"], "leave --version out"],
    [["crs", "--signature", "x"], "go with --from"],
    [["crs", "--from", "crs.tar.gz", "--key", "x"], "go together"],
  ])("%j is misuse", async (argv, message) => {
    const { code, err } = await egide("install", ...argv);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });

  test("--from names a file that is there", async () => {
    expect((await egide("install", "crs", "--from", "none")).err).toContain("none: no such file");
  });
});

describe("backtest", () => {
  let count = 0;
  const record = (over: Partial<RecordedRequest>): string =>
    JSON.stringify(
      recordedRequestSchema.parse({
        time: `2026-11-22T04:00:${String(count % 60).padStart(2, "0")}.000Z`,
        zone: "example.org",
        requestId: `r${count++}`,
        client: "192.0.2.0/24",
        country: "",
        method: "GET",
        target: "/",
        version: 11,
        scheme: "https",
        headers: ["Host", "example.org", "User-Agent", "x"],
        body: null,
        bodyBytes: 0,
        visitor: "unknown",
        status: 200,
        waf: { action: "none", inboundScore: 0, rules: [] },
        ...over,
      }),
    );
  const sample = (name: string, records: readonly string[]): void => {
    mkdirSync(join(directory, "state", "samples"), { recursive: true });
    write(join("state", "samples", name), `${records.join("\n")}\n`);
  };

  test("what would newly be blocked is told by rule and by who asked", async () => {
    const found: RecordedRequest["waf"] = {
      action: "blocked",
      inboundScore: 5,
      rules: [5_006_001],
    };
    sample("example.org.0.jsonl", [
      record({}),
      record({ target: "/x?y=1%20or%201=1", visitor: "passedChallenge" }),
      record({ target: "/x?y=%27%20or%201=1--" }),
      record({ target: "/?a=1%20or%201=1", status: 403, waf: found }),
      record({ target: "/?a=fine", status: 403, waf: { ...found, action: "detected" } }),
      record({ method: "POST", bodyBytes: 12, visitor: "feedReader" }),
      record({
        method: "POST",
        headers: ["Host", "example.org", "Content-Type", "application/json"],
        body: '{"a": "<script>alert(1)</script>"}',
        bodyBytes: 34,
        visitor: "verifiedBot",
      }),
    ]);
    sample("strict.example.0.jsonl", [record({ zone: "strict.example" }), '{"half'].concat([]));
    const { code, out, err } = await egide("backtest", "own");
    expect(err).toBe("");
    expect(code).toBe(3);
    expect(out).toContain("8 recorded requests against own\n  1 of them without their body");
    expect(out).toContain("1 lines could not be read");
    expect(out).toContain(
      "3 would newly be blocked (37.50 %), 1 were found then as now, 1 no longer",
    );
    expect(out).toContain("1 of      1  verified bots");
    expect(out).toContain("0 of      1  feed readers");
    expect(out).toContain("1 of      1  visitors who had passed a challenge");
    expect(out).toContain("2  5006001  Condition behind the end of a literal");
    expect(out).toContain("Examples: visitors who had passed a challenge\n");
    expect(out).toContain("GET /x?y=1%20or%201=1  score 5  r1");

    const json = JSON.parse(
      (await egide("backtest", "own", "--json", "--zone", "example.org")).out,
    );
    expect(json).toMatchObject({ requests: 7, same: 1, withoutBody: 1, unfinished: 0 });
    expect(json.byVisitor.verifiedBot).toEqual({ requests: 1, newly: 1 });
    expect(json.newly.map((one: { requestId: string }) => one.requestId)).toEqual([
      "r1",
      "r2",
      "r6",
    ]);
    expect(json.newly[0].matches[0]).toMatchObject({ id: 5_006_001, variable: "ARGS:y" });
    expect(json.noLonger).toEqual(["r4"]);
  });

  test("settings count: a threshold that nothing reaches blocks nothing", async () => {
    const { code, out } = await egide("backtest", "own", "--threshold", "1000");
    expect(code).toBe(0);
    expect(out).toContain("0 would newly be blocked");
  });

  test("no records, no rules: it is said", async () => {
    write("none.jsonl", "");
    expect((await egide("backtest", "own", "--log", "none.jsonl")).err).toContain(
      "no recorded requests",
    );
    // Nothing was ever sampled: there is no folder yet.
    expect((await egide("backtest", "own", "--state", "fresh")).err).toContain("waf.record");
    expect((await egide("backtest", "own", "--log", "nowhere")).err).toContain(
      "no such file or folder",
    );
    expect((await egide("backtest", "bad.conf")).err).toContain("bad.conf:1:19");
  });
});
