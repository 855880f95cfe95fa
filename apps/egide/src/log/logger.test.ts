import { describe, expect, test } from "bun:test";
import { createLogger } from "#log/logger.ts";

function lines(isTerminal: boolean, write: (log: ReturnType<typeof createLogger>) => void): string {
  let out = "";
  write(
    createLogger({
      isTerminal,
      level: "info",
      colour: false,
      write: (line) => {
        out += line;
      },
    }),
  );
  return out;
}

describe("the process's log", () => {
  test("is one JSON object a line for programs", () => {
    const out = lines(false, (log) => {
      log.info({ worker: 1 }, "hello");
      log.debug("not said");
    });
    expect(JSON.parse(out)).toMatchObject({ level: "info", worker: 1, msg: "hello" });
  });

  test("is a line to read for people, errors with their stack", () => {
    const out = lines(true, (log) =>
      log.error({ worker: 1, why: "two words", error: new Error("boom") }, "fell"),
    );
    expect(out).toMatch(
      /^\d\d:\d\d:\d\d error fell {2}worker=1 why="two words"\n {4}Error: boom\n/,
    );
  });

  test("control bytes of strangers do not reach the terminal", () => {
    const out = lines(true, (log) => log.info({ host: "a\u001b[2Jb\u009b" }, "x"));
    expect(out).toContain("host=a·[2Jb·");
  });
});
