import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { UnavailableError } from "../errors.ts";
import { within } from "../time.ts";
import { problemReply } from "./problem.ts";
import { send } from "./send.ts";

const mostHeld = 2000;

/**
 * Holds calls that arrive before the service is ready. A sidecar gives up connecting after half a
 * second and never reports again, so the listener opens before everything else.
 */
export function holdUntilReady(
  ready: Promise<RequestListener>,
  { seconds = 60 }: { seconds?: number } = {},
): RequestListener {
  let listener: RequestListener | undefined;
  let failed = false;
  let held = 0;
  ready.then(
    (value) => {
      listener = value;
    },
    () => {
      failed = true;
    },
  );

  async function hold(request: IncomingMessage, response: ServerResponse): Promise<void> {
    held++;
    const now = await within(seconds * 1000, ready).catch(() => undefined);
    held--;
    if (now) now(request, response);
    else refuse(request, response);
  }

  return (request, response) => {
    if (listener) listener(request, response);
    else if (request.url === "/healthz") send(response, { status: 200, body: { status: "alive" } });
    else if (request.url === "/readyz")
      send(response, { status: 503, body: starting, headers: { "retry-after": "1" } });
    else if (failed || held >= mostHeld) refuse(request, response);
    else hold(request, response).catch(() => response.destroy());
  };
}

const starting = { status: "not ready", missing: { service: "It is still starting." } };

function refuse(request: IncomingMessage, response: ServerResponse): void {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  send(response, problemReply(new UnavailableError("The service is not ready yet."), path, ""));
}
