/**
 * Links to posts as other imageboards write them (`#123`, `#q123`) lead to the post: what comes
 * behind `#` never reaches the server, so an old link's is put right here.
 */
export function followOldAnchor(): void {
  const old = /^#q?(\d{1,15})$/.exec(location.hash);
  if (old === null || document.getElementById(location.hash.slice(1)) !== null) return;
  const id = `p${old[1] ?? ""}`;
  if (document.getElementById(id) !== null) location.replace(`#${id}`);
}
