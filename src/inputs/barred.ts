import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { barredMark, isHostOf } from "../outside/address.ts";
import { isBelow } from "./below.ts";
import type { InputFolders } from "./folders.ts";
import { isOfDisk, schemeOf } from "./input-error.ts";

/** Folders and hosts that a person does not read: they are bound to groups that exclude them. */
export interface BarredInputs {
  folders: readonly string[];
  /** as in INPUT_HOSTS */
  hosts: readonly string[];
}

/** As a location is written: links, and other names of hosts, are for whoever opens it. */
export function isBarredLocation(location: string, { folders, hosts }: BarredInputs): boolean {
  if (isOfDisk(location)) return isBelow(resolve(pathOf(location)), folders);
  return URL.canParse(location) && isHostOf(new URL(location), hosts);
}

function pathOf(location: string): string {
  if (schemeOf(location) !== "file") return location;
  try {
    return fileURLToPath(location);
  } catch {
    return location;
  }
}

interface Rules {
  folders: InputFolders;
  hosts: readonly string[];
}

/** Rules for inputs without what is barred to a person; undefined: nothing is. */
export function withoutBarred({ folders, hosts }: Rules, barred: BarredInputs | undefined): Rules {
  if (!barred) return { folders, hosts };
  return {
    folders: {
      ...folders,
      closed: [...folders.closed, ...barred.folders],
      barred: [...(folders.barred ?? []), ...barred.folders],
    },
    hosts: [...hosts, ...barred.hosts.map((host) => `${barredMark}${host}`)],
  };
}
