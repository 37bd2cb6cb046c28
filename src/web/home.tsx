import { ownerOf } from "../auth/caller.ts";
import { UnavailableError } from "../errors.ts";
import { readiness, type ServiceReadiness } from "../http/readiness.ts";
import { listRequests } from "../requests/read/request.ts";
import { isFinal } from "../requests/state.ts";
import type { Page as ListPage, RequestSummary } from "../requests/views.ts";
import { decide } from "../users/policy.ts";
import { version } from "../version.ts";
import { Bar, inWords } from "./bar.tsx";
import { HowToSubmit } from "./how-to-submit.tsx";
import { pageReply } from "./layout.tsx";
import type { Links } from "./links.ts";
import type { Page, PageCall } from "./page.ts";
import { Pager, State, Text, Time } from "./parts.tsx";
import { nameOf } from "./words.ts";

const perPage = 20;

type Listed = ListPage<RequestSummary> | { unavailable: string };

const home: Page = {
  method: "get",
  path: "/",
  access: "service.read",
  async answer(call) {
    const { ctx, caller, links, query } = call;
    const [ready, listed] = await Promise.all([readiness(ctx), list(call)]);
    const mayMeasure = decide(caller, "service.measure") === "allowed";
    return pageReply(
      ctx,
      { title: "Longshore" },
      <>
        <h1>Longshore</h1>
        <p class="lead">
          Longshore runs operations on scientific data. You name a dataset and what to do with each
          of its files; it finds them, works on them, delivers the results, and accounts for every
          file.
        </p>
        {caller.kind === "unapproved" ? (
          <p class="notice">
            Your account is {caller.state}, so you can do nothing here yet.{" "}
            <a href={links.to("/profile")}>How it stands</a>
          </p>
        ) : null}
        <Readiness found={ready} />
        <Requests listed={listed} links={links} isFirst={query.cursor === undefined} />
        {decide(caller, "request.submit") === "allowed" ? (
          <HowToSubmit ctx={ctx} links={links} />
        ) : null}
        <section aria-labelledby="more">
          <h2 id="more">More</h2>
          <ul>
            <li>
              <a href={links.to("/docs")}>The API</a>, described and to try;{" "}
              <a href={links.to("/openapi.json")}>as OpenAPI</a>
            </li>
            <li>
              <a href={links.to("/readyz")}>Readiness</a>
              {mayMeasure ? (
                <>
                  {" "}
                  and <a href={links.to("/metrics")}>metrics</a>
                </>
              ) : null}
            </li>
            <li>
              Receipts are on the page of each request that has ended; they are verified with{" "}
              <a href={links.to("/.well-known/longshore-keys")}>these public keys</a>
            </li>
          </ul>
          <p>
            <small>Version {version}</small>
          </p>
        </section>
      </>,
    );
  },
};

export const homePages: Page[] = [home];

/** Undefined for callers who have no requests. */
async function list({ ctx, caller, query }: PageCall): Promise<Listed | undefined> {
  if (decide(caller, "request.read") !== "allowed") return undefined;
  // With identity off, all requests are the local caller's.
  const owner = caller.kind === "local" ? undefined : ownerOf(caller);
  try {
    return await listRequests(ctx, caller, { owner, cursor: query.cursor, limit: perPage });
  } catch (error) {
    if (error instanceof UnavailableError) return { unavailable: error.message };
    throw error;
  }
}

function Readiness({ found: { missing, warnings } }: { found: ServiceReadiness }) {
  const problems = Object.entries({ ...warnings, ...missing });
  const isReady = Object.keys(missing).length === 0;
  return (
    <div id="readiness" data-part class={isReady ? "ready" : "notice"}>
      <p>
        <strong>{isReady ? "The service is ready." : "The service is not ready."}</strong>
      </p>
      {problems.length > 0 ? (
        <ul>
          {problems.map(([name, sentence]) => (
            <li>
              {name}: <Text>{sentence}</Text>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

function Requests({
  listed,
  links,
  isFirst,
}: {
  listed: Listed | undefined;
  links: Links;
  isFirst: boolean;
}) {
  if (!listed) return null;
  return (
    <section aria-labelledby="requests">
      <h2 id="requests">My requests</h2>
      {"unavailable" in listed ? (
        <p>{listed.unavailable}</p>
      ) : (
        <div
          id="request-list"
          data-part
          {...(listed.items.some(({ state }) => !isFinal(state)) ? { "data-open": "" } : {})}
        >
          {listed.items.length === 0 ? <p>There are none{isFirst ? " yet" : " more"}.</p> : null}
          <ul class="requests">
            {listed.items.map((request) => (
              <Row request={request} links={links} />
            ))}
          </ul>
          <Pager
            first={!isFirst && { href: links.to("/"), label: "The newest" }}
            next={
              listed.next !== null && {
                href: `${links.to("/")}?cursor=${listed.next}#requests`,
                label: "Older requests",
              }
            }
          />
        </div>
      )}
    </section>
  );
}

function Row({ request, links }: { request: RequestSummary; links: Links }) {
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
      </small>
    </li>
  );
}
