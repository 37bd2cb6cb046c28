// What is barred to a person: bound to groups, none of which they are in. Known for some seconds,
// since every claim of files asks; every change is told to all processes.
import type { People } from "../db/people.ts";
import type { BarredInputs } from "../inputs/barred.ts";
import { type Binding, type BindingKind, bindingRows, groupsOf } from "./bindings-store.ts";

export interface Barred extends BarredInputs {
  /** names with their schemes; `*` is any characters */
  datasets: readonly string[];
}

export interface BarredTargets {
  /** Undefined where nothing is barred to the owner of a request. */
  of(owner: string | null): Promise<Barred | undefined>;
  /** Whether anything is bound to a group at all. */
  any(): Promise<boolean>;
  /** What is known is old, in this process: the others are told by `people.changed`. */
  forget(): void;
  close(): void;
}

const keptMilliseconds = 5_000;
const mostKept = 10_000;

/** Without identity there are no groups. */
export function makeBarredTargets(
  people: Pick<People, "read" | "onChanged">,
  { enabled }: { enabled: boolean },
  now: () => number = Date.now,
): BarredTargets {
  let bindings: Kept<Binding[]> | undefined;
  const groups = new Map<string, Kept<string[]>>();

  async function of(owner: string | null): Promise<Barred | undefined> {
    if (!enabled || owner === null || owner === ownerWithoutIdentity) return undefined;
    const bound = await allBindings();
    return bound.length === 0 ? undefined : barredOf(bound, new Set(await groupsOfOwner(owner)));
  }

  function allBindings(): Promise<Binding[]> {
    if (!isFresh(bindings)) bindings = keep(people.read(bindingRows));
    return bindings.value;
  }

  function groupsOfOwner(owner: string): Promise<string[]> {
    const known = groups.get(owner);
    if (isFresh(known)) return known.value;
    const kept = keep(people.read((db) => groupsOf(db, owner)));
    groups.delete(owner);
    groups.set(owner, kept);
    if (groups.size > mostKept) groups.delete(groups.keys().next().value ?? "");
    return kept.value;
  }

  function keep<Value>(value: Promise<Value>): Kept<Value> {
    // What could not be read is asked again
    value.catch(forget);
    return { value, until: now() + keptMilliseconds };
  }

  function isFresh<Value>(kept: Kept<Value> | undefined): kept is Kept<Value> {
    return kept !== undefined && now() < kept.until;
  }

  /** What is being read now is given to those who wait for it, and is not kept. */
  function forget(): void {
    bindings = undefined;
    groups.clear();
  }

  const any = async () => enabled && (await allBindings()).length > 0;
  return { of, any, forget, close: people.onChanged(forget) };
}

interface Kept<Value> {
  value: Promise<Value>;
  until: number;
}

/** Whose requests are from a time without identity. */
const ownerWithoutIdentity = "local";

function barredOf(bound: readonly Binding[], groups: ReadonlySet<string>): Barred | undefined {
  const open = new Set(bound.filter(({ group }) => groups.has(group)).map(keyOf));
  const barred = bound.filter((binding) => !open.has(keyOf(binding)));
  if (barred.length === 0) return undefined;
  const targets = (wanted: BindingKind) => [
    ...new Set(barred.filter(({ kind }) => kind === wanted).map(({ target }) => target)),
  ];
  return { folders: targets("root"), hosts: targets("host"), datasets: targets("dataset") };
}

function keyOf({ kind, target }: Binding): string {
  return `${kind} ${target}`;
}
