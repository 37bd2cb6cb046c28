// One API token, and the questions that come before it is replaced or revoked.
import { ownerOf } from "../../auth/caller.ts";
import { readToken, replaceToken, revokeToken } from "../../auth/tokens/tokens.ts";
import { identityOff } from "../../db/people.ts";
import { pageReply, redirectTo } from "../layout.tsx";
import type { Page } from "../page.ts";
import { Facts, Text, Time } from "../parts.tsx";
import { PostForm } from "../post-form.tsx";
import { toFirstPage } from "./first-page.ts";
import { showMade } from "./token-made.tsx";

const path = "/tokens/{id}";

const one: Page = {
  method: "get",
  path,
  access: "token.read",
  async answer({ ctx, caller, links, params: { id = "" } }) {
    if (!ctx.config.identity) return toFirstPage(links);
    const token = await readToken(ctx, caller, id);
    const isOwn = token.owner === ownerOf(caller);
    const { expiresAt, lastUsedAt } = token;
    return pageReply(
      ctx,
      { title: "API token" },
      <>
        <p>
          <a href={links.to(isOwn ? "/tokens" : `/admin/users/${token.owner}`)}>
            {isOwn ? "Your API tokens" : "Its person"}
          </a>
        </p>
        <h1>
          API token <Text most={100}>{token.name}</Text>
        </h1>
        <Facts
          rows={[
            ["May", token.scopes.join(", ")],
            ["Made", <Made at={token.createdAt} by={madeBy[token.madeBy]} />],
            ["Good until", expiresAt ? <Time at={expiresAt.toISOString()} /> : "it is revoked"],
            ["Last used", lastUsedAt ? <Time at={lastUsedAt.toISOString()} /> : "never"],
          ]}
        />
        {isOwn ? (
          <section aria-labelledby="replace">
            <h2 id="replace">Replace it</h2>
            <p>
              You get a new token that may do the same. Programs with the old one are refused from
              then on.
            </p>
            <PostForm ctx={ctx} action={links.to(`/tokens/${id}/replace`)} class="actions">
              <button type="submit">Replace it</button>
            </PostForm>
          </section>
        ) : null}
        <section aria-labelledby="revoke">
          <h2 id="revoke">Revoke it</h2>
          <p>Programs with it are refused from then on. That cannot be undone.</p>
          <PostForm ctx={ctx} action={links.to(`/tokens/${id}/revoke`)} class="actions">
            <button type="submit" class="danger">
              Revoke it
            </button>
          </PostForm>
        </section>
      </>,
    );
  },
};

const replace: Page = {
  method: "post",
  path: `${path}/replace`,
  access: "token.change",
  async answer({ ctx, caller, links, params: { id = "" } }) {
    if (!ctx.config.identity) throw identityOff();
    return showMade(ctx, links, await replaceToken(ctx, caller, id));
  },
};

const revoke: Page = {
  method: "post",
  path: `${path}/revoke`,
  access: "token.change",
  async answer({ ctx, caller, links, params: { id = "" } }) {
    if (!ctx.config.identity) throw identityOff();
    const { owner } = await readToken(ctx, caller, id);
    await revokeToken(ctx, caller, id);
    const isOwn = owner === ownerOf(caller);
    return redirectTo(links.to(isOwn ? "/tokens" : `/admin/users/${owner}`));
  },
};

export const tokenPages: Page[] = [one, replace, revoke];

const madeBy = {
  page: "on this website",
  api: "by a program",
  device: "by longshore login",
  command: "by a command on the service’s machine",
  import: "by ServiceX, from which it was taken over",
} as const;

function Made({ at, by }: { at: Date; by: string }) {
  return (
    <>
      <Time at={at.toISOString()} /> {by}
    </>
  );
}
