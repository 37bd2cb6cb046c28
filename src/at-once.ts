/**
 * Works on every item, on at most `atOnce` of them at a time. After an error no further item is
 * begun.
 */
export async function forEachAtOnce<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item, index: number) => Promise<unknown>,
): Promise<void> {
  const rest = entriesOf(items);
  const workOnRest = async () => {
    // One iterator for all: an error closes it, which ends the other loops as well.
    for (const [index, item] of rest) await work(item, index);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, workOnRest));
}

/** A generator, since the iterator of an array cannot be closed. */
function* entriesOf<Item>(items: readonly Item[]): Generator<[number, Item]> {
  yield* items.entries();
}
