// One person as administrators see them.
import { ownerOf } from "../../auth/caller.ts";
import { listTokens, type TokenRow } from "../../auth/tokens/tokens.ts";
import { parsePathParameters } from "../../http/parse.ts";
import { personParams } from "../../http/schemas/people.ts";
import { listActs } from "../../users/acts.ts";
import { listGroupsOf } from "../../users/groups.ts";
import { listIdentities } from "../../users/identities.ts";
import { type PersonRow, readPerson } from "../../users/people.ts";
import { type UserState, userMoves } from "../../users/state.ts";
import { toFirstPage } from "../account/first-page.ts";
import { Email, Identities } from "../account/profile.tsx";
import { pageReply } from "../layout.tsx";
import type { Links } from "../links.ts";
import type { Page } from "../page.ts";
import { Facts, State, Text, Time } from "../parts.tsx";
import { Acts, namesFor } from "./acts.tsx";
import { Decisions, decisionPages, type VerbName } from "./decisions.tsx";
import { GroupsOf } from "./groups.tsx";
import { OpenRequestList, openInWords, openRequestsOf } from "./open-requests.tsx";
import { nameOf } from "./people.tsx";

const path = "/admin/users/{user}";
const mostActs = 20;

const one: Page = {
  method: "get",
  path,
  access: "user.read",
  async answer({ ctx, caller, links, params }) {
    if (!ctx.config.identity) return toFirstPage(links);
    const { user } = parsePathParameters(personParams, params);
    const person = await readPerson(ctx, caller, user);
    const [requests, groups, identities, tokens, acts] = await Promise.all([
      openRequestsOf(ctx, caller, user),
      listGroupsOf(ctx, caller, user),
      listIdentities(ctx, caller, user),
      listTokens(ctx, caller, user),
      listActs(ctx, caller, { subject: user, limit: mostActs }),
    ]);
    const isOwn = user === ownerOf(caller);
    return pageReply(
      ctx,
      { title: "A person" },
      <>
        <p>
          <a href={links.to("/admin/users")}>People</a>
        </p>
        <h1>
          <Text most={120}>{nameOf(person)}</Text> <State word={person.state} />
        </h1>
        <About person={person} />
        {isOwn ? (
          <p>This is your own account: another administrator decides about it.</p>
        ) : (
          <Decisions ctx={ctx} links={links} person={person} verbs={verbsFor(person)} />
        )}
        <section aria-labelledby="requests">
          <h2 id="requests">Requests that have not ended</h2>
          <OpenRequestList requests={requests} state={person.state} links={links} />
          <p>
            <a href={`${links.to("/")}?owner=${encodeURIComponent(user)}#requests`}>
              All requests of this person
            </a>
          </p>
        </section>
        <section aria-labelledby="groups">
          <h2 id="groups">Groups</h2>
          <GroupsOf groups={groups} links={links} />
        </section>
        <section aria-labelledby="identities">
          <h2 id="identities">Signs in</h2>
          {identities.length === 0 ? (
            <p>Has no sign-in.</p>
          ) : (
            <Identities identities={identities} />
          )}
        </section>
        <section aria-labelledby="tokens">
          <h2 id="tokens">API tokens</h2>
          {tokens.length === 0 ? <p>There are none.</p> : <Tokens tokens={tokens} links={links} />}
        </section>
        <section aria-labelledby="acts">
          <h2 id="acts">What was done</h2>
          <Acts acts={acts.items} links={links} names={await namesFor(ctx, caller, acts.items)} />
          {acts.next === null ? null : (
            <p>
              <a href={`${links.to("/admin/acts")}?subject=${encodeURIComponent(user)}`}>
                All of it
              </a>
            </p>
          )}
        </section>
        {isOwn || person.state === userMoves.remove.to ? null : (
          <p>
            <a href={links.to(`/admin/users/${encodeURIComponent(user)}/delete`)}>
              Delete the account
            </a>
          </p>
        )}
      </>,
    );
  },
};

/** Deleting cannot be undone: it is asked for. */
const question: Page = {
  method: "get",
  path: `${path}/delete`,
  access: "user.delete",
  async answer({ ctx, caller, links, params }) {
    if (!ctx.config.identity) return toFirstPage(links);
    const { user } = parsePathParameters(personParams, params);
    const person = await readPerson(ctx, caller, user);
    const goesOn = openInWords(await openRequestsOf(ctx, caller, user));
    return pageReply(
      ctx,
      { title: "Delete an account" },
      <>
        <h1>
          Delete the account of <Text most={120}>{nameOf(person)}</Text>?
        </h1>
        <p>
          Its name, address, sign-ins and API tokens are removed for good, and so are open sessions.
          Its requests and their results stay, and administrators may read them.
        </p>
        {goesOn === undefined ? null : <p>{goesOn}</p>}
        <Decisions ctx={ctx} links={links} person={person} verbs={["delete"]} />
        <p>
          <a href={links.to(`/admin/users/${encodeURIComponent(user)}`)}>Keep it</a>
        </p>
      </>,
    );
  },
};

export const personPages: Page[] = [one, question, ...decisionPages];

const verbsOf: Record<UserState, readonly VerbName[]> = {
  new: ["approve", "reject"],
  pending: ["approve", "reject"],
  approved: ["suspend"],
  rejected: ["approve"],
  suspended: ["restore"],
  deleted: [],
};

function verbsFor({ state, admin }: PersonRow): readonly VerbName[] {
  if (state !== userMoves.approve.to) return verbsOf[state];
  return [admin ? "no-admin" : "admin", ...verbsOf[state]];
}

function About({ person }: { person: PersonRow }) {
  const { email, emailVerified, institution, experiment, stateAt, createdAt, seenAt } = person;
  return (
    <Facts
      rows={[
        ["May", person.admin ? "everything: an administrator" : "what users may"],
        [
          "Email",
          email === undefined ? "none" : <Email email={email} isVerified={emailVerified} />,
        ],
        ["Institution", institution === undefined ? null : <Text>{institution}</Text>],
        ["Experiment", experiment === undefined ? null : <Text>{experiment}</Text>],
        ["Came", <Time at={createdAt.toISOString()} />],
        ["As it is since", <Time at={stateAt.toISOString()} />],
        ["Signed in last", seenAt ? <Time at={seenAt.toISOString()} /> : "never"],
        ["Number", String(person.number)],
        ["Id", <code>{person.id}</code>],
      ]}
    />
  );
}

function Tokens({ tokens, links }: { tokens: readonly TokenRow[]; links: Links }) {
  return (
    <ul class="plain">
      {tokens.map(({ id, name, scopes, lastUsedAt }) => (
        <li>
          <a href={links.to(`/tokens/${id}`)}>
            <Text most={100}>{name}</Text>
          </a>{" "}
          <small>
            {scopes.join(", ")};{" "}
            {lastUsedAt ? (
              <>
                last used <Time at={lastUsedAt.toISOString()} />
              </>
            ) : (
              "never used"
            )}
          </small>
        </li>
      ))}
    </ul>
  );
}
