/** True where a text matches as a whole. */
export type Glob = (text: string) => boolean;

/**
 * `*` stands for any run of characters; all else stands for itself. Each piece between stars is
 * looked for once, from left to right, so that matching takes linear time whatever is thrown at it.
 */
export function compileGlob(pattern: string): Glob {
  const pieces = pattern.split("*");
  if (pieces.length === 1) return (text) => text === pattern;
  const head = pieces[0] as string;
  const tail = pieces[pieces.length - 1] as string;
  const middle = pieces.slice(1, -1).filter((piece) => piece !== "");
  return (text) => {
    if (text.length < head.length + tail.length) return false;
    if (!text.startsWith(head) || !text.endsWith(tail)) return false;
    let at = head.length;
    const end = text.length - tail.length;
    for (const piece of middle) {
      const found = text.indexOf(piece, at);
      if (found < 0 || found + piece.length > end) return false;
      at = found + piece.length;
    }
    return true;
  };
}
