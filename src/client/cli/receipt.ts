import { readFile } from "node:fs/promises";
import { type Command, InvalidArgumentError } from "commander";
import type { Verdict } from "../../receipts/verify.ts";
import type { LongshoreClient } from "../client.ts";
import { exits, usedWrongly } from "./exits.ts";
import { connect, requestId, type ServiceOptions, talking } from "./options.ts";
import { clean, print, printJson } from "./print.ts";

interface Options extends ServiceOptions {
  verify?: string | true;
  key?: string;
  json?: boolean;
}

export function addReceipt(program: Command): void {
  talking(program.command("receipt"))
    .description(
      "print the receipt of a request that has ended, or verify one: 0 it is as it was signed, 1 it is not",
    )
    .argument(
      "[request]",
      "its id; with --verify <file> the one that the file must be of",
      requestId,
    )
    .option("--verify [file]", "verify this file, or what the service answers")
    .option(
      "--key <file or url>",
      "the public keys to verify with, as JSON Web Keys (default: those of the service)",
      keySource,
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
  id: string | undefined,
  { verify, key, json, ...service }: Options,
): Promise<void> {
  const client = await connect(service);
  if (verify === undefined) {
    if (key !== undefined) throw usedWrongly("--key goes with --verify alone.");
    printJson(await client.receipt(idOf(id)));
    return;
  }
  const text =
    verify === true ? JSON.stringify(await client.receipt(idOf(id))) : await readText(verify);
  const { verifyReceipt } = await import("../../receipts/verify.ts");
  const verdict = ofRequest(verifyReceipt(text, await keysOf(client, key)), id);
  if (json) printJson(verdict);
  else print(clean(sentenceOf(verdict)));
  process.exitCode = verdict.right ? exits.done : exits.someFailed;
}

function idOf(id: string | undefined): string {
  if (id !== undefined) return id;
  throw usedWrongly("Name a request, or a file with --verify <file>.");
}

async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw usedWrongly(`${path} cannot be read (${error.code}).`);
  });
}

/** Keys of a file or another address need no service. */
async function keysOf(client: LongshoreClient, key: string | undefined): Promise<unknown> {
  if (key === undefined) return client.receiptKeys();
  const text = /^https?:\/\//.test(key) ? await fetchText(key) : await readText(key);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usedWrongly(`${key} is no set of JSON Web Keys: ${(error as Error).message}.`);
  }
}

async function fetchText(url: string): Promise<string> {
  const answer = await fetch(url).catch((error: Error) => {
    throw usedWrongly(`${url} cannot be read: ${error.message}.`);
  });
  if (!answer.ok) throw usedWrongly(`${url} cannot be read: it answers ${answer.status}.`);
  return answer.text();
}

function ofRequest(verdict: Verdict, id: string | undefined): Verdict {
  if (!verdict.right || id === undefined || verdict.receipt.request.id === id) return verdict;
  return {
    right: false,
    why: `It is signed, but it is the receipt of ${verdict.receipt.request.id}.`,
  };
}

function sentenceOf(verdict: Verdict): string {
  if (!verdict.right) return `Not right: ${verdict.why}`;
  const { request, counters, rounds, results } = verdict.receipt;
  const files = `${counters.done} of ${counters.total} files done${counters.failed ? `, ${counters.failed} failed` : ""}`;
  const after = rounds.length > 1 ? ` after ${rounds.length} rounds` : "";
  return `Right: request ${request.id} is ${request.state}${after}, ${files}, ${results.count} results; signed by key ${verdict.keyId}.`;
}
