/** What staff may do, one bit each. Bits are stored: append, never renumber. */
export const PERMISSIONS = {
  seeQueue: 1 << 0,
  approve: 1 << 1,
  hide: 1 << 2,
  remove: 1 << 3,
  removePattern: 1 << 4,
  move: 1 << 5,
  warn: 1 << 6,
  banThread: 1 << 7,
  banBoard: 1 << 8,
  banGlobal: 1 << 9,
  undo: 1 << 10,
  decideAppeals: 1 << 11,
  escalate: 1 << 12,
  hold: 1 << 13,
  releaseHold: 1 << 14,
  editRules: 1 << 15,
  editFilters: 1 << 16,
  editHashLists: 1 << 17,
  appointStaff: 1 << 18,
  seeStaffLog: 1 << 19,
  seeStatistics: 1 << 20,
  readInbox: 1 << 21,
  instance: 1 << 22,
  configure: 1 << 23,
  editPosts: 1 << 24,
  /** Pin, lock, bump-lock and cycle threads. */
  flagThreads: 1 << 25,
  /** Write under a capcode. */
  postAsStaff: 1 << 26,
} as const;

export type Permission = keyof typeof PERMISSIONS;

export const ROLES = [
  "janitor",
  "board-moderator",
  "board-owner",
  "global-moderator",
  "admin",
] as const;

export type Role = (typeof ROLES)[number];

const JANITOR = ["seeQueue", "hide", "remove"] as const;

const MODERATOR = [
  ...JANITOR,
  "approve",
  "move",
  "warn",
  "banThread",
  "banBoard",
  "undo",
  "decideAppeals",
  "escalate",
  "removePattern",
  "seeStatistics",
  "editPosts",
  "flagThreads",
  "postAsStaff",
] as const;

const OWNER = [
  ...MODERATOR,
  "editRules",
  "editFilters",
  "appointStaff",
  "seeStaffLog",
  "configure",
] as const;

const GLOBAL_MODERATOR = [
  ...MODERATOR,
  "banGlobal",
  "hold",
  "releaseHold",
  "seeStaffLog",
  "editHashLists",
] as const;

const MATRIX: Readonly<Record<Role, readonly Permission[]>> = {
  janitor: JANITOR,
  "board-moderator": MODERATOR,
  "board-owner": OWNER,
  "global-moderator": GLOBAL_MODERATOR,
  admin: Object.keys(PERMISSIONS) as Permission[],
};

/** The bits of a role. */
export function bitsOf(role: Role): number {
  return MATRIX[role].reduce((bits, name) => bits | PERMISSIONS[name], 0);
}

export function isGlobal(role: Role): boolean {
  return role === "admin" || role === "global-moderator";
}

/** A role that somebody has: on one board, or (`boardId` null) everywhere. */
export interface Grant {
  readonly role: Role;
  readonly boardId: number | null;
}

/** `boardId` null asks for the whole instance: a role on one board says nothing there. */
export function allows(
  grants: readonly Grant[],
  permission: Permission,
  boardId: number | null,
): boolean {
  return grants.some(
    (grant) =>
      (grant.boardId === null || grant.boardId === boardId) &&
      (bitsOf(grant.role) & PERMISSIONS[permission]) !== 0,
  );
}

/**
 * Boards on which somebody may do a thing: "all", or a list. What a query is narrowed by.
 */
export function boardsWhere(
  grants: readonly Grant[],
  permission: Permission,
): "all" | readonly number[] {
  const fitting = grants.filter((grant) => allows([grant], permission, grant.boardId));
  if (fitting.some(({ boardId }) => boardId === null)) return "all";
  return [...new Set(fitting.map(({ boardId }) => boardId as number))];
}

/** What readers see beside the name of staff who write as such; the same in every language. */
export const CAPCODES: Readonly<Record<Role, string>> = {
  janitor: "Janitor",
  "board-moderator": "Moderator",
  "board-owner": "Board owner",
  "global-moderator": "Global moderator",
  admin: "Admin",
};

/** The highest role by which somebody may do a thing on a board; null where none does. */
export function highestRole(
  grants: readonly Grant[],
  permission: Permission,
  boardId: number,
): Role | null {
  const fitting = grants.filter((grant) => allows([grant], permission, boardId));
  return ROLES.toReversed().find((role) => fitting.some((grant) => grant.role === role)) ?? null;
}

/** Whether somebody may give or take a role: only below one's own, and owners on their board. */
export function mayAppoint(grants: readonly Grant[], { role, boardId }: Grant): boolean {
  if (isGlobal(role) !== (boardId === null)) return false;
  if (allows(grants, "instance", null)) return true;
  const own = grants.some((grant) => grant.role === "board-owner" && grant.boardId === boardId);
  return own && (role === "janitor" || role === "board-moderator");
}
