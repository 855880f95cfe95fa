import { describe, expect, test } from "bun:test";
import { listenRows, ownSockets, parseListenRows, sharedGroups } from "#run/listeners.ts";
import { pickProgram } from "#run/steer.ts";

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1111 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2222 1 0000000000000000 100 0 0 10 0
   2: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 3333 1 0000000000000000 20 4 30 10 -1
   3: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4444 1 0000000000000000 100 0 0 10 0
`;

describe("listening sockets", () => {
  test("are read from the kernel's table, connections are not", () => {
    expect(parseListenRows("tcp", TABLE)).toEqual([
      { group: "tcp 0100007F:1F90", port: 8080, inode: "1111" },
      { group: "tcp 0100007F:1F90", port: 8080, inode: "2222" },
      { group: "tcp 00000000:0050", port: 80, inode: "4444" },
    ]);
    expect(parseListenRows("tcp", "")).toEqual([]);
  });

  test("a group counts when it is ours and somebody else's", () => {
    const rows = parseListenRows("tcp", TABLE);
    expect(sharedGroups(rows, new Map([["2222", 7]]))).toEqual([{ fd: 7, others: 1, own: 1 }]);
    expect(sharedGroups(rows, new Map([["4444", 7]]))).toEqual([]);
    expect(sharedGroups(rows, new Map())).toEqual([]);
  });

  test("our own are found in the running system", () => {
    const options = { hostname: "127.0.0.1", port: 0, socket: { data() {} } };
    const listener = Bun.listen(options);
    const own = ownSockets();
    const mine = listenRows().filter(({ inode, port }) => own.has(inode) && port === listener.port);
    expect(mine).toHaveLength(1);
    listener.stop(true);
  });

  test("the program is what the kernel's header says", () => {
    const hex = Buffer.from(pickProgram(2, 3)).toString("hex");
    expect(hex).toBe(
      ["2000000038f0ffff", "9400000003000000", "0400000002000000", "1600000000000000"].join(""),
    );
  });
});
