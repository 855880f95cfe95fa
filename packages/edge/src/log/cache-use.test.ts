import { expect, test } from "bun:test";
import { cacheUse } from "#log/cache-use.ts";

test.each([
  [["Cache-Status", "Egide; hit; ttl=50"], "hit"],
  [["Cache-Status", "Egide; hit; ttl=-10"], "stale"],
  [["Cache-Status", "Egide; fwd=uri-miss; stored"], "miss"],
  [["Cache-Status", "Egide; fwd=uri-miss; stored; collapsed"], "collapsed"],
  [["Cache-Status", "Egide; fwd=stale; fwd-status=304; stored"], "revalidated"],
  [["Cache-Status", "Egide; fwd=stale; fwd-status=200; stored"], "miss"],
  [["Cache-Status", "Egide; fwd=stale; fwd-status=503; detail=origin-down"], "stale"],
  [["Cache-Status", "Egide; fwd=bypass"], "bypass"],
  [["Cache-Status", "Egide; fwd=method"], "bypass"],
  [["cache-status", "Origin; hit", "CACHE-STATUS", "Egide; fwd=miss"], "miss"],
  [["Cache-Status", "Origin; hit"], "none"],
  [["Content-Type", "text/html"], "none"],
  [[], "none"],
] as const)("%j is a %s", (headers, use) => {
  expect(cacheUse([...headers], "Egide")).toBe(use);
});
