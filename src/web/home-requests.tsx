// The list of requests on the first page: one's own, or everybody's.
import { ownerOf } from "../auth/caller.ts";
import { UnavailableError } from "../errors.ts";
import { listRequests } from "../requests/read/request.ts";
import { isFinal } from "../requests/state.ts";
import type { Page as ListPage, RequestSummary } from "../requests/views.ts";
import { namesOf } from "../users/names.ts";
import { decide } from "../users/policy.ts";
import { Bar, inWords } from "./bar.tsx";
import type { Links } from "./links.ts";
import type { PageCall } from "./page.ts";
import { Pager, State, Tabs, Text, Time } from "./parts.tsx";
import { nameOf } from "./words.ts";

const perPage = 20;

interface List extends ListPage<RequestSummary> {
  /** whose they are, where that is not the caller alone */
  owners?: ReadonlyMap<string, string>;
}

type Listed = List | { unavailable: string };

/** Undefined for callers who have no requests. */
export async function listOf(call: PageCall): Promise<Listed | undefined> {
  const { ctx, caller, query } = call;
  if (decide(caller, "request.read") !== "allowed") return undefined;
  const { owner } = whose(call);
  try {
    const page = await listRequests(ctx, caller, { owner, cursor: query.cursor, limit: perPage });
    if (owner === ownerOf(caller) || caller.kind !== "admin") return page;
    const ids = page.items.map((request) => request.owner).concat(owner ?? []);
    return { ...page, owners: await namesOf(ctx, caller, ids) };
  } catch (error) {
    if (error instanceof UnavailableError) return { unavailable: error.message };
    throw error;
  }
}

/** Administrators choose between their own requests, all, and those of one person. */
function whose({ caller, query }: PageCall): { owner: string | undefined; query: string } {
  // With identity off, all requests are the local caller's.
  if (caller.kind === "local") return { owner: undefined, query: "" };
  const chosen = caller.kind === "admin" ? query.owner : undefined;
  if (chosen === undefined || chosen === ownerOf(caller))
    return { owner: ownerOf(caller), query: "" };
  return {
    owner: chosen === "all" ? undefined : chosen,
    query: String(new URLSearchParams({ owner: chosen })),
  };
}

export function Requests({ listed, call }: { listed: Listed | undefined; call: PageCall }) {
  if (!listed) return null;
  const { caller, links } = call;
  const { owner, query } = whose(call);
  const isOfAll = query !== "" && owner === undefined;
  const first = links.to("/");
  return (
    <section aria-labelledby="requests">
      <h2 id="requests">
        {query === "" ? (
          "My requests"
        ) : isOfAll ? (
          "Everybody’s requests"
        ) : (
          <Of listed={listed} owner={owner} />
        )}
      </h2>
      {caller.kind === "admin" ? (
        <Tabs
          label="Whose requests"
          tabs={[
            { href: `${first}#requests`, word: "Mine", isShown: query === "" },
            { href: `${first}?owner=all#requests`, word: "Everybody’s", isShown: isOfAll },
          ]}
        />
      ) : null}
      {"unavailable" in listed ? <p>{listed.unavailable}</p> : <List listed={listed} call={call} />}
    </section>
  );
}

function Of({ listed, owner = "" }: { listed: Listed; owner: string | undefined }) {
  const name = "owners" in listed ? listed.owners?.get(owner) : undefined;
  return (
    <>
      Requests of <Text most={60}>{name ?? owner}</Text>
    </>
  );
}

function List({ listed, call }: { listed: List; call: PageCall }) {
  const { links, query } = call;
  const { items, next, owners } = listed;
  const isFirst = query.cursor === undefined;
  const chosen = whose(call);
  const here = links.to("/") + (chosen.query && `?${chosen.query}`);
  return (
    <div
      id="request-list"
      data-part
      {...(items.some(({ state }) => !isFinal(state)) ? { "data-open": "" } : {})}
    >
      {items.length === 0 ? <p>There are none{isFirst ? " yet" : " more"}.</p> : null}
      <ul class="requests">
        {items.map((request) => (
          <Row
            request={request}
            links={links}
            owner={chosen.owner === undefined ? owners?.get(request.owner) : undefined}
          />
        ))}
      </ul>
      <Pager
        first={!isFirst && { href: here, label: "The newest" }}
        next={
          next !== null && {
            href: `${here}${chosen.query ? "&" : "?"}cursor=${next}#requests`,
            label: "Older requests",
          }
        }
      />
    </div>
  );
}

export function Row({
  request,
  links,
  owner,
}: {
  request: RequestSummary;
  links: Links;
  owner: string | undefined;
}) {
  const { id, state, counters, created_at: createdAt } = request;
  return (
    <li>
      <a href={links.request(id)}>
        <Text most={120}>{nameOf(request)}</Text>
      </a>{" "}
      <State word={state} />
      <Bar counters={counters} />
      <small>
        {inWords(counters)} · <Time at={createdAt} />
        {owner === undefined ? null : (
          <>
            {" "}
            · of <Text most={60}>{owner}</Text>
          </>
        )}
      </small>
    </li>
  );
}
