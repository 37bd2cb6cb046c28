/**
 * Names that wait, each once. The sources they come from take turns; the preferred one has every
 * other turn.
 */
export class RoundRobin<Source> {
  readonly #preferred: Source;
  #isItsTurn = false;
  readonly #ofSource = new Map<Source, Set<string>>();
  readonly #sourcesOf = new Map<string, Set<Source>>();

  constructor(preferred: Source) {
    this.#preferred = preferred;
  }

  /** A name that waits already takes the first turn that any of its sources has. */
  add(name: string, source: Source): void {
    setOf(this.#ofSource, source).add(name);
    setOf(this.#sourcesOf, name).add(source);
  }

  /** The first name of the source whose turn it is; undefined if none waits. */
  take(): string | undefined {
    this.#isItsTurn = !this.#isItsTurn;
    const preferred = this.#isItsTurn && this.#ofSource.has(this.#preferred);
    const source = preferred ? this.#preferred : this.#ofSource.keys().next().value;
    return source === undefined ? undefined : this.#takeFrom(source);
  }

  #takeFrom(source: Source): string | undefined {
    const names = this.#ofSource.get(source);
    const name = names?.values().next().value;
    if (!names || name === undefined) return undefined;
    names.delete(name);
    // The next turn of this source is after those of all others.
    this.#ofSource.delete(source);
    if (names.size > 0) this.#ofSource.set(source, names);
    this.#forget(name, source);
    return name;
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
