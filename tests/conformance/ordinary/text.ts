import type { Random } from "@egide/waf/fuzz/inputs.ts";
import { snippets } from "./snippets.ts";
import { english, french, names, sentences } from "./words.ts";

export function words(random: Random, count: number): string {
  const list = random.below(3) === 0 ? french : english;
  return Array.from({ length: count }, () => random.pick(list)).join(" ");
}

export function title(random: Random): string {
  const text = random.below(3) === 0 ? random.pick(sentences) : words(random, 3 + random.below(6));
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Prose: sentences that people wrote, and made-up ones between them. */
export function prose(random: Random, length: number): string {
  const out: string[] = [];
  for (let i = 0; i < length; i++) {
    out.push(random.below(2) === 0 ? random.pick(sentences) : `${title(random)}.`);
  }
  return out.join(random.below(4) === 0 ? "\n\n" : " ");
}

export function markdown(random: Random): string {
  const blocks = [
    () => `# ${title(random)}`,
    () => `## ${title(random)}\n\n${prose(random, 2)}`,
    () => `> ${random.pick(names)} wrote:\n> ${prose(random, 1)}`,
    () =>
      `* ${words(random, 3)}\n* **${words(random, 2)}** and _${words(random, 2)}_\n1. \`${words(random, 1)}\``,
    () =>
      `[${words(random, 2)}](https://example.org/${words(random, 1)}?a=1&b=${random.below(99)})`,
    () => `![${words(random, 2)}](/img/${random.below(999)}.png "${words(random, 2)}")`,
    () => `| a | b |\n|---|---|\n| ${words(random, 1)} | ${random.below(100)} |`,
    () => `- [x] ${words(random, 3)}\n- [ ] ${words(random, 3)}\n\n---\n`,
    () => prose(random, 3),
  ];
  const count = 2 + random.below(4);
  return Array.from({ length: count }, () => random.pick(blocks)()).join("\n\n");
}

/** A post with code in it, fenced, in BBCode or bare. */
export function post(random: Random): string {
  const [language, code] = random.pick(snippets);
  const fenced = [
    `\`\`\`${language}\n${code}\n\`\`\``,
    `[code]${code}[/code]`,
    `[quote="${random.pick(names)}"]${prose(random, 1)}[/quote]\n[code=${language}]${code}[/code]`,
    code,
  ];
  return `${prose(random, 1 + random.below(2))}\n\n${random.pick(fenced)}\n\n${prose(random, 1)}`;
}

/** What an editor that shows its text as it will look sends: markup. */
export function richText(random: Random): string {
  const blocks = [
    () => `<p>${prose(random, 2)}</p>`,
    () => `<h2>${title(random)}</h2><p style="text-align: center">${prose(random, 1)}</p>`,
    () => `<ul><li>${words(random, 3)}</li><li><strong>${words(random, 2)}</strong></li></ul>`,
    () =>
      `<p><a href="https://example.org/?q=${random.below(99)}" title="${words(random, 2)}">${words(random, 2)}</a></p>`,
    () =>
      `<figure><img src="/a/${random.below(99)}.jpg" alt="${words(random, 2)}" width="640"><figcaption>${words(random, 3)}</figcaption></figure>`,
    () => `<blockquote>${random.pick(sentences)}</blockquote><hr>`,
    () =>
      `<!-- wp:paragraph {"align":"left"} --><p class="has-text-align-left">${prose(random, 1)}</p><!-- /wp:paragraph -->`,
  ];
  const count = 1 + random.below(4);
  return Array.from({ length: count }, () => random.pick(blocks)()).join("\n");
}
