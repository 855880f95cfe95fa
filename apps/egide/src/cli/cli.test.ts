import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "#cli/command.ts";
import { completionScript, SHELLS } from "#cli/completion.ts";
import { renderHelp } from "#cli/help.ts";
import { paintFor } from "#cli/paint.ts";
import { rootCommand } from "#cli/run.ts";
import { callEgide, type Said } from "#cli/testing/egide.ts";

const directory = mkdtempSync(join(tmpdir(), "egide-cli-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
writeFileSync(
  join(directory, "egide.yaml"),
  `zones: [{hosts: [example.org], origin: "http://127.0.0.1:1"}]\nstate: ${directory}\n`,
);

function egide(...argv: string[]): Promise<Said> {
  return callEgide(directory, argv, { USER: "tester" });
}

function* all(command: Command, path: readonly Command[] = []): Generator<readonly Command[]> {
  const here = [...path, command];
  yield here;
  for (const inner of command.commands ?? []) yield* all(inner, here);
}

describe("help", () => {
  for (const path of all(rootCommand)) {
    const name = path.map((command) => command.name).join(" ");
    test(`${name} --help says what it does, in lines that fit`, async () => {
      const words = path.slice(1).map((command) => command.name);
      const { code, out } = await egide(...words, "--help");
      expect(code).toBe(0);
      expect(out).toBe(renderHelp(path, paintFor(false, {})));
      expect(out).toContain("Usage");
      const text = out.slice(0, out.includes("Examples") ? out.indexOf("Examples") : undefined);
      for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    });
  }

  test("egide alone, and egide help order, show help", async () => {
    expect((await egide()).out).toContain("egide up");
    expect((await egide("help", "order")).out).toContain("lift");
  });
});

describe("misuse", () => {
  test.each([
    [["upp"], 'unknown command "upp"; did you mean up?'],
    [["check", "--confg", "x"], "unknown option --confg; did you mean --config?"],
    [["check", "more"], 'unexpected argument "more"'],
    [["completion", "bsh"], 'SHELL is one of bash, zsh, fish, not "bsh"; did you mean bash?'],
    [["completion"], "SHELL is missing"],
    [["edge", "--log-level", "inf"], '--log-level is one of debug, info, warn, error, not "inf"'],
    [["check", "--config"], "argument missing"],
  ])("%j is answered with what was meant, and 2", async (argv, message) => {
    const { code, err } = await egide(...argv);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });
});

describe("check", () => {
  test("a sound file is said to be sound", async () => {
    expect(await egide("check")).toEqual({
      code: 0,
      out: "egide.yaml: sound (1 zone, 1 host)\n",
      err: "",
    });
  });

  test("every problem is printed, and 1 is the answer", async () => {
    writeFileSync(join(directory, "bad.yaml"), "zones: []\nlisten: {htp: [80]}\nworker: 2\n");
    const { code, err } = await egide("check", "-c", "bad.yaml");
    expect(code).toBe(1);
    expect(err).toContain("bad.yaml:1:1: entries needed: at least 1");
    expect(err).toContain('unknown key "htp"');
    expect(err).toContain('did you mean "workers"?');
    expect(err).toEndWith("3 problems\n");
  });

  test("a file that is not there is a problem too", async () => {
    expect((await egide("check", "-c", "none.yaml")).err).toContain("none.yaml: no such file");
  });
});

describe("orders", () => {
  const reasons = ["--reason-en", "Test.", "--reason-fr", "Essai."];

  test("add, list and lift", async () => {
    const added = await egide("order", "add", "example.org", "block", "--id", "a", ...reasons);
    expect(added.err).toBe("");
    expect(added.code).toBe(0);
    expect(readdirSync(join(directory, "orders"))).toEqual(["a.json"]);
    expect((await egide("order", "list")).out).toBe("a  block  example.org  in force  a\n");
    expect(
      (await egide("order", "add", "example.org", "block", "--id", "a", ...reasons)).err,
    ).toContain("exists");
    expect((await egide("order", "lift", "b")).err).toContain("did you mean a?");
    expect(await egide("order", "lift", "a")).toMatchObject({ code: 0, out: "lifted a\n" });
    expect((await egide("order", "list")).err).toBe("no orders\n");
  });

  test("what the law demands", async () => {
    const law = [
      "--legal",
      "A court",
      "--country",
      "FR",
      "--path",
      "/a*",
      "--ends",
      "2999-01-01T00:00:00Z",
    ];
    await egide("order", "add", "example.org", "block", "--id", "law", ...law, ...reasons);
    const { out } = await egide("order", "list", "--json");
    expect(JSON.parse(out)).toMatchObject({
      legal: { demandedBy: "A court" },
      countries: ["FR"],
      paths: ["/a*"],
      issuer: "tester",
    });
    await egide("order", "lift", "law");
  });

  test.each([
    [
      ["example.com", "block", ...reasons],
      'no zone "example.com" in the configuration; did you mean example.org?',
    ],
    [["example.org", "block"], '--reason-en: "en" is missing'],
    [["example.org", "block", ...reasons, "--path", "a"], "--path: not a path pattern"],
    [["example.org", "block", ...reasons, "--starts", "now"], "--starts: not an instant"],
    [["example.org", "block", ...reasons, "--id", "../x"], "--id: not an order id"],
  ])("order add %j writes nothing", async (argv, message) => {
    const { code, err } = await egide("order", "add", ...argv);
    expect(err).toContain(message);
    expect(code).toBe(1);
    expect(
      existsSync(join(directory, "orders")) ? readdirSync(join(directory, "orders")) : [],
    ).toEqual([]);
  });
});

describe("purge", () => {
  test.each([
    [["--all"], "--zone is missing"],
    [["--zone", "example.org"], "say what: --url, --prefix, --tag, --host or --all"],
    [["--zone", "example.org", "--all", "--tag", "a"], "leave --tag out"],
    [["--zone", "example.org", "--ulr", "x"], "did you mean --url?"],
  ])("%j is misuse", async (argv, message) => {
    const { code, err, out } = await egide("purge", ...argv);
    expect(err).toContain(message);
    expect([code, out]).toEqual([2, ""]);
  });

  test.each([
    [["--url", "/news"], '--url: not a URL: "/news"'],
    [["--prefix", "ftp://example.org/"], "--prefix: not a URL"],
    [["--tag", "a,b"], "--tag: not a tag"],
    [["--host", "*.example.org"], "--host: not a host"],
    [["--tag", "fine", "--url", "https://me@example.org/"], "--url: not a URL"],
    [Array.from({ length: 1001 }, (_, i) => ["--tag", String(i)]).flat(), "ask in several"],
    [["--all", "--config", "none.yaml"], "none.yaml: no such file"],
    [["--all"], `nothing runs there: no process answers at ${join(directory, "egide.sock")}`],
    [["--all", "--state", "elsewhere"], "control.nothing_runs"],
  ])("what is asked is refused in words: %#", async (argv, message) => {
    const { code, err, out } = await egide("purge", "--zone", "example.org", ...argv);
    expect(err).toContain(message);
    expect([code, out]).toEqual([1, ""]);
  });
});

describe("completion", () => {
  for (const shell of SHELLS) {
    test(`${shell} knows every command and option`, () => {
      const script = completionScript(shell, rootCommand);
      for (const path of all(rootCommand)) {
        const command = path.at(-1) as Command;
        if (path.length > 1) expect(script).toContain(command.name);
        for (const option of Object.keys(command.options ?? {})) expect(script).toContain(option);
      }
    });
  }

  test.each([
    [["egide", "or"], "order"],
    [["egide", "purge", "--so"], "--soft"],
    [["egide", "order", "li"], "list lift"],
    [["egide", "order", "add", "x", "--mea"], ""],
    [["egide", "up", "--ta"], "--takeover"],
    [["egide", "edge", "--log-level", "d"], "debug"],
    [["egide", "completion", "f"], "fish"],
  ])("bash completes %j", (words, expected) => {
    const script = `${completionScript("bash", rootCommand)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}
_egide; echo "\${COMPREPLY[*]}"`;
    const { stdout, stderr } = Bun.spawnSync(["bash", "-c", script], { cwd: directory });
    expect(stderr.toString()).toBe("");
    expect(stdout.toString().trim()).toBe(expected);
  });
});
