// Shared by the tables of moves, which are in the `state.ts` of each folder.

/** A change of state, from one of these states (none for a new row) to another. */
export interface Move<State extends string> {
  from: readonly State[];
  to: State;
  why: string;
}

/** The states that no move leaves, except those that start over or delete. */
export function finalStates<State extends string>(
  states: readonly State[],
  moves: Record<string, Move<string>>,
  exceptBy: readonly string[],
): State[] {
  const leaves = Object.entries(moves).filter(([name]) => !exceptBy.includes(name));
  return states.filter((state) => !leaves.some(([, { from }]) => from.includes(state)));
}

/** Words as an SQL list, for a guard: `state IN (${sqlList(fileMoves.start.from)})`. */
export function sqlList(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(", ");
}

/** Each word as an SQL literal: `state = ${fileSql.failed}`. */
export function sqlWords<Word extends string>(words: readonly Word[]): Record<Word, string> {
  return Object.fromEntries(words.map((word) => [word, `'${word}'`])) as Record<Word, string>;
}
