import { readAccount } from "../../users/accounts.ts";
import type { UserState } from "../../users/state.ts";
import { pageReply } from "../layout.tsx";
import type { Page } from "../page.ts";
import { Facts, Text } from "../parts.tsx";
import { toFirstPage } from "./first-page.ts";

/** What this service knows of a person, and how their account stands. */
const profile: Page = {
  method: "get",
  path: "/profile",
  access: "account.read",
  async answer({ ctx, caller, links }) {
    if (!ctx.config.identity) return toFirstPage(links);
    const { name, email, emailVerified, institution, state } = await readAccount(ctx, caller);
    return pageReply(
      ctx,
      { title: "Your account" },
      <>
        <h1>Your account</h1>
        <p class={state === "approved" ? "ready" : "notice"}>{sentences[state]}</p>
        <Facts
          rows={[
            ["Name", name === undefined ? "Your sign-in gives none." : <Text>{name}</Text>],
            ["Email", <Email email={email} isVerified={emailVerified} />],
            ["Institution", institution === undefined ? null : <Text>{institution}</Text>],
          ]}
        />
      </>,
    );
  },
};

function Email({ email, isVerified }: { email: string | undefined; isVerified: boolean }) {
  if (email === undefined)
    return (
      <>
        Your sign-in gives none. Administrators can reach you if you add one there and sign in
        again.
      </>
    );
  return (
    <>
      <Text>{email}</Text>
      {isVerified ? null : <small> which nobody has verified</small>}
    </>
  );
}

const sentences: Record<UserState, string> = {
  new: "Your account is new. An administrator has to approve it before you can use this service.",
  pending: "Your account waits for an administrator, who has to approve it.",
  approved: "Your account is approved: you can use this service.",
  rejected: "An administrator did not approve your account. Ask the administrators why.",
  suspended: "An administrator has suspended your account. Ask the administrators why.",
  deleted: "Your account is deleted.",
};

export const profilePages: Page[] = [profile];
