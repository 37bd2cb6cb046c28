import type { LongList } from "../json/list-file.ts";

/** The largest number of files that one statement takes. */
const mostFiles = 2_000;
/** The most characters of their paths: the driver writes a statement without a pause. */
const mostCharacters = 1_000_000;

/** A long list is read piece by piece, and never held as a whole. */
export type FileList<File> = readonly File[] | LongList<File>;

export interface Chunk<File> {
  /** the place of its first file in the list */
  start: number;
  files: readonly File[];
}

/** Cuts a list into chunks for one statement each. */
export async function* chunksOf<File>(
  list: FileList<File>,
  pathsOf: (file: File) => string | readonly string[],
): AsyncGenerator<Chunk<File>> {
  let pieceStart = 0;
  for await (const piece of piecesOf(list)) {
    for (const { start, files } of cut(piece, pathsOf)) yield { start: pieceStart + start, files };
    pieceStart += piece.length;
  }
}

export async function* piecesOf<File>(list: FileList<File>): AsyncGenerator<readonly File[]> {
  if (Symbol.asyncIterator in list) yield* list;
  else yield list;
}

function* cut<File>(
  list: readonly File[],
  pathsOf: (file: File) => string | readonly string[],
): Generator<Chunk<File>> {
  let start = 0;
  let characters = 0;
  for (const [index, file] of list.entries()) {
    const own = lengthOf(pathsOf(file));
    if (index > start && (index - start === mostFiles || characters + own > mostCharacters)) {
      yield { start, files: list.slice(start, index) };
      start = index;
      characters = 0;
    }
    characters += own;
  }
  if (start < list.length) yield { start, files: list.slice(start) };
}

function lengthOf(paths: string | readonly string[]): number {
  if (typeof paths === "string") return paths.length;
  return paths.reduce((sum, path) => sum + path.length, 0);
}
