import { hasSecret } from "../addresses/shown.ts";
import type { Config } from "../config.ts";
import { RequestError } from "../errors.ts";
import type { Finder } from "./contract.ts";

/** A dataset's name as users write it, `scheme://rest`. */
export interface Did {
  scheme: string;
  /** everything after the first `://`, with the query, which is part of the dataset's identity */
  name: string;
  text: string;
}

export interface DidRules {
  config: Pick<Config, "defaultDidScheme" | "didSchemes">;
  finders: ReadonlyMap<string, Finder>;
}

/** An entry of the index (finder, name) must be shorter than 2,704 bytes. */
const longestName = 2_000;

/**
 * Throws `RequestError` if no finder can know the name. Only the first scheme is split off:
 * `xrootd://root://host//x` belongs to xrootd.
 */
export function parseDid(did: string, { config, finders }: DidRules): Did {
  if (hasSecret(did))
    throw badDataset(
      "A dataset name may not contain a password, token or signature: it is shown with the " +
        "dataset. Give the files as a list of addresses, where secrets are kept apart.",
    );
  const [, written, rest] = /^(\w[\w+.-]*):\/\/(.*)$/s.exec(did) ?? [];
  const known = [...finders.keys()].filter((scheme) => scheme !== "user").concat(config.didSchemes);
  const scheme = written ?? config.defaultDidScheme;
  const name = rest ?? did;
  if (!written && !known.includes(scheme)) {
    throw badDataset(
      `The dataset name ${shown(did)} has no scheme and this service has no default one: ` +
        `write it as scheme://name. ${knownSentence(known)}`,
    );
  }
  if (scheme === "user")
    throw badDataset(finders.get("user")?.refuse(name) ?? "A list of files has no name.");
  if (!known.includes(scheme))
    throw badDataset(`DID scheme is not supported: ${scheme}. ${knownSentence(known)}`);
  if (name.trim() === "")
    throw badDataset(`The dataset name ${shown(did)} has nothing after its scheme.`);
  if (name.includes("\0")) throw badDataset("A dataset name may not contain a NUL character.");
  if (Buffer.byteLength(name) > longestName)
    throw badDataset(`The dataset name is longer than ${longestName} bytes.`);
  const refusal = finders.get(scheme)?.refuse(name);
  if (refusal) throw badDataset(refusal);
  return { scheme, name, text: `${scheme}://${name}` };
}

function knownSentence(known: string[]): string {
  return `Known schemes: ${[...new Set(known)].join(", ")}.`;
}

function shown(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}

export function badDataset(sentence: string): RequestError {
  return new RequestError(400, "bad_dataset", sentence, [
    { pointer: "/dataset/did", detail: sentence },
  ]);
}
