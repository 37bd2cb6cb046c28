// One pass over the bytes of JSON before anything is parsed. It refuses what is nested too deeply
// or has too many values, and cuts a long list into pieces, so that none takes long to parse.
import { type CutRules, ListCutter } from "./list-cutter.ts";
import { tooDeep } from "./refusals.ts";

export const deepest = 64;
/** Smaller texts are parsed as they are. */
export const scannedFromBytes = 16 * 1024;

export type ScanRules = CutRules;

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];
const structural = new Uint8Array(256);
for (const byte of [quote, comma, colon, openList, closeList, openObject, closeObject])
  structural[byte] = 1;

export class JsonScan {
  readonly #cutter: ListCutter;
  #inString = false;
  #escaped = false;
  #depth = 0;

  /** `onPiece` gets some elements of the list, with the commas between them. */
  constructor(rules: ScanRules, onPiece: (piece: Buffer) => void = () => undefined) {
    this.#cutter = new ListCutter(rules, onPiece);
  }

  feed(chunk: Buffer): void {
    this.#cutter.begin(chunk);
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (this.#inString) at = this.#skipString(chunk, at);
      else if (structural[byte]) this.#take(byte, at);
    }
    this.#cutter.endChunk();
  }

  /** What is outside the list, which is empty in it. */
  end(): Buffer {
    return this.#cutter.outside();
  }

  #take(byte: number, at: number): void {
    switch (byte) {
      case quote:
        this.#inString = true;
        this.#cutter.beginString(this.#depth);
        break;
      case comma:
        this.#cutter.comma(this.#depth, at);
        break;
      case colon:
        this.#cutter.colon();
        break;
      case openList:
      case openObject:
        if (++this.#depth > deepest) throw tooDeep(deepest);
        this.#cutter.open(byte === openList, this.#depth, at);
        break;
      default:
        this.#cutter.close(this.#depth, at);
        if (this.#depth > 0) this.#depth--;
    }
  }

  /** Returns the place of the closing quote, or the end of the chunk. */
  #skipString(chunk: Buffer, start: number): number {
    let at = start;
    for (; at < chunk.length; at++) {
      if (this.#escaped) this.#escaped = false;
      else if (chunk[at] === backslash) this.#escaped = true;
      else if (chunk[at] === quote) {
        this.#inString = false;
        break;
      }
    }
    this.#cutter.addToString(start, at, !this.#inString);
    return at;
  }
}
