import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { FileTarget, type FileSettings } from "#log/sink/file.ts";
import { Rotation } from "#log/sink/rotation.ts";
import { stdoutTarget } from "#log/sink/stdout.ts";

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "egide-log-"));
  path = join(folder, "access.log");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function settings(over: Partial<FileSettings> = {}): FileSettings {
  return { kind: "file", path, maxBytes: 0, maxSeconds: 0, keep: 3, gzip: true, ...over };
}

function write(target: FileTarget, text: string): Promise<Error | null> {
  return new Promise((resolve) => target.write(Buffer.from(text), resolve));
}

const rotated = (): string[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith("access.log.2"))
    .toSorted();

describe("a log file", () => {
  test("is appended to, and begun anew once it is full", async () => {
    const clock = new FakeClock();
    const target = new FileTarget(settings({ maxBytes: 10 }), clock);
    expect(await write(target, "0123456789\n")).toBeNull();
    expect(await write(target, "next\n")).toBeNull();
    expect(readFileSync(path, "utf8")).toBe("next\n");
    expect(rotated()).toEqual(["access.log.20260101T000000000Z"]);
    await write(target, "more than ten\n");
    await write(target, "x\n");
    expect(rotated()).toEqual([
      "access.log.20260101T000000000Z",
      "access.log.20260101T000000000Z-1",
    ]);
    target.close();
    expect(clock.pending).toBe(0);
  });

  test("is begun anew when its period is over", async () => {
    const clock = new FakeClock(Date.now());
    const target = new FileTarget(settings({ maxSeconds: 86_400 }), clock);
    await write(target, "today\n");
    await write(target, "still today\n");
    clock.jump(86_400_000);
    await write(target, "tomorrow\n");
    expect(readFileSync(path, "utf8")).toBe("tomorrow\n");
    expect(rotated()).toHaveLength(1);
    target.close();
  });

  test("shared by workers is rotated once, and nothing is lost", async () => {
    const clock = new FakeClock();
    const targets = [1, 2, 3].map(() => new FileTarget(settings({ maxBytes: 500 }), clock));
    for (let round = 0; round < 40; round++) {
      await Promise.all(
        targets.map((target, i) => write(target, `${i} ${round} ${"-".repeat(20)}\n`)),
      );
    }
    const all = ["access.log", ...rotated()].map((name) =>
      readFileSync(join(folder, name), "utf8"),
    );
    const lines = all.join("").split("\n").filter(Boolean);
    expect(new Set(lines).size).toBe(120);
    expect(lines).toHaveLength(120);
    expect(existsSync(`${path}.lock`)).toBe(false);
    for (const target of targets) target.close();
  });

  test("moved away by somebody else is opened anew", async () => {
    const target = new FileTarget(settings(), new FakeClock());
    await write(target, "one\n");
    renameSync(path, `${path}.1`);
    await write(target, "two\n");
    expect(readFileSync(path, "utf8")).toBe("two\n");
    target.reopen();
    await write(target, "three\n");
    expect(readFileSync(path, "utf8")).toBe("two\nthree\n");
    target.close();
  });

  test("that cannot be opened is an error of the batch, not of the server", async () => {
    const target = new FileTarget(settings({ path: join(folder, "no", "such") }), new FakeClock());
    expect(await write(target, "x\n")).toBeInstanceOf(Error);
    target.close();
  });

  test.skipIf(!existsSync("/dev/full"))(
    "on a full disk loses lines, and serving goes on",
    async () => {
      const target = new FileTarget(settings({ path: "/dev/full" }), new FakeClock());
      expect(await write(target, "x\n")).toMatchObject({ code: "ENOSPC" });
      expect(await write(target, "y\n")).toMatchObject({ code: "ENOSPC" });
      target.close();
    },
  );
});

describe("rotated files", () => {
  test("are compressed, and only the newest kept", async () => {
    const clock = new FakeClock();
    const target = new FileTarget(settings({ maxBytes: 1, keep: 2 }), clock);
    for (const text of ["a\n", "b\n", "c\n", "d\n"]) {
      await write(target, text);
      clock.jump(1000);
    }
    target.close();
    await new Rotation(settings({ keep: 2 }), clock).tidy();
    expect(rotated()).toEqual([
      "access.log.20260101T000002000Z.gz",
      "access.log.20260101T000003000Z.gz",
    ]);
    const newest = readFileSync(join(folder, "access.log.20260101T000003000Z.gz"));
    expect(gunzipSync(newest).toString()).toBe("c\n");
    expect(readFileSync(path, "utf8")).toBe("d\n");
  });
});

test("standard output is a target like any other", async () => {
  const { openSync, closeSync } = await import("node:fs");
  const fd = openSync(path, "w");
  const target = stdoutTarget(new FakeClock(), fd);
  const error = await new Promise((resolve) => target.write(Buffer.from("line\n"), resolve));
  target.reopen();
  target.close();
  closeSync(fd);
  expect(error).toBeNull();
  expect(readFileSync(path, "utf8")).toBe("line\n");
});
