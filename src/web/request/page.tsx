import { parsePathParameters } from "../../http/parse.ts";
import { requestParams } from "../../http/schemas/params.ts";
import { progressOf } from "../../requests/monitor/progress.ts";
import { waitingOf } from "../../requests/monitor/waiting-reason.ts";
import { failureGroups } from "../../requests/read/error-groups.ts";
import { readRequest } from "../../requests/read/request.ts";
import { warningsOf } from "../../requests/read/warnings.ts";
import type { RequestView } from "../../requests/views.ts";
import { openToAnyone } from "../../settings/contradictions.ts";
import { mayOn } from "../../users/policy.ts";
import { pageReply, partReply } from "../layout.tsx";
import type { Page, PageCall } from "../page.ts";
import { shown } from "../words.ts";
import { ErrorGroups, mostGroups } from "./error-groups.tsx";
import { Files } from "./files.tsx";
import { Plot } from "./plot.tsx";
import { Results } from "./results.tsx";
import { About, Actions, Progress, Steps } from "./state.tsx";

const page: Page = {
  method: "get",
  path: "/requests/{id}",
  access: "request.read",
  async answer(call) {
    const { ctx, links } = call;
    const view = await requestOf(call);
    const progress = await nowOf(call, view);
    return pageReply(
      { title: titleOf(view), links, warning: openToAnyone(ctx.config) },
      <>
        <p>
          <a href={links.to("/")}>All requests</a>
        </p>
        <h1>
          <bdi>{titleOf(view)}</bdi>
        </h1>
        <div
          id="live"
          data-progress={links.request(view.id, "/progress")}
          data-events={links.to(`/v1/requests/${view.id}/events`)}
        >
          {progress}
        </div>
        {await Results({ call, view })}
        {await Files({ call, view })}
        <About view={view} />
      </>,
    );
  },
};

/** What changes while it runs, for the script; the page has the same. */
const progressPart: Page = {
  method: "get",
  path: "/requests/{id}/progress",
  access: "request.read",
  answer: async (call) => partReply(await nowOf(call, await requestOf(call))),
};

export const requestPages: Page[] = [page, progressPart];

function requestOf({ ctx, caller, params }: PageCall): Promise<RequestView> {
  return readRequest(ctx, parsePathParameters(requestParams, params).id, caller);
}

async function nowOf({ ctx, caller, links }: PageCall, view: RequestView) {
  const [waiting, warnings, points, groups] = await Promise.all([
    waitingOf(ctx, view),
    warningsOf(ctx, view.id),
    progressOf(ctx, view),
    view.counters.failed > 0 ? failureGroups(ctx, view.id, mostGroups + 1) : [],
  ]);
  const may = {
    change: mayOn(caller, "request.change", view),
    delete: mayOn(caller, "request.delete", view),
  };
  return (
    <>
      <Progress view={view} waiting={waiting} warnings={warnings} />
      <Actions view={view} may={may} links={links} />
      <Steps view={view} />
      <Plot points={points} />
      <ErrorGroups view={view} groups={groups} links={links} mayRedrive={may.change} />
    </>
  );
}

function titleOf({ title, number }: RequestView): string {
  return title === null ? `Request ${number}` : shown(title, 200);
}
