// Settings of the façades `tape` and `tape-rest`. Three have the names that LTFSEE Globus gives
// them.
import { z } from "zod";
import { ConfigError } from "./config-error.ts";
import { withoutLastSlash } from "./service-url.ts";
import * as value from "./values.ts";

export const tapeSettings = {
  AUTH_KEY: value.foreignSecret.optional(),
  LTFSEE_LIB: value
    .listOf(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/, "names of tape libraries")
    .default([]),
  CACHE_DEFAULT_TIMEOUT: value.number(0, 86_400).default(300),
  TAPE_PATHS: value
    .listOf(/^\/[^=\p{Cc}]*=\/[^=\p{Cc}]*$/u, "pairs of folders such as /nfs/data=/gpfs/data")
    .default([]),
  TAPE_SITENAME: value
    .matching(/^[\w.-]{1,100}$/, "a name of letters, digits, ., - and _")
    .default("longshore"),
};

const schema = z.object(tapeSettings);

export interface TapeConfig {
  /** of the one key without identity */
  authKey: string | undefined;
  /** of which one is chosen by the id of the Globus task; empty: that of a file's first copy */
  libraries: readonly string[];
  /** how long a file is said to be on disk after an agent on the tape host has seen it there */
  residentSeconds: number;
  /** how callers name folders, and how the tape system does; the longest first */
  paths: readonly { from: string; to: string }[];
  /** how the WLCG Tape REST API names this site */
  siteName: string;
}

export function tapeConfig(set: z.output<typeof schema>, enableAuth: boolean): TapeConfig {
  if (set.AUTH_KEY !== undefined && enableAuth)
    throw new ConfigError(
      "AUTH_KEY is set, and identity is on (ENABLE_AUTH): nobody would own what is asked for " +
        "with it. Remove it, and make keys with `longshore key create`.",
    );
  return {
    authKey: set.AUTH_KEY,
    libraries: set.LTFSEE_LIB,
    residentSeconds: set.CACHE_DEFAULT_TIMEOUT,
    paths: set.TAPE_PATHS.map(pairOf).toSorted((one, two) => two.from.length - one.from.length),
    siteName: set.TAPE_SITENAME,
  };
}

function pairOf(text: string): { from: string; to: string } {
  const [from = "", to = ""] = text.split("=");
  return { from: withoutLastSlash(from), to: withoutLastSlash(to) };
}
