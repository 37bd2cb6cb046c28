// The audit log: what administrators did to people and to what belongs to others, and what people
// did to their tokens.
import type { Caller } from "../../auth/caller.ts";
import type { Deps } from "../../deps.ts";
import { parseParameters } from "../../http/parse.ts";
import { actsQuery } from "../../http/schemas/people.ts";
import { type Act, type ActRow, listActs } from "../../users/acts.ts";
import { namesOf } from "../../users/names.ts";
import { toFirstPage } from "../account/first-page.ts";
import { pageReply } from "../layout.tsx";
import type { Links } from "../links.ts";
import type { Page } from "../page.ts";
import { Pager, Table, Text, Time } from "../parts.tsx";

const path = "/admin/acts";
const perPage = "50";

const list: Page = {
  method: "get",
  path,
  access: "act.read",
  async answer({ ctx, caller, links, query }) {
    if (!ctx.config.identity) return toFirstPage(links);
    const wanted = parseParameters(actsQuery, { ...query, limit: perPage });
    const { items, next } = await listActs(ctx, caller, wanted);
    const { subject, actor, act } = wanted;
    const chosen = Object.entries({ subject, actor, act }).flatMap(
      ([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]),
    );
    const addressOf = (more: [string, string][]) => {
      const asked = new URLSearchParams([...chosen, ...more]).toString();
      return links.to(path) + (asked === "" ? "" : `?${asked}`);
    };
    return pageReply(
      ctx,
      { title: "Audit log" },
      <>
        <h1>Audit log</h1>
        <p class="lead">
          What administrators did to people and to requests of others, and what people did to their
          accounts and API tokens.
        </p>
        {chosen.length > 0 ? (
          <p>
            Some of it. <a href={links.to(path)}>All of it</a>
          </p>
        ) : null}
        <Acts acts={items} links={links} names={await namesFor(ctx, caller, items)} />
        <Pager
          first={wanted.cursor !== undefined && { href: addressOf([]), label: "The newest" }}
          next={next !== null && { href: addressOf([["cursor", next]]), label: "Older ones" }}
        />
      </>,
    );
  },
};

export const actPages: Page[] = [list];

export function namesFor(ctx: Deps<"people">, caller: Caller, acts: readonly ActRow[]) {
  return namesOf(
    ctx,
    caller,
    acts.flatMap(({ actor, subject }) => [actor, ...(subject === undefined ? [] : [subject])]),
  );
}

export function Acts({
  acts,
  links,
  names,
}: {
  acts: readonly ActRow[];
  links: Links;
  names: ReadonlyMap<string, string>;
}) {
  if (acts.length === 0) return <p>There is nothing.</p>;
  return (
    <Table
      columns={[{ title: "When" }, { title: "What" }, { title: "By" }]}
      rows={acts.map((act) => [
        <Time at={act.at.toISOString()} />,
        <What act={act} links={links} names={names} />,
        <Text most={100}>{names.get(act.actor) ?? act.actor}</Text>,
      ])}
    />
  );
}

const words: Record<Act["act"], string> = {
  "device.approve": "Program let in:",
  "device.deny": "Program refused:",
  "token.create": "API token made:",
  "token.replace": "API token replaced:",
  "token.revoke": "API token revoked:",
  "user.create": "Account made:",
  "user.profile": "Profile changed:",
  "user.approve": "Approved:",
  "user.reject": "Rejected:",
  "user.suspend": "Suspended:",
  "user.restore": "Let in again:",
  "user.admin": "Made an administrator:",
  "user.no_admin": "Made an ordinary user:",
  "user.delete": "Deleted:",
  "notice.again": "Sent again: message",
  "key.create": "Key made:",
  "key.revoke": "Key revoked:",
  "worker.admit": "Token made for workers",
  "facade.open": "Opened to callers without a name:",
  "facade.close": "Closed to callers without a name:",
  "limit.operation": "Limits changed of operation",
  "limit.share": "Share changed of",
  "request.cancel": "Canceled: request",
  "request.redrive": "Redriven: request",
  "request.delete": "Deleted: request",
  "request.revoke_keys": "Keys revoked of request",
  "dataset.delete": "Deleted: dataset",
  "group.create": "Group made:",
  "group.delete": "Group deleted:",
  "group.join": "Put into a group:",
  "group.leave": "Taken out of a group:",
  "binding.create": "Bound to a group:",
  "binding.delete": "Bound to a group no more:",
};
const wordsOf: ReadonlyMap<string, string> = new Map(Object.entries(words));

function What({
  act: one,
  links,
  names,
}: {
  act: ActRow;
  links: Links;
  names: ReadonlyMap<string, string>;
}) {
  const { act, subject, detail } = one;
  const href = pageOf(one, links);
  const group = groupIn(one);
  const about = [detail.name, detail.target].find((text) => typeof text === "string");
  const text = about ?? (subject === undefined ? "" : (names.get(subject) ?? subject));
  return (
    <>
      {wordsOf.get(act) ?? `${act}:`}{" "}
      {href === undefined ? (
        <Text most={100}>{text}</Text>
      ) : (
        <a href={href}>
          <Text most={100}>{text}</Text>
        </a>
      )}
      {group ? (
        <>
          , group{" "}
          <a href={links.to(`/admin/groups/${encodeURIComponent(group.id)}`)}>
            <Text most={100}>{group.name}</Text>
          </a>
        </>
      ) : null}
    </>
  );
}

/** The group that somebody or something came into or left. */
function groupIn({ act, subject, detail }: ActRow): { id: string; name: string } | undefined {
  const id = act.startsWith("binding.") ? subject : detail.group;
  if (typeof id !== "string") return undefined;
  return { id, name: typeof detail.group_name === "string" ? detail.group_name : id };
}

/** The page of what the act is about, if there is one. */
function pageOf({ act, subject }: ActRow, links: Links): string | undefined {
  if (subject === undefined || act === "request.delete") return undefined;
  if (act === "group.create") return links.to(`/admin/groups/${encodeURIComponent(subject)}`);
  if (/^(user|group\.(join|leave))\b/.test(act))
    return links.to(`/admin/users/${encodeURIComponent(subject)}`);
  return act.startsWith("request.") ? links.request(subject) : undefined;
}
