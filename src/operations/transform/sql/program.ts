// The program of a query process: answers one question after the other, and is gone when whoever asks is.
import { answer } from "./query.ts";
import type { Question } from "./question.ts";

process.on("message", (question: Question) => {
  answer(question).then(
    (said) => process.send?.(said),
    (error: Error) => process.send?.({ fault: { class: "internal", message: error.message } }),
  );
});

// A query that still runs on a thread of its own would hold an ordinary exit up
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
