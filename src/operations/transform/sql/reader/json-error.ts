import { placeOf, type Source } from "./json-numbers.ts";
import { ReadError } from "./read-error.ts";

/** Runs `work` and rewords what DuckDB finds wrong with a JSON file. */
export async function jsonError<Result>(
  source: Source,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const sentence = error instanceof Error && (await sentenceOf(source, error.message));
    if (sentence) throw new ReadError(sentence);
    throw error;
  }
}

async function sentenceOf(source: Source, message: string): Promise<string | undefined> {
  const [, byte, number, what] =
    /^Invalid Input Error: Malformed JSON in file ".*?", at byte (\d+) in (?:line|record\/value) (\d+): (.*)/s.exec(
      message,
    ) ?? [];
  // DuckDB counts the record that it was about to read
  if (number)
    return (
      `${await placeOf(source, Math.max(1, Number(number) - 1))} is not valid JSON at byte ` +
      `${byte}: ${what?.trimEnd().replace(/\.$/, "")}.`
    );
  const duplicate = /has duplicate key "(.*)"/.exec(message)?.[1];
  if (duplicate !== undefined) return `a record has the key "${duplicate}" twice.`;
  if (/maximum_object_size/.test(message)) return "a record is larger than 16 MB.";
  const [, transform] =
    /^Invalid Input Error: JSON transform error in file ".*?", in [^:"]*: ([^\n]*)/.exec(message) ??
    [];
  return transform && `a value does not fit: ${transform.slice(0, 300)}.`;
}
