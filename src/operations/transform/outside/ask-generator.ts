// Code generators of ServiceX (servicex-code-gen-lib): a selection goes in, and out come the image,
// what is run in it, and code in a zip.
import { type Dispatcher, request } from "undici";
import { z } from "zod";
import { RequestError, UnavailableError } from "../../../errors.ts";
import { readAtMost, TooLongError } from "../../../outside/read-at-most.ts";
import { timeLimit } from "../../../time.ts";
import { makeTurns } from "../../../turns.ts";
import { type Part, partsOf } from "./parts.ts";
import { NoCodeError, tooLarge, unpackCode } from "./unpack.ts";

export interface GeneratedCode {
  image: string;
  language: string;
  command: string;
  /** by name, in base64 */
  files: Record<string, string>;
}

export interface Question {
  name: string;
  url: string;
  selection: string;
  owner: string;
  /** aborts when the caller has left */
  signal?: AbortSignal | undefined;
  seconds?: number;
}

/** Its clients wait for five minutes, and for its turn a selection waits at most one. */
const mostSeconds = 120;
/** A zip may hold much more than it is long, and hardly less. */
const mostBytes = 4 * 1024 * 1024;
const longestMessage = 2_048;

const turns = makeTurns({ slots: 4, mostWaiting: 20, mostSeconds: 60 });

/**
 * Asks once: a generator that fails is not asked again, since its user can submit again. Throws
 * `RequestError` with the generator's own sentence, or `UnavailableError` where it has none.
 */
export async function askGenerator(question: Question): Promise<GeneratedCode> {
  const { name, owner, signal } = question;
  const done = await turns.take({ owner, signal }, async () => ({ code: await ask(question) }));
  if (!done) throw new UnavailableError(`Too many selections wait for the generator ${name}.`, 10);
  return done.code;
}

async function ask(question: Question): Promise<GeneratedCode> {
  const { name, url, selection, seconds = mostSeconds } = question;
  const clock = timeLimit(seconds * 1000);
  const signal = question.signal ? AbortSignal.any([clock, question.signal]) : clock;
  try {
    const answer = await request(`${url}/servicex/generated-code`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code: selection }),
      signal,
    });
    const body = await readAtMost(answer.body, mostBytes);
    if (answer.statusCode !== 200) throw refused(name, answer.statusCode, body);
    return codeOf(name, answer.headers, body);
  } catch (error) {
    if (error instanceof RequestError || error instanceof UnavailableError) throw error;
    if (error instanceof TooLongError) throw tooLarge(name);
    if (error instanceof NoCodeError) throw unusable(name, error.message, error);
    const why = clock.aborted ? `no answer within ${seconds} seconds` : reasonOf(error);
    throw new UnavailableError(`The code generator ${name} cannot be used now: ${why}.`, 10, {
      cause: error,
    });
  }
}

const told = z.object({ Message: z.string().optional(), message: z.string().optional() });

/** Generators say `Message` of what is wrong with a selection, whatever their status. */
function refused(name: string, status: number, body: Buffer): RequestError | UnavailableError {
  const { data } = told.safeParse(parsed(body.toString("utf8")));
  const message = plain(data?.Message ?? data?.message ?? "");
  if (message === "")
    return new UnavailableError(
      `The code generator ${name} answered ${status} and gave no reason.`,
      10,
    );
  const detail = `Failed to generate translation code: ${message}`;
  return new RequestError(422, "bad_query", detail, [{ pointer: "/selection", detail }]);
}

const partNames = ["transformer_image", "language", "command", "zip_data"] as const;

function codeOf(
  name: string,
  headers: Dispatcher.ResponseData["headers"],
  body: Buffer,
): GeneratedCode {
  const parts = partsOf(String(headers["content-type"] ?? ""), body);
  if (!parts || parts.length < partNames.length) throw new NoCodeError("it has not all parts");
  const [image, language, command] = [0, 1, 2].map((index) => textOf(parts, index));
  if (!image || !language || !command) throw new NoCodeError("its image or command is missing");
  return { image, language, command, files: unpackCode(partAt(parts, 3), name) };
}

/** By name; by position where they have none, as ServiceX itself reads them. */
function partAt(parts: readonly Part[], index: number): Buffer {
  const part = parts.find(({ name }) => name === partNames[index]) ?? parts[index];
  return part?.content ?? Buffer.alloc(0);
}

function textOf(parts: readonly Part[], index: number): string | undefined {
  const text = partAt(parts, index).toString("utf8").trim();
  return text.length <= 1_000 && !hasControl(text) ? text : undefined;
}

function unusable(name: string, why: string, cause: Error): UnavailableError {
  return new UnavailableError(
    `The code generator ${name} did not answer with code: ${why}. Its facility can help.`,
    60,
    { cause },
  );
}

function plain(message: string): string {
  return [...message]
    .map((character) => (hasControl(character) && character !== "\n" ? " " : character))
    .join("")
    .trim()
    .slice(0, longestMessage);
}

function hasControl(text: string): boolean {
  return [...text].some((character) => character < " " || character === "\u007f");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const failed = z.object({ code: z.string() });

function reasonOf(error: unknown): string {
  return failed.safeParse(error).data?.code ?? "the connection broke";
}
