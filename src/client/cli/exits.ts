import { CommanderError } from "commander";
import { UnavailableError } from "../../errors.ts";
import { ConfigError } from "../../settings/config-error.ts";
import { explained, isOfCertificate, systemProblem } from "../../system-problem.ts";
import { ApiError, FolderError, UnreachableError } from "../errors.ts";
import { adviceFor } from "../local-files.ts";
import type { RequestView } from "../views.ts";
import { type ExitCode, exits } from "./exit-codes.ts";
import { thisCommand } from "./help/this-command.ts";
import { tokenAdvice } from "./token-advice.ts";

/** Ends the command with a message (empty if it was already shown) and a code. */
export class ExitError extends Error {
  readonly code: ExitCode;
  constructor(code: ExitCode, message = "") {
    super(message);
    this.name = "ExitError";
    this.code = code;
  }
}

export function usedWrongly(message: string): ExitError {
  return new ExitError(exits.usedWrongly, message);
}

export function exitOfRequest({
  state,
  counters,
}: Pick<RequestView, "state" | "counters">): ExitCode {
  if (state === "failed" || state === "canceled") return exits.requestFailed;
  return counters.failed > 0 ? exits.someFailed : exits.done;
}

/** The exit code and message for any error; never a stack trace. */
export function exitOf(error: unknown): { code: number; message: string } {
  if (error instanceof ExitError) return { code: error.code, message: error.message };
  if (error instanceof CommanderError)
    return { code: error.exitCode === 0 ? exits.done : exits.usedWrongly, message: "" };
  if (error instanceof ConfigError) return { code: exits.usedWrongly, message: error.message };
  if (error instanceof UnreachableError)
    return { code: exits.notReachable, message: withHowToReach(error) };
  if (error instanceof FolderError) return { code: exits.usedWrongly, message: error.message };
  if (error instanceof ApiError) return ofApi(error);
  return ofSystem(error as NodeJS.ErrnoException);
}

function withHowToReach({ message, code, isOfResult }: UnreachableError): string {
  return isOfResult || isOfCertificate(code) ? message : `${message}\n${howToReach()}`;
}

export function howToReach(): string {
  return (
    `Start one with \`${thisCommand()} start\`, or give its address by --url, --profile or ` +
    "LONGSHORE_URL."
  );
}

/** For clients of the service that are not `Longshore`: their errors have the status. */
export function endWithStatus(error: Error & { status?: number }): never {
  if (error.status === undefined) throw error;
  throw new ExitError(exitOfStatus(error.status), error.message);
}

function exitOfStatus(status: number): ExitCode {
  if ([401, 403, 429].includes(status)) return exits.refused;
  return status >= 500 ? exits.notReachable : exits.usedWrongly;
}

const unreachableCodes = [
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ETIMEDOUT",
  "57P03",
];
const deniedCodes = ["28000", "28P01", "42501"];

/** Errors of the file system, the network and the database, by their codes. */
function ofSystem(error: NodeJS.ErrnoException): { code: number; message: string } {
  const { code, name } = error;
  // An AggregateError over several addresses has no message of its own.
  const message = withAdvice(error, error.message || `${name}: the database does not answer.`);
  if (error instanceof UnavailableError)
    return { code: exits.notReachable, message: withCause(error) };
  if (code !== undefined && unreachableCodes.includes(code))
    return { code: exits.notReachable, message };
  if (code !== undefined && deniedCodes.includes(code)) return { code: exits.refused, message };
  if (code === undefined) return { code: exits.someFailed, message };
  return { code: exits.usedWrongly, message };
}

/** The system's own message says neither what to do nor, in plain words, what is wrong. */
function withAdvice(error: NodeJS.ErrnoException, message: string): string {
  const isOfSystem = error.syscall !== undefined || error instanceof AggregateError;
  const advice = isOfSystem ? adviceFor(error) : undefined;
  if (advice === undefined) return message;
  return `${subjectOf(error)} cannot be used (${error.code}): ${advice}.`;
}

function withCause(error: UnavailableError): string {
  return systemProblem(error) ? `${explained(error)}.` : error.message;
}

/** What was tried: a path, or an address of the network. */
function subjectOf(error: NodeJS.ErrnoException): string {
  const [first] = error instanceof AggregateError ? error.errors : [error];
  const { path, address, hostname, port } = first as NodeJS.ErrnoException & {
    address?: string;
    hostname?: string;
    port?: number;
  };
  if (path !== undefined) return path;
  const host = address ?? hostname;
  if (host !== undefined) return port === undefined ? host : `${host}:${port}`;
  return error.syscall === "write"
    ? "The disk that is written to"
    : (error.syscall ?? "The system");
}

function ofApi(error: ApiError): { code: number; message: string } {
  const { status, errors } = error;
  const message = tokenAdvice(error) ?? error.message;
  const others = errors
    .filter(({ detail }) => !message.startsWith(detail))
    .map(({ pointer, detail }) => `  ${pointer}: ${detail}`);
  return { code: exitOfStatus(status), message: [message, ...others].join("\n") };
}
