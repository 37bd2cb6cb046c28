// All finders of this service. A new one is a file in this folder and a line here.
import type { Config } from "../../config.ts";
import type { Finder } from "../contract.ts";
import { dirFinder } from "./dir.ts";
import { dirHttpFinder } from "./dir-http.ts";
import { userFinder } from "./user.ts";

/** scheme → finder */
export function makeFinders(
  config: Pick<Config, "inputFolders" | "inputHosts">,
): Map<string, Finder> {
  const all: Finder[] = [
    userFinder,
    dirFinder(config.inputFolders),
    dirHttpFinder("http", config.inputHosts),
    dirHttpFinder("https", config.inputHosts),
  ];
  return new Map(all.map((finder) => [finder.scheme, finder]));
}
