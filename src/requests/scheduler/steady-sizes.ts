/** Sizes of groups, by key: each follows upwards at once, and downwards after a while. */
export interface SteadySizes {
  of(key: string, size: number): number;
  /** Groups of these keys alone are remembered. */
  forgetOthers(keys: ReadonlySet<string>): void;
}

export function makeSteadySizes(milliseconds: number, now: () => number): SteadySizes {
  const delays = new Map<string, (size: number) => number>();
  return {
    of(key, size) {
      const delay = delays.get(key) ?? makeScaleDownDelay(milliseconds, now);
      delays.set(key, delay);
      return delay(size);
    },
    forgetOthers(keys) {
      for (const key of delays.keys()) if (!keys.has(key)) delays.delete(key);
    },
  };
}

/** Follows a size upwards at once, and downwards when it has been lower for the given time. */
export function makeScaleDownDelay(
  milliseconds: number,
  now: () => number,
): (size: number) => number {
  const sizes: { at: number; size: number }[] = [];
  return (size) => {
    const at = now();
    // Sizes that a later one reaches no longer matter, so the first is always the largest.
    while ((sizes.at(-1)?.size ?? size + 1) <= size) sizes.pop();
    sizes.push({ at, size });
    while (at - (sizes[0]?.at ?? at) > milliseconds) sizes.shift();
    return sizes[0]?.size ?? size;
  };
}
