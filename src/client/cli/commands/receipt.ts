import { readFile } from "node:fs/promises";
import { type Command, InvalidArgumentError } from "commander";
import type { Receipt } from "../../../receipts/receipt.ts";
import type { Verdict } from "../../../receipts/verify.ts";
import { inWords } from "../../../system-problem.ts";
import type { CheckedResults } from "../../check-results.ts";
import type { Longshore } from "../../client.ts";
import { unreadable } from "../../local-files.ts";
import { exits, exitsOf } from "../exit-codes.ts";
import { usedWrongly } from "../exits.ts";
import { findRequest, requestNames, requestWord } from "../find-request.ts";
import { clean, print, printJson } from "../print/print.ts";
import { connect, type ServiceOptions, withService } from "../service.ts";

interface Options extends ServiceOptions {
  verify?: string | true;
  key?: string;
  results?: string;
  json?: boolean;
}

export function addReceipt(program: Command): void {
  withService(program.command("receipt"))
    .description(
      "print the receipt of a request that has ended, or verify one: " +
        exitsOf("receipt --verify"),
    )
    .argument(
      "[request]",
      `${requestNames}; with --verify <file>: the request that the receipt must belong to`,
      requestWord,
    )
    .option("--verify [file]", "verify this file (default: what the service returns)")
    .option(
      "--key <file or url>",
      "a JSON Web Key Set to verify with (default: the keys of the service)",
      keySource,
    )
    .option(
      "--results <folder>",
      "with --verify: also check the files of this download against the receipt; exit code 1 if " +
        "one differs, is missing or is extra",
    )
    .action(receipt);
}

function keySource(text: string): string {
  if (text !== "") return text;
  throw new InvalidArgumentError(
    "Allowed is a file or a URL such as https://longshore.example/.well-known/longshore-keys.",
  );
}

async function receipt(
  word: string | undefined,
  { verify, key, results, json, ...service }: Options,
): Promise<void> {
  const client = await connect(service);
  const id = word === undefined ? undefined : await findRequest(client, word);
  if (verify === undefined) {
    refuseWithoutVerify({ key, results });
    printJson(await client.receipt(idOf(id)));
    return;
  }
  const text =
    verify === true ? JSON.stringify(await client.receipt(idOf(id))) : await readText(verify);
  const { verifyReceipt } = await import("../../../receipts/verify.ts");
  const verdict = ofRequest(await verifyReceipt(text, await keysOf(client, key)), id);
  const checked =
    results === undefined || !verdict.valid
      ? undefined
      : await checkFiles(results, verdict.receipt, client);
  if (json) printJson({ ...verdict, ...(checked && { results: checked }) });
  else {
    print(clean(sentenceOf(verdict)));
    for (const line of checked ? linesOf(checked) : []) print(clean(line));
  }
  const isGood = verdict.valid && !checked?.count;
  process.exitCode = isGood ? exits.done : exits.someFailed;
}

function refuseWithoutVerify(given: { key?: unknown; results?: unknown }): void {
  if (given.key !== undefined) throw usedWrongly("--key is only for --verify.");
  if (given.results !== undefined) throw usedWrongly("--results is only for --verify.");
}

/** A receipt of many results has only their digest: the service lists them. */
async function checkFiles(folder: string, { request, results }: Receipt, client: Longshore) {
  const { checkResults } = await import("../../check-results.ts");
  const of = { request: request.id, count: results.count };
  if (results.listed) return checkResults(folder, of, results.items);
  const { openDigest } = await import("../../../receipts/lines-digest.ts");
  const digest = openDigest();
  let isWhole = false;
  const items = async function* () {
    for await (const result of client.results(request.id)) {
      const { name, size, checksum, file, step, attempt } = result;
      digest.add({ name, size, checksum, file, step, attempt });
      yield { name, size, checksum, file, step, attempt };
    }
    isWhole = true;
  };
  const checked = await checkResults(folder, of, items());
  // The folder may be another request's, which is told without reading the results.
  if (!isWhole || digest.digest().value === results.digest.value) return checked;
  const problem = "The results that the service lists now are not those of the receipt.";
  return { ...checked, count: checked.count + 1, problems: [problem, ...checked.problems] };
}

function linesOf({ good, unsummed, problems, count }: CheckedResults): string[] {
  const files = `${good} ${good === 1 ? "file is" : "files are"} as the receipt says`;
  const only = unsummed === 0 ? "" : ` (${unsummed} by size alone: the store knew no checksum)`;
  if (count === 0) return [`Results: ${files}${only}.`];
  const rest = count - problems.length;
  return [
    `Results: ${count} ${count === 1 ? "problem" : "problems"}; ${files}${only}.`,
    ...problems,
    ...(rest > 0 ? [`And ${rest} more.`] : []),
  ];
}

function idOf(id: string | undefined): string {
  if (id !== undefined) return id;
  throw usedWrongly("Give the id of a request, or a file with --verify <file>.");
}

async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: unknown) => {
    throw usedWrongly(unreadable(path, error));
  });
}

/** With a file or another address no service is needed. */
async function keysOf(client: Longshore, key: string | undefined): Promise<unknown> {
  if (key === undefined) return client.receiptKeys();
  const text = /^https?:\/\//.test(key) ? await fetchText(key) : await readText(key);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usedWrongly(`${key} is not a JSON Web Key Set: ${(error as Error).message}.`);
  }
}

async function fetchText(url: string): Promise<string> {
  const answer = await fetch(url).catch((error: unknown) => {
    throw usedWrongly(`${url} cannot be read: ${inWords(error)}.`);
  });
  if (!answer.ok) throw usedWrongly(`${url} cannot be read: it returned ${answer.status}.`);
  return answer.text();
}

function ofRequest(verdict: Verdict, id: string | undefined): Verdict {
  if (!verdict.valid || id === undefined || verdict.receipt.request.id === id) return verdict;
  return {
    valid: false,
    reason: `The signature is valid, but it is the receipt of ${verdict.receipt.request.id}.`,
  };
}

function sentenceOf(verdict: Verdict): string {
  if (!verdict.valid) return `Not valid: ${verdict.reason}`;
  const { request, counters, inputs, rounds, results } = verdict.receipt;
  const failed = counters.failed ? `, ${counters.failed} failed` : "";
  const files = `${counters.done} of ${counters.total} files done${failed}`;
  const read = inputs.read;
  const inputsOf = read
    ? `, inputs of ${read.files} files recorded` +
      (read.not_recorded > 0 ? ` and of ${read.not_recorded} not recorded` : "")
    : ", inputs not recorded";
  const after = rounds.length > 1 ? ` after ${rounds.length} rounds` : "";
  return (
    `Valid: request ${request.id} is ${request.state}${after}, ${files}${inputsOf}, ` +
    `${results.count} results; signed by key ${verdict.keyId}.`
  );
}
