// The program of a process that looks up one dataset.
import { serveParent } from "../../confined/child.ts";
import type { FoundFile, LookupOutcome } from "../contract.ts";
import { type FinderSettings, makeFinders } from "../finders/index.ts";
import type { ToFinder } from "./messages.ts";

let more: () => void = () => undefined;

const { send } = serveParent((message: ToFinder) => {
  if ("more" in message) more();
  else
    find(message.find).then(
      (outcome) => send({ outcome }),
      (error: Error) => send({ error: error.message }),
    );
});

function find({
  scheme,
  name,
  settings,
}: {
  scheme: string;
  name: string;
  settings: FinderSettings;
}): Promise<LookupOutcome> {
  const finder = makeFinders(settings).get(scheme);
  if (!finder) throw new Error(`There is no finder ${scheme}.`);
  return finder.find(name, give, new AbortController().signal);
}

function give(files: FoundFile[]): Promise<void> {
  const recorded = new Promise<void>((resolve) => {
    more = resolve;
  });
  send({ files });
  return recorded;
}
