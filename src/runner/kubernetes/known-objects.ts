import type { Metadata } from "./shapes.ts";

interface Item {
  metadata: Metadata;
}

/** An object that came, changed (`before` and `after`), or went. */
export interface Change<Object extends Item> {
  before: Object | undefined;
  after: Object | undefined;
}

/**
 * What is known of our objects of one kind. Nothing older than what is known changes it: lists,
 * events of a watch and answers to calls arrive in any order.
 */
export interface KnownObjects<Object extends Item> {
  all(): Iterable<Object>;
  get(name: string): Object | undefined;
  /** What there is at a version; what was changed after it stays. */
  replace(objects: readonly Object[], version: string): Change<Object>[];
  put(object: Object): Change<Object>[];
  /** It was deleted, unless one of the same name has been made since. */
  remove(object: Pick<Object, "metadata">): Change<Object>[];
}

export function makeKnownObjects<Object extends Item>(): KnownObjects<Object> {
  const objects = new Map<string, Object>();
  return {
    all: () => objects.values(),
    get: (name) => objects.get(name),
    replace(listed, version) {
      const names = new Set(listed.map(({ metadata }) => metadata.name));
      const gone = [...objects.values()].filter(
        ({ metadata }) => !names.has(metadata.name) && !isNewer(metadata.resourceVersion, version),
      );
      return [...gone.flatMap(remove), ...listed.flatMap(put)];
    },
    put,
    remove,
  };

  function put(after: Object): Change<Object>[] {
    const { name, uid, resourceVersion } = after.metadata;
    const before = objects.get(name);
    if (before && !isNewer(resourceVersion, before.metadata.resourceVersion)) return [];
    objects.set(name, after);
    if (before && before.metadata.uid !== uid)
      return [
        { before, after: undefined },
        { before: undefined, after },
      ];
    return [{ before, after }];
  }

  function remove({ metadata }: Pick<Object, "metadata">): Change<Object>[] {
    const before = objects.get(metadata.name);
    if (!before || before.metadata.uid !== metadata.uid) return [];
    objects.delete(metadata.name);
    return [{ before, after: undefined }];
  }
}

/** Versions are numbers that grow over all objects (Kubernetes 1.35 promises it, all have it). */
export function isNewer(version: string, than: string): boolean {
  const [left, right] = [numberOf(version), numberOf(than)];
  return left === undefined || right === undefined ? version !== than : left > right;
}

function numberOf(version: string): bigint | undefined {
  return /^\d+$/.test(version) ? BigInt(version) : undefined;
}
