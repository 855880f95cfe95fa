/** Tags that `toHtml` may write, each exactly as it writes them. */
const TAG =
  /<(?:br|\/?(?:strong|em|del|code|span|s|a|pre)|s tabindex="0"|span class="(?:heading|quote|deadlink|dice)"|a href="\/[a-z0-9/#]*" class="quotelink"|a href="https?:\/\/[^"<>\s]+" rel="nofollow noopener ugc"|pre class="prettyprint"(?: data-language="[a-z0-9+#-]+")? tabindex="0")>/g;

/** What is left of safe HTML when its tags are taken away; throws where a tag is none of ours. */
export function textOfHtml(html: string): string {
  const text = html.replace(/<br>/g, "\n").replace(TAG, "");
  if (/[<>"']/.test(text)) throw new Error(`unsafe: ${text}`);
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#039;", "'")
    .replaceAll("&amp;", "&");
}

/** Whether every element that is opened is closed in its turn. */
export function isBalanced(html: string): boolean {
  const open: string[] = [];
  for (const [, slash, name] of html.matchAll(/<(\/?)([a-z]+)[^>]*>/g)) {
    if (name === "br") continue;
    if (slash === "") open.push(name as string);
    else if (open.pop() !== name) return false;
  }
  return open.length === 0;
}
