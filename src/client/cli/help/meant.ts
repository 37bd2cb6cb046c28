import type { Command } from "commander";
import { type ExitError, usedWrongly } from "../exits.ts";
import { thisCommand } from "./this-command.ts";

/** What people type who know other programs, and what it is here. */
const meanings = new Map(
  Object.entries({
    ls: "list",
    ps: "list",
    request: "list",
    requests: "list",
    rm: "delete",
    remove: "delete",
    del: "delete",
    get: "show",
    describe: "show",
    info: "show",
    run: "submit",
    create: "submit",
    new: "submit",
    wait: "watch",
    follow: "watch",
    tail: "watch",
    progress: "watch",
    kill: "cancel",
    abort: "cancel",
    retry: "redrive",
    rerun: "redrive",
    resubmit: "redrive",
    log: "errors",
    logs: "errors",
    failures: "errors",
    fetch: "download",
    pull: "download",
    serve: "start",
    server: "start",
    up: "start",
    down: "stop",
    ping: "status",
    health: "status",
    verify: "receipt --verify",
    version: "--version",
    state: "show",
  }),
);

/** The answer to words of other programs; Commander itself answers typing mistakes. */
export function meantBy(program: Command, args: readonly string[]): ExitError | undefined {
  const [word = "", ...rest] = args.filter((arg, at) => !isOfAll(program, arg, args[at - 1]));
  const known = program.commands.map((command) => command.name());
  if (["-v", "-version"].includes(word)) return answer(word, "--version");
  if (word === "submit") return ofQuery(rest);
  if (word.startsWith("-") || known.includes(word)) return undefined;
  const meaning = meanings.get(word.toLowerCase()) ?? otherNumber(word, known);
  const isThere =
    meaning !== undefined && (meaning.startsWith("-") || known.includes(firstOf(meaning)));
  return isThere ? answer(word, meaning) : undefined;
}

/** An option of the program, or the value of one. */
function isOfAll(program: Command, arg: string, before = ""): boolean {
  if (program.options.some(({ long, required }) => required && long === before)) return true;
  return program.options.some(({ long, short }) => arg === long || arg === short) && arg !== "-V";
}

function answer(word: string, meaning: string): ExitError {
  const kind = word.startsWith("-") ? "option" : "command";
  return usedWrongly(`There is no ${kind} ${word}. You may mean \`${thisCommand()} ${meaning}\`.`);
}

/** `file` for `files`, `receipts` for `receipt` */
function otherNumber(word: string, known: readonly string[]): string | undefined {
  return known.find((name) => name === `${word}s` || `${name}s` === word);
}

function firstOf(meaning: string): string {
  return meaning.split(" ")[0] ?? "";
}

/** `--sql select * from input`: the shell made many words of it, and of `*` the names of files. */
function ofQuery(args: readonly string[]): ExitError | undefined {
  const at = args.indexOf("--sql");
  const [word = "", next] = at === -1 ? [] : args.slice(at + 1);
  if (!/^(select|with|from|describe|summarize|values)$/i.test(word)) return undefined;
  if (next === undefined || next.startsWith("-")) return undefined;
  return usedWrongly(
    "The query has no quotes, so that the shell makes many words of it. " +
      `Write --sql '${word} …', or put it into a file: --sql-file query.sql`,
  );
}
