import type pg from "pg";
import { inWords, systemProblem } from "../system-problem.ts";

/** Why a database cannot be used, in words, as the end of a sentence without a full stop. */
export function connectProblem(error: Error, url: string): string {
  const { code = "" } = error as pg.DatabaseError;
  const { hostname, host } = new URL(url);
  if (code === "ENOTFOUND") return `there is no host ${hostname}`;
  if (code === "EAI_AGAIN") return `the host ${hostname} cannot be looked up now`;
  if (code === "ECONNREFUSED") return `nothing listens at ${host || "the default address"}`;
  if (silence.test(error.message)) return "it does not answer, or is no Postgres";
  if (systemProblem(error)) return inWords(error);
  if (error.message.startsWith("Connection terminated"))
    return "it closed the connection, or is no Postgres";
  return error.message || "no connection";
}

const silence = /^(timeout expired|Query read timeout)/;
