// Folders, hosts and remembered datasets that are read for members of groups alone.
import { isAbsolute, resolve } from "node:path";
import type { Caller } from "../auth/caller.ts";
import type { Deps } from "../deps.ts";
import { notFound, RequestError } from "../errors.ts";
import { recordAct } from "./acts.ts";
import {
  addBinding,
  type Binding,
  type BindingKind,
  bindingRows,
  countBindings,
  removeBinding,
} from "./bindings-store.ts";
import { findGroup } from "./groups-store.ts";
import { assertMay } from "./policy.ts";

export { type Binding, bindingKinds } from "./bindings-store.ts";

type Needed = Deps<"people" | "barred" | "finders">;

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
  const binding = { kind, group, target: targetOf(ctx, given) };
  await ctx.people.write(async (db) => {
    if (!(await findGroup(db, group))) throw notFound("group", group);
    if ((await countBindings(db)) >= mostBindings) throw tooMany();
    if (!(await addBinding(db, binding))) return;
    const { target } = binding;
    await recordAct(db, caller, {
      act: "binding.create",
      subject: target,
      detail: { kind, group },
    });
  });
  changed(ctx);
  return binding;
}

export async function unbind(ctx: Needed, caller: Caller, given: Binding): Promise<void> {
  assertMay(caller, "group.change");
  const { kind, group, target } = given;
  await ctx.people.write(async (db) => {
    if (!(await removeBinding(db, given))) throw notFound("binding", `${kind} ${target}`);
    await recordAct(db, caller, {
      act: "binding.delete",
      subject: target,
      detail: { kind, group },
    });
  });
  changed(ctx);
}

function changed({ people, barred }: Needed): void {
  barred.forget();
  people.changed("bindings");
}

function targetOf({ finders }: Deps<"finders">, { kind, target }: Binding): string {
  const targets: Record<BindingKind, () => string> = {
    root: () => rootOf(target),
    host: () => hostOf(target),
    dataset: () => datasetOf(finders, target),
  };
  return targets[kind]();
}

function rootOf(target: string): string {
  if (!isAbsolute(target)) throw badTarget("A root is a folder's absolute path.");
  return resolve(target);
}

function hostOf(target: string): string {
  if (!/^[\w.*:[\]-]+$/.test(target))
    throw badTarget(
      "A host is written as in INPUT_HOSTS, such as data.example.org, *.example.org or 10.1.*, " +
        "with a port or without.",
    );
  return target.toLowerCase();
}

/** What a finder of this service lists is in a folder or of a host, under whatever name. */
function datasetOf(finders: Needed["finders"], target: string): string {
  const [, scheme = ""] = /^(\w[\w+.-]*):\/\/.+$/s.exec(target) ?? [];
  if (scheme === "")
    throw badTarget("A dataset is written with its scheme, as in rucio://scope:*.");
  if (finders.has(scheme))
    throw badTarget(
      `What ${scheme}:// names is a list, a folder or a host: bind the root or the host itself.`,
    );
  return target;
}

function badTarget(detail: string): RequestError {
  return new RequestError(422, "bad_target", detail, [{ pointer: "/target", detail }]);
}

function tooMany(): RequestError {
  const sentence = `There are ${mostBindings} bindings, the most that are possible.`;
  return new RequestError(409, "too_many_bindings", sentence);
}
