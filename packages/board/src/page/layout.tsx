/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { JSX } from "hono/jsx/jsx-runtime";
import type { Frame } from "#page/frame.ts";

/** What a page says of itself to browsers, feeds readers and other sites. */
export interface Head {
  readonly title: string;
  readonly description?: string;
  /** Path of the page's one address. */
  readonly canonical?: string;
  /** Address of a picture for previews. */
  readonly image?: string;
  readonly feeds?: readonly { readonly type: "atom" | "rss"; readonly href: string }[];
  /** Whether other sites may ask for it by oEmbed. */
  readonly embed?: boolean;
  readonly noIndex?: boolean;
}

interface LayoutProps {
  readonly frame: Frame;
  readonly head: Head;
  /** A board's own navigation, below the site's. */
  readonly nav?: Child;
  /** Whether it is a page of staff, which have styles of their own. */
  readonly staff?: boolean;
  /** Wider than reading needs: catalogs and tables. */
  readonly wide?: boolean;
  readonly children?: Child;
}

/** The frame of every page: head, skip link, navigation, main part, footer. */
export function Layout({ frame, head, nav, staff = false, wide = false, children }: LayoutProps) {
  const { t, theme, assets, locale } = frame;
  return (
    <html lang={locale} data-theme={theme === "auto" ? undefined : theme}>
      <head>
        <HeadTags frame={frame} head={head} />
        <link rel="icon" href={assets.icon} type="image/svg+xml" />
        <link rel="stylesheet" href={assets.css} />
        {staff ? <link rel="stylesheet" href={assets.staff} /> : null}
        <script src={assets.script} defer></script>
      </head>
      <body>
        <a class="skip" href="#content">
          {t("site.skip")}
        </a>
        <header class="bar">
          <a class="name" href="/">
            {frame.site.name}
          </a>
          <nav aria-label={t("site.boards")} class="boards">
            {frame.boards.map((board) => (
              <a href={`/${board.uri}/`} title={board.title}>
                {board.uri}
              </a>
            ))}
          </nav>
          <nav aria-label={t("site.nav")} class="site">
            <a href="/overboard">{t("site.overboard")}</a>
            <a href="/search">{t("site.search")}</a>
            {frame.isStaff ? <a href="/staff">{t("site.staff")}</a> : null}
          </nav>
        </header>
        {nav}
        <main id="content" class={wide ? "wide" : undefined} tabindex={-1}>
          {children}
        </main>
        <Footer frame={frame} />
      </body>
    </html>
  );
}

function HeadTags({ frame, head }: { readonly frame: Frame; readonly head: Head }) {
  const { site } = frame;
  const title = head.title === site.name ? site.name : `${head.title} – ${site.name}`;
  const address = head.canonical === undefined ? undefined : site.url + head.canonical;
  return (
    <>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{title}</title>
      {head.noIndex ? <meta name="robots" content="noindex" /> : null}
      {head.description ? <meta name="description" content={head.description} /> : null}
      {address === undefined ? null : (
        <>
          <link rel="canonical" href={address} />
          <meta property="og:type" content="website" />
          <meta property="og:site_name" content={site.name} />
          <meta property="og:title" content={head.title} />
          <meta property="og:url" content={address} />
          {head.description ? <meta property="og:description" content={head.description} /> : null}
          {head.image ? <meta property="og:image" content={head.image} /> : null}
        </>
      )}
      {(head.feeds ?? []).map((feed) => (
        <link
          rel="alternate"
          type={`application/${feed.type}+xml`}
          title={head.title}
          href={feed.href}
        />
      ))}
      {head.embed && address !== undefined ? (
        <link
          rel="alternate"
          type="application/json+oembed"
          title={head.title}
          href={`/oembed?url=${encodeURIComponent(address)}`}
        />
      ) : null}
    </>
  );
}

function Footer({ frame: { t } }: { readonly frame: Frame }) {
  return (
    <footer>
      <nav aria-label={t("site.menu")}>
        <a href="/watched">{t("thread.watched")}</a>
        <a href="/rules">{t("site.rules")}</a>
        <a href="/log">{t("site.log")}</a>
        <a href="/about">{t("site.about")}</a>
        <a href="/create">{t("site.create")}</a>
        <a href="/preferences">{t("site.preferences")}</a>
        <a href="/staff" rel="nofollow">
          {t("site.sign-in")}
        </a>
      </nav>
      <p>
        {t("site.footer")} {t("site.served-by")}
      </p>
    </footer>
  );
}

/** The text of a page's answer. What is drawn is known already: no part of it is waited for. */
export function toDocument(page: JSX.Element): string {
  if (page instanceof Promise) throw new TypeError("a page has no part that is waited for");
  return `<!doctype html>${page.toString()}`;
}
