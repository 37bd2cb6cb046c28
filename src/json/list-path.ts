/**
 * Follows the keys that lead to a list. A key that is written with escapes is not found: its list
 * is not cut, and the limits of the rest of the body apply to it.
 */
export class ListPath {
  readonly #path: readonly Buffer[];
  readonly isKnown: boolean;
  /** how many objects on the path are open, without the outermost */
  #level = 0;
  /** the next value is the one that a key of the path names */
  #isExpected: boolean;
  #isKey = false;
  #key = Buffer.alloc(0);
  #isMatch = false;

  constructor(path: readonly string[] | undefined) {
    this.isKnown = path !== undefined;
    this.#path = (path ?? []).map((key) => Buffer.from(key));
    this.#isExpected = path?.length === 0;
  }

  beginString(depth: number): void {
    this.#isMatch = false;
    this.#isKey = depth === this.#level + 1 && this.#level < this.#path.length;
    if (this.#isKey) this.#key = Buffer.alloc(0);
  }

  addToString(chunk: Buffer, start: number, end: number, isComplete: boolean): void {
    if (!this.#isKey) return;
    const sought = this.#path[this.#level];
    const room = (sought?.length ?? 0) + 1 - this.#key.length;
    const part = chunk.subarray(start, Math.min(end, start + room));
    this.#key = Buffer.concat([this.#key, part]);
    if (isComplete) this.#isMatch = sought?.equals(this.#key) ?? false;
  }

  colon(): void {
    this.#isExpected = this.#isMatch;
    this.#isMatch = false;
  }

  next(): void {
    this.#isExpected = false;
    this.#isMatch = false;
  }

  /** True if this opens the list. */
  open(isList: boolean): boolean {
    const wasExpected = this.#isExpected;
    this.next();
    if (!wasExpected) return false;
    const isLast = this.#level >= this.#path.length - 1;
    if (!isLast && !isList) this.#level++;
    return isLast && isList;
  }

  /** `depth`: how many brackets stay open */
  close(depth: number): void {
    this.next();
    if (this.#level > 0 && depth === this.#level) this.#level--;
  }
}
