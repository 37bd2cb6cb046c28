import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isHostOf } from "../outside/address.ts";
import { barredMark } from "../outside/host-entries.ts";
import { isBelow } from "./below.ts";
import { type InputFolders, realFolders } from "./folders.ts";
import { isOfDisk, schemeOf } from "./input-error.ts";
import { onDisk } from "./on-disk.ts";
import { whereTo } from "./where-to.ts";

/** Folders and hosts that a person does not read: they are bound to groups that exclude them. */
export interface BarredInputs {
  folders: readonly string[];
  /** as in INPUT_HOSTS */
  hosts: readonly string[];
}

/**
 * For what is read by others, with rights of their own: tells whether a location leads there by a
 * path or a link of this machine, or by a host's name as it is written.
 */
export async function makeLeadsToBarred({
  folders,
  hosts,
}: BarredInputs): Promise<(location: string) => Promise<boolean>> {
  const { closed } = await realFolders({ roots: [], closed: folders });
  return async (location) => {
    // Whoever reads it may understand what we do not: such a location is not told.
    if (!isOfDisk(location)) return !URL.canParse(location) || isHostOf(new URL(location), hosts);
    const path = pathOf(location);
    if (path === undefined || !isAbsolute(path)) return true;
    // As text, and as a kernel reads it, for which `..` behind a link is above where that leads.
    return (
      isBelow(resolve(path), folders) ||
      isBelow(await whereTo(path), closed) ||
      isBelow(await whereTo(await onDisk(resolve(path))), closed)
    );
  };
}

function pathOf(location: string): string | undefined {
  if (schemeOf(location) !== "file") return location;
  try {
    return fileURLToPath(location);
  } catch {
    return undefined;
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
