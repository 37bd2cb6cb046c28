// The program of a process that looks up one dataset.
import { serveParent } from "../../confined/child.ts";
import { explained } from "../../system-problem.ts";
import type { FirstOutcome, FoundFile } from "../contract.ts";
import { makeFinders } from "../finders/index.ts";
import type { ToFind, ToFinder } from "./messages.ts";

let more: () => void = () => undefined;

const { send } = serveParent((message: ToFinder) => {
  if ("more" in message) more();
  else
    find(message.find).then(
      (outcome) => send({ outcome }),
      (error: Error) => send({ error: explained(error) }),
    );
});

async function find({ scheme, name, settings, first }: ToFind): Promise<FirstOutcome> {
  const finder = makeFinders(settings).get(scheme);
  if (!finder) throw new Error(`There is no finder ${scheme}.`);
  const { signal } = new AbortController();
  if (!first) return finder.find(name, give, signal);
  if (!finder.findFirst) throw new Error(`The finder ${scheme} has no first file.`);
  return finder.findFirst(name, signal);
}

function give(files: FoundFile[]): Promise<void> {
  const recorded = new Promise<void>((resolve) => {
    more = resolve;
  });
  send({ files });
  return recorded;
}
