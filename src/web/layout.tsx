import type { Child } from "hono/jsx";
import type { Deps } from "../deps.ts";
import type { Reply } from "../http/route.ts";
import { identityOff, openToAnyone } from "../settings/contradictions.ts";
import { assetPath } from "./assets.ts";
import { linksOf } from "./links.ts";
import { PostForm } from "./post-form.tsx";
import type { Visitor } from "./visitor.ts";
import { shown } from "./words.ts";

type Service = Deps<"config" | "urls"> & { visitor?: Visitor | undefined };

interface Head {
  title: string;
  /** default: 200 */
  status?: number;
}

export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * With `no-referrer`, browsers send forms with `Origin: null`, which is refused. The opener policy
 * keeps a page of another site that opened ours in a window from controlling that window.
 */
const headers = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy": contentSecurityPolicy,
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "same-origin",
};

export function pageReply(ctx: Service, { title, status = 200 }: Head, content: Child): Reply {
  const html = String(
    <Layout ctx={ctx} title={title}>
      {content}
    </Layout>,
  );
  return { status, body: `<!doctype html>\n${html}\n`, headers };
}

/** A part of a page, for the script that brings the page up to date. */
export function partReply(content: Child): Reply {
  return { status: 200, body: String(content), headers };
}

export function redirectTo(location: string): Reply {
  return { status: 303, headers: { location, "cache-control": "no-store" } };
}

function Layout({ ctx, title, children }: { ctx: Service; title: string; children?: Child }) {
  const links = linksOf(ctx);
  const warning = openToAnyone(ctx.config);
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>{title === "Longshore" ? title : `${title} · Longshore`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="stylesheet" href={links.to(assetPath("pages.css"))} />
        <link rel="icon" href={links.to(assetPath("icon.svg"))} type="image/svg+xml" />
        <script src={links.to(assetPath("live.js"))} defer />
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to the content
        </a>
        <header>
          <a class="name" href={links.to("/")}>
            Longshore
          </a>
          <nav aria-label="Service">
            <a href={links.to("/")}>Requests</a>
            <a href={links.to("/docs")}>API</a>
            {ctx.visitor?.kind === "person" && ctx.visitor.isAdmin ? (
              <>
                <a href={links.to("/admin/users")}>People</a>
                <a href={links.to("/admin/groups")}>Groups</a>
                <a href={links.to("/admin/keys")}>Keys</a>
                <a href={links.to("/admin/acts")}>Audit log</a>
                <a href={links.to("/admin/notices")}>Messages</a>
              </>
            ) : null}
          </nav>
          <Account ctx={ctx} />
        </header>
        {warning ? (
          <p class="notice" role="alert">
            {warning}
          </p>
        ) : null}
        <main id="content">{children}</main>
      </body>
    </html>
  );
}

/** Who is signed in here, and the way in and out. */
function Account({ ctx }: { ctx: Service }) {
  const links = linksOf(ctx);
  const { visitor } = ctx;
  if (!ctx.config.enableAuth)
    return (
      <p class="account">
        <small>{identityOff}</small>
      </p>
    );
  if (visitor?.kind === "person")
    return (
      <PostForm ctx={ctx} action={links.to("/sign-out")} class="account">
        <a href={links.to("/profile")}>
          <bdi>{shown(visitor.name, 60)}</bdi>
        </a>
        <button type="submit">Sign out</button>
      </PostForm>
    );
  if (visitor?.kind !== "nobody" || !ctx.config.identity?.signIn) return null;
  return (
    <p class="account">
      <a href={links.to("/sign-in")}>Sign in</a>
    </p>
  );
}
