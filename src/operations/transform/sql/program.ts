// The program of a query process: answers one question after the other, and is gone when whoever asks is.

import { type QueryRequest, ready } from "./messages.ts";
import { answer } from "./query.ts";

process.on("message", (question: QueryRequest) => {
  answer(question).then(
    (said) => process.send?.(said),
    (error: Error) => process.send?.({ fault: { class: "internal", message: error.message } }),
  );
});

// A query that still runs on a thread of its own would hold an ordinary exit up
const end = () => process.kill(process.pid, "SIGKILL");
process.on("disconnect", end);
// Whoever asks may have died while this program was loading, and that is not said again
if (process.connected) process.send?.(ready);
else end();
