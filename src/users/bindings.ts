// Folders, hosts and remembered datasets that are read for members of groups alone.
import { isAbsolute, resolve } from "node:path";
import type { Caller } from "../auth/caller.ts";
import type { Deps } from "../deps.ts";
import { notFound, RequestError } from "../errors.ts";
import { isHostPattern } from "../outside/host-entries.ts";
import { recordAct } from "./acts.ts";
import {
  addBinding,
  type Binding,
  type BindingKind,
  bindingRows,
  countBindings,
  removeBinding,
} from "./bindings-store.ts";
import { findGroup, lockGroup } from "./groups-store.ts";
import { assertMay } from "./policy.ts";

export { type Binding, type BindingKind, bindingKinds } from "./bindings-store.ts";

type Changed = Deps<"people" | "barred">;
type Needed = Changed & Deps<"config" | "finders">;

/** Each task that a worker claims names what is barred to its owner. */
const mostBindings = 1_000;

export async function listBindings({ people }: Deps<"people">, caller: Caller): Promise<Binding[]> {
  assertMay(caller, "group.read");
  return people.read(bindingRows);
}

/** Returns the binding as it is kept. */
export async function bind(ctx: Needed, caller: Caller, given: Binding): Promise<Binding> {
  assertMay(caller, "group.change");
  const { kind, group } = given;
  checkTarget(ctx, given);
  const binding = { kind, group, target: spelled(given) };
  await ctx.people.write(async (db) => {
    await lockGroup(db, group);
    const found = await findGroup(db, group);
    if (!found) throw notFound("group", group);
    if (!(await addBinding(db, binding))) return;
    if ((await countBindings(db)) > mostBindings) throw tooMany();
    const { target } = binding;
    await recordAct(db, caller, {
      act: "binding.create",
      subject: group,
      detail: { kind, target, group_name: found.name },
    });
  });
  changed(ctx);
  return binding;
}

export async function unbind(ctx: Changed, caller: Caller, given: Binding): Promise<void> {
  assertMay(caller, "group.change");
  const { kind, group } = given;
  const target = spelled(given);
  await ctx.people.write(async (db) => {
    if (!(await removeBinding(db, { kind, group, target })))
      throw notFound("binding", `${kind} ${target}`);
    const found = await findGroup(db, group);
    await recordAct(db, caller, {
      act: "binding.delete",
      subject: group,
      detail: { kind, target, group_name: found?.name ?? null },
    });
  });
  changed(ctx);
}

function changed({ people, barred }: Changed): void {
  barred.forget();
  people.changed("bindings");
}

/** As the same target is always kept. */
function spelled({ kind, target }: Binding): string {
  if (kind === "root") return isAbsolute(target) ? resolve(target) : target;
  return kind === "host" ? target.toLowerCase() : target;
}

function checkTarget(ctx: Needed, { kind, target }: Binding): void {
  const checks: Record<BindingKind, () => void> = {
    root: () => checkRoot(target),
    host: () => checkHost(target),
    dataset: () => checkDataset(ctx, target),
  };
  checks[kind]();
}

function checkRoot(target: string): void {
  if (!isAbsolute(target)) throw badTarget("A root is a folder's absolute path.");
}

function checkHost(target: string): void {
  if (!isHostPattern(target))
    throw badTarget(
      "A host is written as in INPUT_HOSTS, such as data.example.org, *.example.org or 10.1.*, " +
        "with a port or without.",
    );
}

/** What a finder of this service lists is in a folder or of a host, under whatever name. */
function checkDataset({ config, finders }: Needed, target: string): void {
  const [, scheme = ""] = /^(\w[\w+.-]*):\/\/.+$/s.exec(target) ?? [];
  if (scheme === "")
    throw badTarget("A dataset is written with its scheme, as in rucio://scope:*.");
  if (finders.has(scheme))
    throw badTarget(
      `What ${scheme}:// names is a list, a folder or a host: bind the root or the host itself.`,
    );
  const { didSchemes } = config;
  if (!didSchemes.includes(scheme))
    throw badTarget(
      `The scheme ${scheme} is none of VALID_DID_SCHEMES (${didSchemes.join(", ") || "none"}).`,
    );
}

function badTarget(detail: string): RequestError {
  return new RequestError(422, "bad_target", detail, [{ pointer: "/target", detail }]);
}

function tooMany(): RequestError {
  const sentence = `There are ${mostBindings} bindings, the most that are possible.`;
  return new RequestError(409, "too_many_bindings", sentence);
}
