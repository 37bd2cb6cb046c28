// A pattern as a machine that is in several states at once. It reads a name once, one character
// after the other, so the time for a name grows with the length of the pattern and never explodes:
// a matcher that tries one way after the other hung the service on `*?*?*?*~`.
import type { Part } from "./parse.ts";

type State =
  | { kind: "character"; fits(character: string): boolean; next: number }
  | { kind: "split"; next: number[] }
  | { kind: "not"; machine: Machine; next: number }
  | { kind: "end" };

export interface Machine {
  states: State[];
  start: number;
}

export function compile(options: readonly Part[][]): Machine {
  const states: State[] = [{ kind: "end" }];
  return { states, start: alternatives(options, 0) };

  function add(state: State): number {
    return states.push(state) - 1;
  }

  /** Each returns the state that leads through the parts to `next`. */
  function alternatives(options: readonly Part[][], next: number): number {
    const starts = options.map((parts) => sequence(parts, next));
    return starts.length === 1 ? (starts[0] ?? next) : add({ kind: "split", next: starts });
  }

  function sequence(parts: readonly Part[], next: number): number {
    return parts.reduceRight((after, part) => single(part, after), next);
  }

  function single(part: Part, next: number): number {
    if (part.kind === "character") return add({ kind: "character", fits: part.fits, next });
    if (part.kind === "not") return add({ kind: "not", machine: compile(part.options), next });
    if (part.kind === "star") return repeated([[any]], next).loop;
    if (part.repeat === "once") return alternatives(part.options, next);
    if (part.repeat === "optional")
      return add({ kind: "split", next: [next, alternatives(part.options, next)] });
    const { loop, body } = repeated(part.options, next);
    return part.repeat === "any" ? loop : body;
  }

  function repeated(options: readonly Part[][], next: number): { loop: number; body: number } {
    const again: number[] = [next];
    const loop = add({ kind: "split", next: again });
    const body = alternatives(options, loop);
    again.push(body);
    return { loop, body };
  }
}

const any: Part = { kind: "character", fits: () => true };

/** The states of a machine after some characters. Never changed once it is complete. */
interface Position {
  states: Set<number>;
  /** of each `not`: the positions of its own machine, by their text, since equal ones are one */
  inner: Map<number, Map<string, Position>>;
}

export function accepts(machine: Machine, name: string): boolean {
  let position = begin(machine);
  for (const character of name) position = advance(machine, position, character);
  return isAtEnd(machine, position);
}

function begin(machine: Machine): Position {
  const position: Position = { states: new Set(), inner: new Map() };
  enter(machine, position, machine.start);
  return position;
}

function advance(machine: Machine, before: Position, character: string): Position {
  const after: Position = { states: new Set(), inner: new Map() };
  for (const index of before.states) {
    const state = machine.states[index];
    if (state?.kind === "character" && state.fits(character)) enter(machine, after, state.next);
  }
  for (const [index, positions] of before.inner) {
    const state = machine.states[index];
    if (state?.kind !== "not") continue;
    for (const inner of positions.values())
      passNot(machine, after, index, advance(state.machine, inner, character));
  }
  return after;
}

/** Adds the state and all that it leads to without a character. */
function enter(machine: Machine, position: Position, first: number): void {
  const open = [first];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (position.states.has(index)) continue;
    position.states.add(index);
    const state = machine.states[index];
    if (state?.kind === "split") open.push(...state.next);
    if (state?.kind === "not") passNot(machine, position, index, begin(state.machine));
  }
}

/** The text so far is left behind where the inner machine does not match it. */
function passNot(machine: Machine, position: Position, index: number, inner: Position): void {
  const state = machine.states[index];
  if (state?.kind !== "not") return;
  const known = position.inner.get(index) ?? new Map<string, Position>();
  position.inner.set(index, known);
  const text = textOf(inner);
  if (known.has(text)) return;
  known.set(text, inner);
  if (!isAtEnd(state.machine, inner)) enter(machine, position, state.next);
}

function textOf({ states, inner }: Position): string {
  const nested = [...inner].map(
    ([index, positions]) => `${index}(${[...positions.keys()].sort()})`,
  );
  return [...[...states].sort((a, b) => a - b), ...nested.sort()].join();
}

function isAtEnd({ states }: Machine, position: Position): boolean {
  return states[0]?.kind === "end" && position.states.has(0);
}
