import { RequestError } from "../../errors.ts";
import { parse } from "../../http/parse.ts";
import type { Reply } from "../../http/route.ts";
import { profileBody } from "../../http/schemas/people.ts";
import { type IdentityRow, listIdentities } from "../../users/identities.ts";
import { decide } from "../../users/policy.ts";
import { changeProfile, type OwnProfile, readProfile } from "../../users/profile.ts";
import type { UserState } from "../../users/state.ts";
import { Problem, type Typed } from "../fields.tsx";
import { pageReply, redirectTo } from "../layout.tsx";
import type { Page, PageCall } from "../page.ts";
import { Facts, Text, Time } from "../parts.tsx";
import { PostForm } from "../post-form.tsx";
import { toFirstPage } from "./first-page.ts";
import { ProfileFields } from "./profile-fields.tsx";

const path = "/profile";

/** What this service knows of a person, and how their account stands. */
const profile: Page = {
  method: "get",
  path,
  access: "account.read",
  answer: (call) => show(call),
};

const save: Page = {
  method: "post",
  path,
  access: "account.change",
  async answer(call) {
    const { ctx, caller, links, form } = call;
    const { mail_when_done: mail, experiment, ...typed } = form;
    try {
      const sent = parse(profileBody, { ...typed, experiment: experiment ?? null });
      const { name, institution, email } = sent;
      await changeProfile(ctx, caller, {
        name,
        institution,
        experiment: sent.experiment ?? null,
        email,
        mailWhenDone: mail !== undefined,
      });
      return redirectTo(links.to(path));
    } catch (error) {
      if (!(error instanceof RequestError) || error.code !== "bad_input") throw error;
      return show(call, { typed: form, problem: error });
    }
  },
};

export const profilePages: Page[] = [profile, save];

/** With what was typed, and why it was not taken. */
async function show(
  { ctx, caller, links }: PageCall,
  refused?: { typed: Typed; problem: RequestError },
): Promise<Reply> {
  const account = await readProfile(ctx, caller);
  if (!account) return toFirstPage(links);
  const { state } = account;
  const isNew = state === "new";
  return pageReply(
    ctx,
    { title: "Your account", status: refused?.problem.status ?? 200 },
    <>
      <h1>Your account</h1>
      <p class={state === "approved" ? "ready" : "notice"}>{sentences[state]}</p>
      {decide(caller, "token.read") === "allowed" ? (
        <p>
          Programs use this service with <a href={links.to("/tokens")}>your API tokens</a>.
        </p>
      ) : null}
      <Known account={account} identities={await listIdentities(ctx, caller, account.id)} />
      <section aria-labelledby="change">
        <h2 id="change">{isNew ? "Who you are" : "Change it"}</h2>
        <PostForm ctx={ctx} action={links.to(path)} class="fields">
          <Problem problem={refused?.problem} />
          <ProfileFields
            account={account}
            typed={refused?.typed}
            sendsMail={ctx.config.identity?.mail !== undefined}
          />
          <button type="submit">{isNew ? "Ask for approval" : "Save"}</button>
        </PostForm>
      </section>
    </>,
  );
}

const sentences: Record<UserState, string> = {
  new:
    "Your account is new. Say who you are; then an administrator has to approve it before you " +
    "can use this service.",
  pending: "Your account waits for an administrator, who has to approve it.",
  approved: "Your account is approved: you can use this service.",
  rejected: "An administrator did not approve your account. Ask the administrators why.",
  suspended: "An administrator has suspended your account. Ask the administrators why.",
  deleted: "Your account is deleted.",
};

function Known({
  account: { name, email, emailVerified, institution, experiment },
  identities,
}: {
  account: OwnProfile;
  identities: readonly IdentityRow[];
}) {
  return (
    <Facts
      rows={[
        ["Name", name === undefined ? "Your sign-in gives none." : <Text>{name}</Text>],
        ["Email", <Email email={email} isVerified={emailVerified} />],
        ["Institution", institution === undefined ? null : <Text>{institution}</Text>],
        ["Experiment", experiment === undefined ? null : <Text>{experiment}</Text>],
        ["Signs in", identities.length === 0 ? null : <Identities identities={identities} />],
      ]}
    />
  );
}

export function Email({ email, isVerified }: { email: string | undefined; isVerified: boolean }) {
  if (email === undefined) return <>Your sign-in gives none: type one below.</>;
  return (
    <>
      <Text>{email}</Text>
      {isVerified ? null : <small> which nobody has verified</small>}
    </>
  );
}

export function Identities({ identities }: { identities: readonly IdentityRow[] }) {
  return (
    <ul class="plain">
      {identities.map(({ issuer, subject, username, provider, usedAt }) => (
        <li>
          as <Text most={100}>{username ?? subject}</Text> at{" "}
          <Text most={100}>{new URL(issuer).host}</Text>
          {provider === undefined ? null : (
            <>
              {" "}
              through <Text most={100}>{provider}</Text>
            </>
          )}
          {usedAt ? (
            <small>
              , last <Time at={usedAt.toISOString()} />
            </small>
          ) : null}
        </li>
      ))}
    </ul>
  );
}
