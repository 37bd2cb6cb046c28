/** Names that wait, each once. The sources they come from take turns. */
export class RoundRobin<Source> {
  readonly #ofSource = new Map<Source, Set<string>>();
  readonly #sourcesOf = new Map<string, Set<Source>>();

  /** A name that waits already takes the first turn that any of its sources has. */
  add(name: string, source: Source): void {
    setOf(this.#ofSource, source).add(name);
    setOf(this.#sourcesOf, name).add(source);
  }

  /** The first name of the source whose turn it is; undefined if none waits. */
  take(): string | undefined {
    for (const [source, names] of this.#ofSource) {
      // The next turn of this source is after those of all others.
      this.#ofSource.delete(source);
      for (const name of names) {
        names.delete(name);
        if (names.size > 0) this.#ofSource.set(source, names);
        this.#forget(name, source);
        return name;
      }
    }
    return undefined;
  }

  clear(): void {
    this.#ofSource.clear();
    this.#sourcesOf.clear();
  }

  #forget(name: string, taken: Source): void {
    for (const source of this.#sourcesOf.get(name) ?? []) {
      if (source === taken) continue;
      const names = this.#ofSource.get(source);
      names?.delete(name);
      if (names?.size === 0) this.#ofSource.delete(source);
    }
    this.#sourcesOf.delete(name);
  }
}

function setOf<Key, Value>(sets: Map<Key, Set<Value>>, key: Key): Set<Value> {
  const known = sets.get(key);
  if (known) return known;
  const made = new Set<Value>();
  sets.set(key, made);
  return made;
}
