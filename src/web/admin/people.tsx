// People as administrators see them: those who wait for approval, and all.
import { parseParameters } from "../../http/parse.ts";
import { peopleQuery } from "../../http/schemas/people.ts";
import { listPeople, type PersonRow } from "../../users/people.ts";
import { type UserState, userMoves, userStates } from "../../users/state.ts";
import { toFirstPage } from "../account/first-page.ts";
import { pageReply } from "../layout.tsx";
import type { Page, PageCall } from "../page.ts";
import { Pager, State, Table, Tabs, Text, Time } from "../parts.tsx";
import { Decisions } from "./decisions.tsx";

const path = "/admin/users";
const perPage = "50";

const list: Page = {
  method: "get",
  path,
  access: "user.read",
  async answer({ ctx, caller, links, query }) {
    if (!ctx.config.identity) return toFirstPage(links);
    const wanted = parseParameters(peopleQuery, { ...query, limit: perPage });
    const { state, cursor } = wanted;
    const { items, next } = await listPeople(ctx, caller, wanted);
    const here = `${links.to(path)}${state ? `?state=${state}` : ""}`;
    return pageReply(
      ctx,
      { title: "People" },
      <>
        <h1>People</h1>
        <Tabs
          label="People by state"
          tabs={[undefined, ...userStates].map((one) => ({
            href: `${links.to(path)}${one ? `?state=${one}` : ""}`,
            word: one === undefined ? "all" : words[one],
            isShown: state === one,
          }))}
        />
        {items.length === 0 ? (
          <p>There is nobody{state === undefined ? "" : ` who is ${words[state]}`}.</p>
        ) : (
          <People ctx={ctx} links={links} people={items} isOfState={state !== undefined} />
        )}
        <Pager
          first={cursor !== undefined && { href: here, label: "The newest" }}
          next={
            next !== null && {
              href: `${here}${state ? "&" : "?"}cursor=${next}`,
              label: "Older accounts",
            }
          }
        />
      </>,
    );
  },
};

export const peoplePages: Page[] = [list];

const words: Record<UserState, string> = {
  new: "new",
  pending: "waiting for approval",
  approved: "approved",
  rejected: "rejected",
  suspended: "suspended",
  deleted: "deleted",
};

function People({
  ctx,
  links,
  people,
  isOfState,
}: Pick<PageCall, "ctx" | "links"> & { people: readonly PersonRow[]; isOfState: boolean }) {
  const decides = people.some(({ state }) => state === userMoves.complete.to);
  return (
    <Table
      columns={[
        { title: "Name" },
        { title: "Institution", class: "wide" },
        ...(isOfState ? [] : [{ title: "State" }]),
        { title: "Since", class: "wide" },
        ...(decides ? [{ title: "Decision" }] : []),
      ]}
      rows={people.map((person) => [
        <>
          <a href={links.to(`${path}/${encodeURIComponent(person.id)}`)}>
            <Text most={100}>{nameOf(person)}</Text>
          </a>
          {person.email === undefined ? null : (
            <div>
              <small>
                <Text most={100}>{person.email}</Text>
                {person.emailVerified ? null : ", not verified"}
              </small>
            </div>
          )}
        </>,
        person.institution === undefined ? "–" : <Text most={100}>{person.institution}</Text>,
        ...(isOfState
          ? []
          : [
              <>
                <State word={person.state} />
                {person.admin ? <small> administrator</small> : null}
              </>,
            ]),
        <Time at={person.stateAt.toISOString()} />,
        ...(decides ? [<Decision ctx={ctx} links={links} person={person} />] : []),
      ])}
    />
  );
}

function Decision({ ctx, links, person }: Pick<PageCall, "ctx" | "links"> & { person: PersonRow }) {
  if (person.state !== userMoves.complete.to) return <>–</>;
  return (
    <Decisions ctx={ctx} links={links} person={person} verbs={["approve", "reject"]} isInList />
  );
}

/** What an administrator reads of somebody who has not said a name. */
export function nameOf({ name, email, number }: PersonRow): string {
  return name ?? email ?? `Account ${number}`;
}
