// The program of a query process: works on one request after the other, and ends with the process
// that started it.

import { type ProcessMessage, type QueryRequest, ready } from "./messages.ts";
import { answer } from "./query.ts";

const send = (message: ProcessMessage) => process.send?.(message);

process.on("message", (request: QueryRequest) => {
  answer(request, (phase) => send({ phase })).then(send, (error: Error) =>
    send({ failure: { class: "internal", message: error.message } }),
  );
});

// A query that still runs on a thread of its own would delay an ordinary exit
const end = () => process.kill(process.pid, "SIGKILL");
process.on("disconnect", end);
// The parent may have died while this program was loading, and that is not announced again
if (process.connected) send(ready);
else end();
