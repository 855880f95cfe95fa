const MOST = 50;

/** `Let's start a new thread` → `lets-start-a-new-thread`: what 4chan calls `semantic_url`. */
export function slugOf(text: string): string {
  const words = text
    .slice(0, 400)
    .normalize("NFKD")
    .toLowerCase()
    .replace(/['’\p{M}]/gu, "")
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  let slug = "";
  for (const word of words) {
    const longer = slug === "" ? word.slice(0, MOST) : `${slug}-${word}`;
    if (longer.length > MOST) break;
    slug = longer;
  }
  return slug;
}
