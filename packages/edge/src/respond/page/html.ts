import { createHash } from "node:crypto";

// Colours are paired for a contrast of at least 4.5 : 1 (WCAG 2.2, 1.4.3) in both schemes.
const STYLE = `:root{color-scheme:light dark;--bg:#f4f5f7;--card:#fff;--ink:#1b1f24;--soft:#565f6a;--line:#d9dde2;--ok:#17693a;--bad:#b3261e;--act:#1f4fb4;--on:#fff}
@media (prefers-color-scheme:dark){:root{--bg:#101317;--card:#191d23;--ink:#eceff3;--soft:#a7b0bb;--line:#323943;--ok:#6fd295;--bad:#ff9c92;--act:#9dbdff;--on:#0c1526}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.25rem;background:var(--bg);color:var(--ink);font:1.0625rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
main{width:100%;max-width:38rem;background:var(--card);border:1px solid var(--line);border-radius:14px;padding:clamp(1.25rem,5vw,2.5rem)}
.s{margin:0;color:var(--soft);font-size:.9375rem;overflow-wrap:anywhere}
h1{margin:.25rem 0 .75rem;font-size:clamp(1.5rem,5vw,2rem);line-height:1.2;text-wrap:balance}
p{margin:0 0 .75rem}
blockquote{margin:1rem 0;padding:.25rem 0 .25rem 1rem;border-left:3px solid var(--act);white-space:pre-line;overflow-wrap:anywhere}
h2{margin:1.5rem 0 .5rem;font-size:.9375rem;font-weight:600;color:var(--soft)}
ol{list-style:none;margin:0;padding:0;border:1px solid var(--line);border-radius:10px}
li{display:flex;flex-wrap:wrap;gap:.1rem .75rem;padding:.55rem .85rem}
li+li{border-top:1px solid var(--line)}
li b{font-weight:600;flex:1 1 8rem;overflow-wrap:anywhere}
li span{color:var(--ok)}
li.f span{color:var(--bad);font-weight:600}
li span::before{content:"\\2713\\00a0"}
li.f span::before{content:"\\2715\\00a0"}
li.u span{color:var(--soft)}
li.u span::before{content:"\\2013\\00a0"}
dl{display:grid;grid-template-columns:auto 1fr;gap:.2rem 1rem;margin:1.5rem 0 0;padding-top:1rem;border-top:1px solid var(--line);font-size:.875rem}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
code{font:.875em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
a{color:var(--act)}
a:focus-visible{outline:3px solid var(--act);outline-offset:3px}
footer{margin-top:1.25rem;font-size:.875rem;color:var(--soft)}`;

/** What pages need that ask for something: those that only refuse are sent by the thousand. */
const FORM_STYLE = `button{font:inherit;font-weight:600;min-height:2.75rem;padding:.5rem 1.25rem;border:0;border-radius:10px;background:var(--act);color:var(--on);cursor:pointer}
button:focus-visible{outline:3px solid var(--act);outline-offset:3px}
form{margin:1.25rem 0 .5rem}
label{display:block;font-weight:600}
textarea{width:100%;margin:0 0 .75rem;padding:.6rem .75rem;border:1px solid var(--soft);border-radius:10px;background:var(--bg);color:var(--ink);font:inherit;resize:vertical}
textarea:focus-visible{outline:3px solid var(--act);outline-offset:1px}
textarea[readonly]{font:.8125rem/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;word-break:break-all}
[hidden]{display:none!important}
progress{display:block;width:100%;height:.5rem;margin:1rem 0;border:0;border-radius:1rem;overflow:hidden;appearance:none;background:var(--line)}
progress::-webkit-progress-bar{background:var(--line)}
progress::-webkit-progress-value{background:var(--act);transition:width .2s}
progress::-moz-progress-bar{background:var(--act)}
[role=status]:focus{outline:none}
.failed [role=status]{color:var(--bad);font-weight:600}
small{color:var(--soft);font-size:.875rem;line-height:1.4;display:block}`;

/** Nothing from elsewhere, no script at all, and only these very styles. */
function strict(...styles: string[]): string {
  const hashes = styles.map((style) => createHash("sha256").update(style).digest("base64"));
  const sources = hashes.map((hash) => `'sha256-${hash}'`).join(" ");
  return `default-src 'none'; style-src ${sources}; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
}

export const STRICT_CSP = strict(STYLE);

/** The same for pages that ask for something. */
export const FORM_CSP = strict(STYLE, FORM_STYLE);

/** For a zone's own template: its own style and pictures, still no script. */
export const TEMPLATE_CSP =
  "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const detail = (name: string, body = `{{${name}}}`): string =>
  `{{#${name}}}<dt>{{label_${name}}}</dt><dd>${body}</dd>{{/${name}}}`;

export const PAGE = `<!doctype html>
<html lang="{{lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">
<title>{{title}} – {{site}}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>{{#challenge}}<style>${FORM_STYLE}</style>{{/challenge}}{{#continue_url}}<style>${FORM_STYLE}</style>{{/continue_url}}
</head>
<body>
<main>
<p class="s">{{site}}{{#status}} · {{status}}{{/status}}</p>
<h1>{{title}}</h1>
<p>{{what}}</p>
{{#reason}}<blockquote>{{reason}}</blockquote>{{/reason}}
<p>{{advice}}{{#retry}} {{retry}}{{/retry}}</p>
{{#appeal_url}}<p><a href="{{appeal_url}}">{{label_appeal}}</a></p>{{/appeal_url}}
{{challenge}}
{{#continue_url}}<form method="post" action="{{continue_url}}"><button>{{label_proceed}}</button></form>
<p><small>{{label_proceed_note}}</small></p>{{/continue_url}}
{{#visitor_state}}<h2>{{label_where}}</h2>
<ol>
<li{{#visitor_fault}} class="{{visitor_fault}}"{{/visitor_fault}}><b>{{label_visitor}}</b><span>{{visitor_state}}</span></li>
<li{{#edge_fault}} class="{{edge_fault}}"{{/edge_fault}}><b>{{label_edge}}</b><span>{{edge_state}}</span></li>
<li{{#site_fault}} class="{{site_fault}}"{{/site_fault}}><b>{{site}}</b><span>{{site_state}}</span></li>
</ol>{{/visitor_state}}
<dl>
${detail("demanded_by")}${detail("reference")}${detail("detail", '<span lang="en">{{detail}}</span>')}<dt>{{label_request}}</dt><dd><code>{{request_id}}</code></dd>
<dt>{{label_time}}</dt><dd><time datetime="{{time}}">{{time_text}}</time></dd>
<dt>{{label_code}}</dt><dd><code>{{code}}</code></dd>
${detail("receipt", "<code>{{receipt}}</code>")}
</dl>
<footer>{{label_protected}}{{#contact}} <a href="{{contact}}">{{label_contact}}</a>{{/contact}}</footer>
</main>
</body>
</html>
`;
