// Separates the elements of a list from what is around it, and counts keys and values.
import { ListPath } from "./list-path.ts";
import { duplicateList, tooLarge, tooManyValues } from "./refusals.ts";

export interface CutRules {
  /** most keys and values outside the list */
  mostValues: number;
  list?: {
    /** the keys that lead to the list; empty: the body itself is the list */
    path: readonly string[];
    /** most bytes outside the list, and most bytes of an element */
    mostBytes: number;
    /** most keys and values of an element */
    mostElementValues: number;
  };
}

const megabyte = 1024 * 1024;
const pieceBytes = 64 * 1024;
const pieceValues = 2_000;
const otherwise = "The body without its list";
const anElement = "An element of the list";

export class ListCutter {
  readonly #mostValues: number;
  readonly #list: Required<CutRules>["list"];
  readonly #onPiece: (piece: Buffer) => void;
  readonly #path: ListPath;
  #chunk: Buffer = Buffer.alloc(0);
  /** where in the chunk the part begins that is not kept yet, and where the element begins */
  #from = 0;
  #elementFrom = 0;
  /** of the list while it is open, otherwise 0 */
  #listDepth = 0;
  #hadList = false;
  readonly #outside = { bytes: [] as Buffer[], size: 0, values: 0 };
  #piece = { bytes: [] as Buffer[], size: 0, values: 0 };
  #element = { size: 0, values: 0 };

  constructor({ mostValues, list }: CutRules, onPiece: (piece: Buffer) => void) {
    this.#mostValues = mostValues;
    this.#list = list ?? {
      path: [],
      mostBytes: Number.POSITIVE_INFINITY,
      mostElementValues: mostValues,
    };
    this.#path = new ListPath(list?.path);
    this.#onPiece = onPiece;
  }

  begin(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#from = 0;
    this.#elementFrom = 0;
  }

  endChunk(): void {
    if (this.#listDepth > 0) this.#measureElement(this.#chunk.length);
    this.#keepUntil(this.#chunk.length);
  }

  outside(): Buffer {
    return Buffer.concat(this.#outside.bytes);
  }

  beginString(depth: number): void {
    if (this.#listDepth === 0) this.#path.beginString(depth);
  }

  addToString(start: number, end: number, isComplete: boolean): void {
    if (this.#listDepth === 0) this.#path.addToString(this.#chunk, start, end, isComplete);
  }

  colon(): void {
    this.#count();
    if (this.#listDepth === 0) this.#path.colon();
  }

  comma(depth: number, at: number): void {
    this.#count();
    if (this.#listDepth === 0) this.#path.next();
    else if (depth === this.#listDepth) this.#endElement(at);
  }

  /** `depth`: including what is opened */
  open(isList: boolean, depth: number, at: number): void {
    this.#count();
    if (this.#listDepth > 0 || !this.#path.open(isList)) return;
    if (this.#hadList) throw duplicateList();
    this.#keepUntil(at + 1);
    this.#hadList = true;
    this.#listDepth = depth;
    this.#elementFrom = at + 1;
    this.#element = { size: 0, values: 0 };
  }

  /** `depth`: including what is closed */
  close(depth: number, at: number): void {
    if (this.#listDepth === 0) {
      this.#path.close(depth - 1);
    } else if (depth === this.#listDepth) {
      this.#measureElement(at);
      this.#keepUntil(at);
      this.#cut();
      this.#listDepth = 0;
      this.#path.close(depth - 1);
    }
  }

  #count(): void {
    if (this.#listDepth === 0) {
      if (++this.#outside.values <= this.#mostValues) return;
      throw tooManyValues(this.#mostValues, this.#path.isKnown ? otherwise : undefined);
    }
    this.#piece.values++;
    const { mostElementValues } = this.#list;
    if (++this.#element.values > mostElementValues)
      throw tooManyValues(mostElementValues, anElement);
  }

  #endElement(at: number): void {
    this.#measureElement(at);
    this.#element = { size: 0, values: 0 };
    this.#elementFrom = at + 1;
    const size = this.#piece.size + at - this.#from;
    if (size < pieceBytes && this.#piece.values < pieceValues) return;
    this.#keepUntil(at);
    this.#from = at + 1;
    this.#cut();
  }

  #measureElement(end: number): void {
    this.#element.size += end - this.#elementFrom;
    const { mostBytes } = this.#list;
    if (this.#element.size > mostBytes) throw tooLarge(mostBytes / megabyte, anElement);
  }

  #cut(): void {
    this.#onPiece(Buffer.concat(this.#piece.bytes));
    this.#piece = { bytes: [], size: 0, values: 0 };
  }

  #keepUntil(end: number): void {
    if (end <= this.#from) return;
    const bytes = this.#chunk.subarray(this.#from, end);
    this.#from = end;
    const kept = this.#listDepth > 0 ? this.#piece : this.#outside;
    kept.bytes.push(bytes);
    kept.size += bytes.length;
    const { mostBytes } = this.#list;
    if (kept === this.#outside && kept.size > mostBytes)
      throw tooLarge(mostBytes / megabyte, otherwise);
  }
}
