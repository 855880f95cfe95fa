import { afterAll, describe, expect, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { logPolicySchema } from "@egide/contract/policy/log.ts";
import { type WafPolicy, wafSchema } from "@egide/contract/policy/waf.ts";
import { systemClock } from "@egide/std/clock.ts";
import type { RuleFile } from "@egide/waf/rule-set.ts";
import type { Overlay } from "@egide/waf/run/overlay.ts";
import { Inspector } from "#inspect/inspector.ts";
import { Exclusions } from "#inspect/zone/exclusions.ts";

const directory = mkdtempSync(join(tmpdir(), "egide-inspect-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

type WafInput = Partial<WafPolicy>;

function setUp(own: readonly RuleFile[] = []) {
  const told: { level: string; message: string; fields: Readonly<Record<string, unknown>> }[] = [];
  const inspector = new Inspector({
    clock: systemClock,
    places: {
      installed: join(directory, "installed"),
      system: join(directory, "system"),
      systemSetup: join(directory, "system-setup"),
    },
    stock: { own, ready: () => [] },
    samples: join(directory, "samples"),
    patterns: join(directory, "patterns"),
    worker: 0,
    random: () => 0.5,
    writeAddress: () => "",
    report: (level, message, fields) => told.push({ level, message, fields }),
  });
  const prepare = (waf: WafInput, count = 1) => {
    const zones = Array.from({ length: count }, (_, i) => ({
      id: `z${i}`,
      waf: wafSchema.parse({ mode: "block", ...waf }),
      log: logPolicySchema.parse({}),
    }));
    return inspector.prepare(zones);
  };
  return { told, prepare, settled: () => inspector.settled() };
}

let stamp = 1_700_000_000;
/** Files whose times differ however fast the test writes them. */
function write(name: string, text: string): string {
  const path = join(directory, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  utimesSync(path, stamp, stamp++);
  return path;
}

const rule = (id: number): string => `SecRule ARGS "@contains x" "id:${id},phase:2,deny"\n`;

describe("rule sets", () => {
  test("are shared by all zones that chose the same", () => {
    const path = write("shared/a.conf", rule(1));
    const { prepare } = setUp();
    const zones = [...prepare({ rules: [path] }, 3).values()];
    expect(zones).toHaveLength(3);
    expect(new Set(zones.map((zone) => zone.rules?.set)).size).toBe(1);
  });

  test("are loaded again when a file has changed, and only then", async () => {
    const path = write("again/a.conf", rule(1));
    const { prepare, settled } = setUp();
    const first = prepare({ rules: [path] }).get("z0")?.rules;
    expect(prepare({ rules: [path] }).get("z0")?.rules).toBe(first as never);
    write("again/a.conf", rule(2));
    const second = prepare({ rules: [path] }).get("z0");
    // Those before stay in force while the new ones are loaded.
    expect(second?.rules).toBe(first as never);
    await settled();
    expect([...(second?.rules?.set.rules.keys() ?? [])]).toContain(2);
    expect(prepare({ rules: [path] }).get("z0")?.rules).toBe(second?.rules as never);
  });

  test("are found out about once, whatever becomes of what was kept", () => {
    const path = write("kept/a.conf", `SecRule ARGS "@rx kept[0-9]" "id:1,phase:2,deny"\n`);
    const kept = () =>
      readdirSync(join(directory, "patterns")).map((name) => join(directory, "patterns", name));
    const load = () =>
      setUp()
        .prepare({ rules: [path] })
        .get("z0")?.rules?.set;
    expect(load()?.rules.has(1)).toBeTrue();
    const file = kept().find((name) => readFileSync(name, "utf8").includes("kept[0-9]")) ?? "";
    expect(file).toEndWith(".patterns");
    const text = readFileSync(file, "utf8");
    expect(load()?.rules.has(1)).toBeTrue();
    writeFileSync(file, text.slice(0, 60));
    expect(load()?.rules.has(1)).toBeTrue();
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  test("that no longer load leave those in force, and say where and why", async () => {
    const path = write("bad/a.conf", rule(1));
    const { told, prepare, settled } = setUp();
    const before = prepare({ rules: [path] }).get("z0")?.rules;
    write("bad/a.conf", `\n\nSecRule NOSUCH "@rx x" "id:2,phase:1,deny"\n`);
    const after = prepare({ rules: [path] }).get("z0");
    await settled();
    expect(after?.rules).toBe(before as never);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ level: "error", fields: { inForce: "those before" } });
    expect(String(told[0]?.fields["error"])).toStartWith(`${path}:3:9: `);
  });

  test("that never loaded leave the zone to its fail mode", () => {
    const path = write("never/a.conf", "SecNothing\n");
    const { told, prepare } = setUp();
    expect(prepare({ rules: [path], failMode: "closed" }).get("z0")?.rules).toBeNull();
    expect(prepare({ rules: [path], failMode: "open" }).get("z1")).toBeUndefined();
    expect(told[0]?.fields["error"]).toContain(`${path}:1:1`);
    expect(told[0]?.fields["inForce"]).toBe("fail mode closed");
  });

  test("that are not there are named", () => {
    const { told, prepare } = setUp();
    prepare({ rules: [join(directory, "nowhere")] });
    expect(String(told[0]?.fields["error"])).toContain("nowhere: no such file or folder");
  });

  test("where there are none, that is said once", () => {
    const { told, prepare } = setUp();
    expect(prepare({}, 3).size).toBe(0);
    prepare({}, 3);
    expect(told).toHaveLength(1);
    expect(told[0]?.message).toContain("no rules");
  });

  test("the installed one goes before the system's, and both before our own", async () => {
    const { prepare, settled } = setUp([{ name: "own.conf", text: rule(1) }]);
    const ids = async (choice: "auto" | "crs" | "own") => {
      const zone = prepare({ rules: choice }).get("z0");
      await settled();
      return [...(zone?.rules?.set.rules.keys() ?? [])];
    };
    expect(await ids("crs")).toEqual([]);
    expect(await ids("auto")).toContain(1);
    write(
      "system/rules/b.conf",
      `${rule(2)}SecRule ARGS "@pmFromFile b.data" "id:22,phase:2,deny"\n`,
    );
    write("system/rules/b.data", "word\n");
    write("system-setup/crs-setup.conf", "");
    expect(await ids("auto")).toContain(2);
    write("installed/rules/c.conf", rule(3));
    write("installed/crs-setup.conf.example", "");
    expect(await ids("auto")).toContain(3);
    expect(await ids("crs")).toContain(3);
    expect(await ids("own")).toContain(1);
  });
});

test("a zone's own word on paranoia outweighs the set-up's", () => {
  const setup = write(
    "words/crs-setup.conf",
    'SecAction "id:900000,phase:1,pass,nolog,setvar:tx.blocking_paranoia_level=4"\n',
  );
  const rules = write(
    "words/rules.conf",
    'SecRule TX:blocking_paranoia_level "@eq 2" "id:1,phase:1,deny,status:402"\n',
  );
  const { prepare } = setUp();
  const begin = (paranoia: number) => {
    const zone = prepare({ rules: [setup, rules], paranoia }).get("z0");
    const transaction = zone?.begin({
      target: "/",
      requestId: "r",
      client: "192.0.2.1",
      exchange: { client: { remote: { port: 1 }, local: { address: "192.0.2.2", port: 2 } } },
    } as never);
    transaction?.requestLine("GET", "/", "HTTP/1.1");
    return transaction?.requestHeaders([])?.status;
  };
  expect(begin(2)).toBe(402);
  expect(begin(1)).toBeUndefined();
});

test("a zone that is off costs nothing: it has no engine", () => {
  const { prepare, told } = setUp([{ name: "own.conf", text: rule(1) }]);
  expect(prepare({ mode: "off" }).size).toBe(0);
  expect(told).toEqual([]);
});

test("the guide names the settings that there are", () => {
  const root = new URL("../../../../", import.meta.url);
  const guide = readFileSync(new URL("docs/guide/rules-owasp.md", root), "utf8");
  for (const name of Object.keys(wafSchema.shape)) expect(guide).toContain(`\`${name}`);
});

test("zones with the same ready list share one overlay", () => {
  const { prepare } = setUp([{ name: "own.conf", text: rule(1) }]);
  const base = prepare({ rules: "own" }).get("z0")?.rules?.set.overlay as Overlay;
  const list = [{ rules: [1], arguments: ["q"] }, { tags: ["x"] }];
  const overlay = () => new Exclusions(base, list, "").for("/");
  expect(overlay()).not.toBe(base);
  expect(overlay()).toBe(overlay() as never);
});
