import { readRequest } from "../../requests/read/request.ts";
import { visibleState } from "../../requests/read/visible-state.ts";
import { isFinal } from "../../requests/state.ts";
import { streamEvents } from "../events.ts";
import { route } from "../route.ts";
import { requestParams } from "../schemas/params.ts";

export const watchRequest = route({
  method: "get",
  path: "/v1/requests/{id}/events",
  name: "watchRequest",
  tag: "requests",
  access: "request.read",
  summary: "Follow a request: server-sent events of its counters and state, until it ends",
  description:
    "`progress` carries the counters, `state` the state, round, reason and counters. " +
    "Last-Event-ID continues from there; after the end the answer is 204.",
  params: requestParams,
  responses: {
    200: {
      description: "The events.",
      mediaType: "text/event-stream",
      example:
        "id: 1.running.4.0.2.2\nevent: progress\ndata: " +
        '{"total":8,"waiting":4,"queued":0,"running":2,"done":2,"failed":0,"canceled":0}\n\n',
    },
    204: { description: "There is nothing new and there will not be." },
  },
  async handler(ctx, { params, caller, again, request }) {
    const view = await readRequest(ctx, params.id, caller);
    const lastEventId = request.headers["last-event-id"];
    if (isFinal(view.state) && lastEventId === visibleState(view)) return { status: 204 };
    const from = String(lastEventId ?? "");
    return { write: (response) => streamEvents(ctx, again, view, from, response) };
  },
});
