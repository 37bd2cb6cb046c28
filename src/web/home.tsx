import { UnavailableError } from "../errors.ts";
import { readiness, type ServiceReadiness } from "../http/readiness.ts";
import { listPeople } from "../users/people.ts";
import { decide } from "../users/policy.ts";
import { userMoves } from "../users/state.ts";
import { version } from "../version.ts";
import { listOf, Requests } from "./home-requests.tsx";
import { HowToSubmit } from "./how-to-submit.tsx";
import { pageReply } from "./layout.tsx";
import type { Page, PageCall } from "./page.ts";
import { Text } from "./parts.tsx";

const home: Page = {
  method: "get",
  path: "/",
  access: "service.read",
  async answer(call) {
    const { ctx, caller, links } = call;
    const [ready, listed, waiting] = await Promise.all([
      readiness(ctx),
      listOf(call),
      somebodyWaits(call),
    ]);
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
        {waiting ? (
          <p class="notice">
            <a href={links.to("/admin/users?state=pending")}>People wait for approval</a>
          </p>
        ) : null}
        <Readiness found={ready} />
        <Requests listed={listed} call={call} />
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

/** Told to administrators alone. */
async function somebodyWaits({ ctx, caller }: PageCall): Promise<boolean> {
  if (!ctx.config.identity || caller.kind !== "admin") return false;
  try {
    const state = userMoves.complete.to;
    return (await listPeople(ctx, caller, { state, limit: 1 })).items.length > 0;
  } catch (error) {
    if (error instanceof UnavailableError) return false;
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
