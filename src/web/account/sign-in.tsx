// The way in. The page has a link and no form: our policy lets no form end at another site.
import { cookieOf, setCookie } from "../../auth/cookies.ts";
import { callbackPath, comeBack, leaveForProvider } from "../../auth/oidc/strategy.ts";
import { sessionIn } from "../../auth/sessions.ts";
import { signIn } from "../../auth/sign-in.ts";
import type { Deps } from "../../deps.ts";
import { send } from "../../http/send.ts";
import { returnTo } from "../../settings/return-to.ts";
import { pageReply, redirectTo } from "../layout.tsx";
import type { Page } from "../page.ts";
import { Text } from "../parts.tsx";
import { firstAdminPath } from "./first-admin.tsx";
import { toFirstPage } from "./first-page.ts";

const path = "/sign-in";

const signInPage: Page = {
  method: "get",
  path,
  access: "session.begin",
  answer({ ctx, links, query, request }) {
    if (!ctx.config.identity) return toFirstPage(links);
    const back = returnTo(query.return_to);
    if (ctx.provider && query.go === "1")
      return { write: (response) => leaveForProvider(ctx, request, response, back) };
    const go = new URLSearchParams({ go: "1", return_to: back });
    // The provider sends browsers to this address: one that began under another name of this host
    // would come back without its cookie.
    const begin = `${ctx.urls.public()}${path}?${go}`;
    return pageReply(
      ctx,
      { title: "Sign in" },
      <>
        <h1>Sign in</h1>
        {ctx.provider ? (
          <>
            <p class="sentence">
              You sign in with <Text>{providerName(ctx)}</Text>, which then tells this service your
              name and email address. Your password stays there.
            </p>
            <p>
              <a class="button" href={begin}>
                Go on to <Text>{providerName(ctx)}</Text>
              </a>
            </p>
          </>
        ) : (
          <p class="sentence">
            Nobody signs in on this website: the service has no provider of sign-in. Programs use it
            with API tokens; ask its administrators for one.
          </p>
        )}
      </>,
    );
  },
};

/** Where the provider sends the browser. */
const callback: Page = {
  method: "get",
  path: callbackPath,
  access: "session.begin",
  answer: ({ ctx, links, request }) => ({
    async write(response) {
      const arrived = await comeBack(ctx, request, response);
      const { cookie, state } = await signIn(ctx, arrived.who, sessionIn(ctx, request));
      // Others may do nothing but say who they are; or become the first administrator.
      const goesBack = state === "approved" || arrived.returnTo === firstAdminPath;
      const { status, headers } = redirectTo(links.to(goesBack ? arrived.returnTo : "/profile"));
      const session = setCookie(cookieOf(ctx, "session"), cookie);
      send(response, { status, headers: { ...headers, "set-cookie": session } });
    },
  }),
};

export const signInPages: Page[] = [signInPage, callback];

export function providerName({ provider }: Deps<"provider">): string {
  return provider?.settings.kind === "globus" ? "Globus" : (provider?.host ?? "");
}
