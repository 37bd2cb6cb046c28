/** A seeded generator (mulberry32): the same seed gives the same run of choices. */
export interface Random {
  /** 0 ≤ x < 1 */
  next(): number;
  /** a whole number, low ≤ x < high */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  shuffle<Item>(items: readonly Item[]): Item[];
}

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick<Item>(items: readonly Item[]): Item {
      const item = items[between(0, items.length)];
      if (item === undefined) throw new Error("Nothing to pick from.");
      return item;
    },
    shuffle<Item>(items: readonly Item[]): Item[] {
      const all = [...items];
      for (let last = all.length - 1; last > 0; last--) {
        const other = between(0, last + 1);
        [all[last], all[other]] = [all[other] as Item, all[last] as Item];
      }
      return all;
    },
  };
}
