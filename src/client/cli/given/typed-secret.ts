import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { usedWrongly } from "../exits.ts";

const mostCharacters = 10_000;

/** What is typed at the question, and not shown; without a terminal, standard input. */
export async function typedSecret(question: string): Promise<string> {
  const text = (process.stdin.isTTY ? await typed(question) : await piped()).trim();
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw usedWrongly(
    text === "" ? "Nothing was given." : "Expected is one word of printable ASCII characters.",
  );
}

async function typed(question: string): Promise<string> {
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  const ended = new AbortController();
  terminal.once("close", () => ended.abort());
  terminal.once("SIGINT", () => terminal.close());
  try {
    return await terminal.question("", { signal: ended.signal });
  } catch {
    return "";
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}

async function piped(): Promise<string> {
  let text = "";
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.length > mostCharacters) throw usedWrongly("Standard input is too long for a token.");
  }
  return text;
}
