import type { Deps } from "../../deps.ts";
import { type BarredInputs, withoutBarred } from "../../inputs/barred.ts";
import type { InputFolders } from "../../inputs/folders.ts";

/** What this process reads for a person. */
export interface Readable {
  folders: InputFolders;
  /** INPUT_HOSTS, without those that are barred to them */
  hosts: readonly string[];
}

export function readableBy({ config }: Deps<"config">, barred: BarredInputs | undefined): Readable {
  return withoutBarred({ folders: config.inputFolders, hosts: config.inputHosts }, barred);
}
