/**
 * The nth address of a group, out of 127.0.0.0/8: on loopback a client may have any of them, so that
 * thousands of visitors are told apart as they would be in the world.
 */
export function loopback(group: number, n: number): string {
  return `127.${group & 255}.${(n >> 8) & 255}.${n & 255 || 255}`;
}
