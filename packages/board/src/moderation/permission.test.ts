import { expect, test } from "bun:test";
import {
  allows,
  bitsOf,
  boardsWhere,
  isGlobal,
  mayAppoint,
  PERMISSIONS,
  type Permission,
  ROLES,
  type Role,
} from "#moderation/permission.ts";

/** Who may do what: janitor, board moderator, board owner, global moderator, admin. */
const MATRIX: Readonly<Record<Permission, string>> = {
  seeQueue: "jboga",
  hide: "jboga",
  remove: "jboga",
  approve: "boga",
  removePattern: "boga",
  move: "boga",
  warn: "boga",
  banThread: "boga",
  banBoard: "boga",
  undo: "boga",
  decideAppeals: "boga",
  escalate: "boga",
  seeStatistics: "boga",
  editPosts: "boga",
  flagThreads: "boga",
  postAsStaff: "boga",
  seeStaffLog: "oga",
  editRules: "oa",
  editFilters: "oa",
  appointStaff: "oa",
  configure: "oa",
  banGlobal: "ga",
  hold: "ga",
  releaseHold: "ga",
  editHashLists: "ga",
  readInbox: "a",
  instance: "a",
};

const LETTERS: Readonly<Record<Role, string>> = {
  janitor: "j",
  "board-moderator": "b",
  "board-owner": "o",
  "global-moderator": "g",
  admin: "a",
};

test("the matrix is as it is written", () => {
  for (const role of ROLES) {
    for (const [name, bit] of Object.entries(PERMISSIONS)) {
      const expected = MATRIX[name as Permission].includes(LETTERS[role]);
      expect([role, name, (bitsOf(role) & bit) !== 0]).toEqual([role, name, expected]);
    }
  }
});

test("no two permissions share a bit", () => {
  const bits = Object.values(PERMISSIONS);
  expect(bits.reduce((all, bit) => all | bit, 0)).toBe(bits.reduce((sum, bit) => sum + bit, 0));
});

test("a role on one board says nothing on another, nor on the whole", () => {
  for (const role of ROLES.filter((role) => !isGlobal(role))) {
    for (const name of Object.keys(PERMISSIONS) as Permission[]) {
      expect(allows([{ role, boardId: 1 }], name, 2)).toBe(false);
      expect(allows([{ role, boardId: 1 }], name, null)).toBe(false);
    }
  }
  expect(allows([], "seeQueue", 1)).toBe(false);
  expect(allows([{ role: "global-moderator", boardId: null }], "remove", 7)).toBe(true);
});

test("boards are listed once, and a global role means all", () => {
  const grants = [
    { role: "janitor", boardId: 1 },
    { role: "board-owner", boardId: 1 },
    { role: "board-moderator", boardId: 2 },
  ] as const;
  expect(boardsWhere(grants, "seeQueue")).toEqual([1, 2]);
  expect(boardsWhere(grants, "editRules")).toEqual([1]);
  expect(boardsWhere(grants, "banGlobal")).toEqual([]);
  expect(boardsWhere([...grants, { role: "admin", boardId: null }], "editRules")).toBe("all");
});

test("owners appoint below themselves on their board, admins everywhere", () => {
  const owner = [{ role: "board-owner", boardId: 1 }] as const;
  const admin = [{ role: "admin", boardId: null }] as const;
  for (const role of ROLES) {
    const boardId = isGlobal(role) ? null : 1;
    expect(mayAppoint(admin, { role, boardId })).toBe(true);
    expect(mayAppoint(admin, { role, boardId: boardId === null ? 1 : null })).toBe(false);
    const below = role === "janitor" || role === "board-moderator";
    expect([role, mayAppoint(owner, { role, boardId })]).toEqual([role, below]);
    expect(mayAppoint(owner, { role, boardId: 2 })).toBe(false);
    expect(mayAppoint([{ role: "global-moderator", boardId: null }], { role, boardId })).toBe(
      false,
    );
  }
});
