import type { DemoText } from "#demo/text.ts";

/** A shield, drawn here: nothing is fetched from elsewhere. */
export const SHIELD = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 46"><path fill="#fff" d="M20 1 38 7v14c0 12-7.5 20-18 24C9.5 41 2 33 2 21V7z"/><path fill="#1747a6" d="M20 5 34 9.7V21c0 9.5-5.700 16-14 19.7z"/><path fill="#1f7a8c" d="M20 5 6 9.7V21c0 9.5 5.700 16 14 19.7z"/></svg>`;

export function homePage(text: DemoText, headers: Headers): string {
  const fields = [...headers].map(
    ([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`,
  );
  const [answer, answerText, protocol] = text.answer;
  const [cache, cacheText, ask] = text.cache;
  const [upload, uploadText, file, send] = text.upload;
  const [next, nextText, missing] = text.next;
  return page(
    text,
    text.title,
    text.lead,
    `<section><h2>${answer}</h2><p>${answerText}</p><dl id="answer"><dt>–</dt><dd>…</dd></dl></section>
<section><h2>${cache}</h2><p>${cacheText}</p><output id="cached" aria-live="polite">–</output>
<output id="cached-how" class="small">–</output><p><button type="button" id="ask">${ask}</button></p></section>
<section><h2>${text.clock[0]}</h2><p>${text.clock[1]}</p><div class="clock" id="clock" role="timer">–</div></section>
<section><h2>${upload}</h2><p>${uploadText}</p>
<form method="post" action="/upload?lang=${text.lang}" enctype="multipart/form-data">
<label>${file} <input type="file" name="file" required></label><button>${send}</button></form></section>
<section class="wide"><h2>${text.request[0]}</h2><p>${text.request[1]}</p><dl>${fields.join("")}</dl></section>
<section class="wide"><h2>${next}</h2><p>${nextText}</p>
<p><code>npm run up -- --origin http://127.0.0.1:3000</code></p>
<p><a href="/missing?lang=${text.lang}">${missing}</a></p></section>
<noscript><section class="wide"><p>${text.noScript}</p></section></noscript>`,
    protocol,
  );
}

export function notePage(text: DemoText, title: string): string {
  return page(
    text,
    title,
    "",
    `<section class="wide"><p><a href="${text.home}">${text.back}</a></p></section>`,
    null,
  );
}

function page(
  text: DemoText,
  title: string,
  lead: string,
  body: string,
  protocol: string | null,
): string {
  const script = protocol === null ? "" : `<script src="/demo.js" defer></script>`;
  const words = protocol === null ? "" : ` data-protocol="${escape(protocol)}"`;
  const { other } = text;
  return `<!doctype html>
<html lang="${text.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<link rel="icon" href="/shield.svg">
<link rel="stylesheet" href="/style.css">
${script}
</head>
<body${words}>
<a class="skip" href="#content">${text.skip}</a>
<header class="top">
<nav><a class="name" href="${text.home}"><img src="/shield.svg" alt=""> Égide</a>
<a href="${other.href}" hreflang="${other.lang}" lang="${other.lang}">${other.name}</a></nav>
<h1>${escape(title)}</h1>
<p>${lead}</p>
</header>
<main id="content">
${body}
</main>
<footer>${text.footer}</footer>
</body>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
