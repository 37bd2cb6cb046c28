import type { QueryInput } from "../messages.ts";
import { ReadError, shownValue } from "./read-error.ts";

/** Runs `work` and rewords what DuckDB finds wrong with a CSV file. */
export async function csvError<Result>(
  input: QueryInput,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const sentence = error instanceof Error ? sentenceOf(error.message, input) : undefined;
    if (sentence) throw new ReadError(sentence);
    throw error;
  }
}

function sentenceOf(message: string, { encoding }: QueryInput): string | undefined {
  const [, line, original = ""] =
    /CSV Error on Line: (\d+)\nOriginal Line: ?(.*)/.exec(message) ?? [];
  const shown = shownValue(original);
  const [, expected, found] = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message) ?? [];
  if (expected)
    return (
      `line ${line} has ${fields(found)} where ${expected} ${expected === "1" ? "is" : "are"} ` +
      `expected: ${shown}.`
    );
  if (/unterminated quote/.test(message))
    return (
      `line ${line} has a quote that is not closed, or text behind a closed one: ${shown}. ` +
      `Set read.quote to "" if quotes mean nothing in this file.`
    );
  if (/Invalid unicode/.test(message))
    return (
      `line ${line} is not ${encoding.toUpperCase()}: set read.encoding to latin-1 or utf-16 ` +
      "if the file is written so."
    );
  if (/[Mm]aximum line size/.test(message))
    return `line ${line ?? ""} is longer than 2 MB, the longest that is read.`;
  if (/state machine reached an invalid state/.test(message))
    return (
      "its lines end in different ways (LF, CR LF or CR), or a quote stands where none may: " +
      "make the line ends alike."
    );
  return undefined;
}

function fields(found: string | undefined): string {
  return `${found} field${found === "1" ? "" : "s"}`;
}
