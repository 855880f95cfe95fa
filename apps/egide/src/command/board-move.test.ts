import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VICHAN_DUMP } from "@egide/board/move/testing/vichan-dump.ts";
import { callEgide } from "#cli/testing/egide.ts";

const folder = mkdtempSync(join(tmpdir(), "egide-move-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const egide = (...argv: string[]) => callEgide(folder, argv);

describe("egide board", () => {
  test("brings boards in, takes everything out, and puts it back", async () => {
    writeFileSync(join(folder, "dump.sql"), VICHAN_DUMP);
    const bring = ["board", "import", "vichan", "--dump", "dump.sql"];
    const dry = await egide(...bring, "--state", "one", "--dry-run");
    expect([dry.code, dry.out]).toEqual([
      0,
      expect.stringContaining("4 posts, 0 files would be taken"),
    ]);
    const done = await egide(...bring, "--state", "one", "--rename", "tea=brew");
    expect(done.code).toBe(0);
    expect(done.out).toContain("/tea/ → /brew/: 1 threads, 1 posts");
    expect(done.out).toContain("gardener, admin: /invitation/");
    expect(done.out).toContain("not taken: 6, listed in");
    const lines = readFileSync(join(folder, "import-report.jsonl"), "utf8").trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { table: string }).table)).toContain("posts_b");
    const again = await egide(...bring, "--state", "one", "--rename", "tea=brew");
    expect(again.out).toContain("0 posts, 0 files taken (4 were here)");
    expect(again.out).not.toContain("/invitation/");

    const out = await egide("board", "export", "--state", "one", "--to", "all.tar");
    expect(out.code).toBe(0);
    expect(statSync(join(folder, "all.tar")).mode & 0o077).toBe(0);
    const twice = await egide("board", "export", "--state", "one", "--to", "all.tar");
    expect([twice.code, twice.err]).toEqual([1, expect.stringContaining("cli.exists")]);
    const owner = ["board", "export", "--state", "one", "--to", "brew", "--board", "brew"];
    expect((await egide(...owner)).code).toBe(0);
    expect(existsSync(join(folder, "brew/manifest.json"))).toBe(true);

    const one = ["board", "import", "board", "--from", "brew", "--state", "three"];
    const came = await egide(...one, "--owner", "Ann", "--rename", "brew=cha");
    expect([came.code, came.out]).toEqual([
      0,
      expect.stringContaining("/brew/ → /cha/: 1 threads"),
    ]);
    expect(came.out).toContain("Ann, board-owner of /cha/: /invitation/");
    const whole = await egide("board", "import", "board", "--from", "all.tar", "--state", "three");
    expect([whole.code, whole.err]).toEqual([1, expect.stringContaining("board import egide")]);

    const back = await egide("board", "import", "egide", "--from", "all.tar", "--state", "two");
    expect([back.code, back.out]).toEqual([0, expect.stringContaining("post: 5")]);
    const full = await egide("board", "import", "egide", "--from", "all.tar", "--state", "two");
    expect([full.code, full.err]).toEqual([1, expect.stringContaining("move.not_empty")]);
  }, 60_000);

  test("says what it was called wrongly with", async () => {
    expect((await egide("board", "import", "vichan")).err).toContain("--dump is missing");
    expect((await egide("board", "import", "board")).err).toContain("--from is missing");
    expect((await egide("board", "export")).err).toContain("--to is missing");
    const rename = ["--dump", "dump.sql", "--rename", "b"];
    expect((await egide("board", "import", "vichan", ...rename)).code).toBe(2);
    expect((await egide("board", "exprot")).err).toContain("did you mean export?");
  });
});
