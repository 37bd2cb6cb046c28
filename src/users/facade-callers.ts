// Façades that take callers without a name. These share an account, see each other's requests, and
// can neither cancel nor delete them.
import { type Caller, type Facade, facades } from "../auth/caller.ts";
import type { Deps } from "../deps.ts";
import type { Actor } from "./acts.ts";
import {
  closeFor,
  type FacadeQuota,
  type FacadeRow,
  facadeRows,
  isKnown,
  openFor,
} from "./facade-callers-store.ts";
import { assertMay } from "./policy.ts";

export type { FacadeQuota } from "./facade-callers-store.ts";

/** What a façade has that was never opened. */
export const usualQuota: FacadeQuota = { openRequests: 10, mostFiles: 100, callsAMinute: 60 };

export interface FacadeView extends FacadeQuota {
  facade: Facade;
  owner: string | undefined;
  open: boolean;
}

type Needed = Deps<"config" | "people">;

export async function listFacades(ctx: Needed, caller: Caller): Promise<FacadeView[]> {
  assertMay(caller, "facade.read");
  const rows = await ctx.people.read(facadeRows);
  return facades.map((facade) => viewOf(ctx, facade, rows));
}

/** Takes callers without a name from now on, or changes how much is taken of them. */
export async function openFacade(
  ctx: Needed,
  by: Actor,
  facade: Facade,
  quota: FacadeQuota,
): Promise<FacadeView> {
  if (by.kind !== "system") assertMay(by, "facade.change");
  const rows = await ctx.people.write(async (db) => {
    await openFor(db, by, facade, quota);
    return facadeRows(db);
  });
  ctx.people.changed(facade);
  return viewOf(ctx, facade, rows);
}

/** At once; twice is once. Requests under way go on, as those of a person who is suspended. */
export async function closeFacade(ctx: Needed, by: Actor, facade: Facade): Promise<void> {
  if (by.kind !== "system") assertMay(by, "facade.change");
  const { people } = ctx;
  if (await people.write((db) => closeFor(db, by, facade))) people.changed(facade);
}

/** At the start: those that a setting opens, and that nobody has opened before. */
export async function openFacadesOfSettings({ config, people }: Needed): Promise<void> {
  for (const facade of facades) {
    if (!config.identity?.anonymous[facade]) continue;
    if (await people.read((db) => isKnown(db, facade))) continue;
    await openFacade({ config, people }, { kind: "system", name: "settings" }, facade, usualQuota);
  }
}

function viewOf({ config }: Needed, facade: Facade, rows: readonly FacadeRow[]): FacadeView {
  const row = rows.find((one) => one.facade === facade);
  const isShut = config.identity?.anonymous[facade] === false;
  const { owner, openRequests, mostFiles, callsAMinute } = row ?? {
    ...usualQuota,
    owner: undefined,
  };
  const open = row?.open === true && !isShut;
  return { facade, open, owner, openRequests, mostFiles, callsAMinute };
}
