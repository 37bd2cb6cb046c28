// The program of a query process: works on one request after the other.
import { serveParent } from "../../../confined/child.ts";
import type { QueryRequest } from "./messages.ts";
import { answer } from "./query.ts";

const { send } = serveParent((request: QueryRequest) => {
  answer(request, (phase) => send({ phase })).then(send, (error: Error) =>
    send({ failure: { class: "internal", message: error.message } }),
  );
});
