// A new installation's first administrator. The link's secret moves from the address into a cookie,
// so that no log, history or provider of sign-in gets it.
import { cookieOf, cookiesOf, setCookie } from "../../auth/cookies.ts";
import { assertFirstAdminLink, becomeFirstAdmin, linkSeconds } from "../../users/first-admin.ts";
import { pageReply, redirectTo } from "../layout.tsx";
import type { Page, PageCall } from "../page.ts";
import { Text } from "../parts.tsx";
import { PostForm } from "../post-form.tsx";
import { toFirstPage } from "./first-page.ts";

export const firstAdminPath = "/first-admin";
const path = firstAdminPath;

const question: Page = {
  method: "get",
  path,
  access: "service.read",
  async answer(call) {
    const { ctx, links, query } = call;
    if (!ctx.config.identity) return toFirstPage(links);
    const secret = query.secret ?? secretIn(call);
    await assertFirstAdminLink(ctx, secret);
    if (query.secret !== undefined) return keepSecret(call, query.secret);
    const { visitor } = ctx;
    return pageReply(
      ctx,
      { title: "The first administrator" },
      <>
        <h1>The first administrator</h1>
        {visitor?.kind === "person" ? (
          <>
            <p class="sentence">
              This service has no administrator yet. As <Text most={100}>{visitor.name}</Text>, you
              can become the first one: you then approve the accounts of others.
            </p>
            <PostForm ctx={ctx} action={links.to(path)} class="actions">
              <button type="submit">Become the administrator</button>
              <a href={links.to("/")}>Do not</a>
            </PostForm>
          </>
        ) : (
          <>
            <p class="sentence">
              This service has no administrator yet. Sign in to become the first one.
            </p>
            <p>
              <a class="button" href={links.signIn(path)}>
                Sign in
              </a>
            </p>
          </>
        )}
      </>,
    );
  },
};

const become: Page = {
  method: "post",
  path,
  access: "account.change",
  async answer(call) {
    const { ctx, caller, links } = call;
    await becomeFirstAdmin(ctx, caller, secretIn(call));
    const { status, headers } = redirectTo(links.to("/profile"));
    const gone = setCookie(cookieOf(ctx, "first-admin"), "", 0);
    return { status, headers: { ...headers, "set-cookie": gone } };
  },
};

export const firstAdminPages: Page[] = [question, become];

/** Only a secret that counts: it has no character that a cookie does not take. */
function keepSecret({ ctx, links }: PageCall, secret: string) {
  const { status, headers } = redirectTo(links.to(path));
  const kept = setCookie(cookieOf(ctx, "first-admin"), secret, linkSeconds);
  return { status, headers: { ...headers, "set-cookie": kept } };
}

function secretIn({ ctx, request }: PageCall): string | undefined {
  return cookiesOf(request.headers.cookie, cookieOf(ctx, "first-admin").name)[0];
}
