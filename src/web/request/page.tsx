import { parsePathParameters } from "../../http/parse.ts";
import { requestParams } from "../../http/schemas/params.ts";
import { progressOf } from "../../requests/monitor/progress.ts";
import { waitingOf } from "../../requests/monitor/waiting-reason.ts";
import { withheldFiles } from "../../requests/monitor/withheld-reason.ts";
import { failureGroups } from "../../requests/read/error-groups.ts";
import { readRequest } from "../../requests/read/request.ts";
import { warningsOf } from "../../requests/read/warnings.ts";
import type { RequestView } from "../../requests/views.ts";
import { pageReply, partReply } from "../layout.tsx";
import type { Page, PageCall } from "../page.ts";
import { nameOf, shown } from "../words.ts";
import { About } from "./about.tsx";
import { Actions, actionsOf } from "./actions.tsx";
import { ErrorGroups, mostGroups } from "./error-groups.tsx";
import { Files } from "./files.tsx";
import { Plot } from "./plot.tsx";
import { Progress } from "./progress.tsx";
import { Results } from "./results.tsx";
import { Steps } from "./steps.tsx";

const page: Page = {
  method: "get",
  path: "/requests/{id}",
  access: "request.read",
  async answer(call) {
    const { ctx, links } = call;
    const view = await requestOf(call);
    const title = shown(nameOf(view), 200);
    const progress = await nowOf(call, view);
    return pageReply(
      ctx,
      { title },
      <>
        <p>
          <a href={links.to("/")}>All requests</a>
        </p>
        <h1>
          <bdi>{title}</bdi>
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

/** What changes while the request runs, for the script; the page contains the same. */
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
  const [waiting, withheld, warnings, points, groups] = await Promise.all([
    waitingOf(ctx, view),
    withheldFiles(ctx, view),
    warningsOf(ctx, view.id),
    progressOf(ctx, view),
    view.counters.failed > 0 ? failureGroups(ctx, view.id, mostGroups + 1) : [],
  ]);
  const may = actionsOf(caller, view);
  return (
    <>
      <Progress view={view} waiting={waiting} warnings={warnings} />
      <Actions ctx={ctx} view={view} withheld={withheld} may={may} links={links} />
      <Steps view={view} />
      <Plot points={points} />
      <ErrorGroups ctx={ctx} view={view} groups={groups} links={links} mayRedrive={may.redrive} />
    </>
  );
}
