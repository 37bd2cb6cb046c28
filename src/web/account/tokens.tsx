// API tokens of a person. The token itself is on the page that answers its making, and on no other.
import { type Scope, scopes } from "../../auth/caller.ts";
import { createToken, listTokens, type TokenRow } from "../../auth/tokens/tokens.ts";
import { RequestError } from "../../errors.ts";
import { parse } from "../../http/parse.ts";
import type { Reply } from "../../http/route.ts";
import { tokenBody } from "../../http/schemas/tokens.ts";
import { Field, NumberField, Problem, type Typed } from "../fields.tsx";
import { pageReply } from "../layout.tsx";
import type { Links } from "../links.ts";
import type { Page, PageCall } from "../page.ts";
import { Table, Text, Time } from "../parts.tsx";
import { PostForm } from "../post-form.tsx";
import { toFirstPage } from "./first-page.ts";
import { showMade } from "./token-made.tsx";

const path = "/tokens";

const list: Page = {
  method: "get",
  path,
  access: "token.read",
  answer(call) {
    const { ctx, links } = call;
    return ctx.config.identity ? show(call) : toFirstPage(links);
  },
};

const create: Page = {
  method: "post",
  path,
  access: "token.change",
  async answer(call) {
    const { ctx, caller, form, links } = call;
    try {
      const wanted = parse(tokenBody, {
        name: form.name ?? "",
        scopes: scopes.filter((scope) => form[scope] !== undefined),
        ...(form.days !== undefined && { days: Number(form.days) }),
      });
      const made = await createToken(ctx, caller, { ...wanted, madeBy: "page" });
      return showMade(ctx, links, made);
    } catch (error) {
      if (!(error instanceof RequestError) || !ofForm.has(error.code)) throw error;
      return show(call, { typed: form, problem: error });
    }
  },
};

export const tokensPages: Page[] = [list, create];

/** What another text in the form helps against. */
const ofForm: ReadonlySet<string> = new Set([
  "bad_input",
  "name_taken",
  "too_many_tokens",
  "too_long",
  "outside_scope",
]);

async function show(
  { ctx, caller, links }: PageCall,
  refused?: { typed: Typed; problem: RequestError },
): Promise<Reply> {
  const tokens = await listTokens(ctx, caller);
  return pageReply(
    ctx,
    { title: "API tokens", status: refused?.problem.status ?? 200 },
    <>
      <h1>API tokens</h1>
      <p class="lead">
        With an API token, a program does what you may do: ServiceX’s Python client, the command
        line, a job of yours. It is shown once, when it is made.
      </p>
      {tokens.length === 0 ? <p>You have none.</p> : <Tokens tokens={tokens} links={links} />}
      <section aria-labelledby="make">
        <h2 id="make">Make one</h2>
        <PostForm ctx={ctx} action={links.to(path)} class="fields">
          <Problem problem={refused?.problem} />
          <Fields
            typed={refused?.typed ?? { read: "yes", submit: "yes" }}
            isAdmin={caller.kind === "admin"}
            mostDays={mostDays(ctx.config.identity?.tokenSeconds)}
          />
          <button type="submit">Make the token</button>
        </PostForm>
      </section>
    </>,
  );
}

function Tokens({ tokens, links }: { tokens: readonly TokenRow[]; links: Links }) {
  return (
    <Table
      columns={[
        { title: "Name" },
        { title: "May", class: "wide" },
        { title: "Good until" },
        { title: "Last used" },
      ]}
      rows={tokens.map(({ id, name, scopes: allowed, expiresAt, lastUsedAt }) => [
        <a href={links.to(`/tokens/${id}`)}>
          <Text most={100}>{name}</Text>
        </a>,
        allowed.join(", "),
        expiresAt ? <Time at={expiresAt.toISOString()} /> : "it is revoked",
        lastUsedAt ? <Time at={lastUsedAt.toISOString()} /> : "never",
      ])}
    />
  );
}

const whatScopes: Record<Scope, string> = {
  read: "look at your requests and results",
  submit: "submit requests, cancel and delete them, and make tokens",
  admin: "do what administrators may",
};

function Fields({
  typed,
  isAdmin,
  mostDays: most,
}: {
  typed: Typed;
  isAdmin: boolean;
  mostDays: number | undefined;
}) {
  return (
    <>
      <Field
        id="name"
        label="Name, such as laptop or night job"
        value={typed.name}
        most={100}
        required
      />
      <fieldset>
        <legend>With it, a program may</legend>
        {scopes
          .filter((scope) => scope !== "admin" || isAdmin)
          .map((scope) => (
            <p>
              <label>
                <input
                  type="checkbox"
                  name={scope}
                  value="yes"
                  checked={typed[scope] !== undefined}
                />{" "}
                {whatScopes[scope]}
              </label>
            </p>
          ))}
      </fieldset>
      <NumberField
        id="days"
        label="Good for days"
        value={typed.days}
        most={most}
        note={
          most === undefined
            ? "Left empty: until you revoke it."
            : `At most ${most}, which it is if left empty.`
        }
      />
    </>
  );
}

function mostDays(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.max(1, Math.floor(seconds / 86_400));
}
