import { inWords, systemProblem } from "../system-problem.ts";

/** Why a database cannot be used, in words, as the end of a sentence without a full stop. */
export function connectProblem(error: Error): string {
  if (silence.test(error.message)) return "it does not answer, or is no Postgres";
  if (systemProblem(error)) return inWords(error);
  if (error.message.startsWith("Connection terminated"))
    return "it closed the connection, or is no Postgres";
  return error.message || "no connection";
}

const silence = /^(timeout expired|Query read timeout)/;
