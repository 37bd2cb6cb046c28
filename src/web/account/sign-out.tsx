// The way out: here by a form, and at the provider by a link.
import { sessionOf } from "../../auth/caller.ts";
import { cookieOf, setCookie } from "../../auth/cookies.ts";
import { signOutLink } from "../../auth/oidc/sign-out-link.ts";
import { endSession } from "../../auth/sessions.ts";
import { identityOff } from "../../db/people.ts";
import { pageReply, redirectTo } from "../layout.tsx";
import type { Page } from "../page.ts";
import { Text } from "../parts.tsx";
import { PostForm } from "../post-form.tsx";
import { toFirstPage } from "./first-page.ts";
import { providerName } from "./sign-in.tsx";

const path = "/sign-out";

/** For bookmarks: a link changes nothing. */
const question: Page = {
  method: "get",
  path,
  access: "service.read",
  answer({ ctx, links }) {
    if (!ctx.config.identity) return toFirstPage(links);
    if (ctx.visitor?.kind !== "person") return redirectTo(links.to("/signed-out"));
    return pageReply(
      ctx,
      { title: "Sign out" },
      <>
        <h1>Sign out?</h1>
        <PostForm ctx={ctx} action={links.to(path)} class="actions">
          <button type="submit">Sign out</button>
          <a href={links.to("/")}>Stay signed in</a>
        </PostForm>
      </>,
    );
  },
};

/** Of a session that has ended, the cookie is taken away. */
const signOut: Page = {
  method: "post",
  path,
  access: "session.end",
  async answer({ ctx, caller, links }) {
    if (!ctx.config.identity) throw identityOff();
    const session = sessionOf(caller);
    if (session !== undefined && "owner" in caller)
      await endSession(ctx, { session, owner: caller.owner });
    const { status, headers } = redirectTo(links.to("/signed-out"));
    const gone = setCookie(cookieOf(ctx, "session"), "", 0);
    return { status, headers: { ...headers, "set-cookie": gone } };
  },
};

const signedOut: Page = {
  method: "get",
  path: "/signed-out",
  access: "service.read",
  async answer({ ctx, links }) {
    if (!ctx.config.identity) return toFirstPage(links);
    const name = providerName(ctx);
    const link = ctx.provider && (await signOutLink(ctx.provider, ctx.urls.public()));
    return pageReply(
      ctx,
      { title: "Signed out" },
      <>
        <h1>You are signed out</h1>
        {ctx.provider ? (
          <p class="sentence">
            This browser may still be signed in at <Text>{name}</Text>: whoever uses it next could
            sign in here as you without a password.
          </p>
        ) : null}
        {link === undefined ? null : (
          <p>
            <a class="button" href={link}>
              Sign out at <Text>{name}</Text> too
            </a>
          </p>
        )}
        <p>
          <a href={links.to("/sign-in")}>Sign in again</a>
        </p>
      </>,
    );
  },
};

export const signOutPages: Page[] = [question, signOut, signedOut];
