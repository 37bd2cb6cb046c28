// doc/states.md, from the table of moves.
import {
  fileMoves,
  finalFileStates,
  finalRequestStates,
  requestMoves,
} from "../../src/requests/state.ts";

interface Machine {
  final: readonly string[];
  moves: Record<string, { from: readonly string[]; to: string; why: string }>;
}

export function statesPage(): string {
  return `# States

Made by \`npm run generate\` from \`src/requests/state.ts\`; a test holds the two together. Every write of a state is one of these moves,
guarded by the states it may leave, and answers whether it happened. Final states are left by \`redrive\` alone, which opens a new round.

## A request

${section({ final: finalRequestStates, moves: requestMoves })}
## A file of a request, in its current step

${section({ final: finalFileStates, moves: fileMoves })}`;
}

function section({ final, moves }: Machine): string {
  const arrows = Object.entries(moves).flatMap(([name, move]) =>
    (move.from.length ? move.from : ["[*]"]).map((from) => `    ${from} --> ${move.to}: ${name}`),
  );
  const rows = Object.entries(moves).map(
    ([name, { from, to, why }]) => `| \`${name}\` | ${from.join(", ") || "new"} | ${to} | ${why} |`,
  );
  return `\`\`\`mermaid
stateDiagram-v2
${arrows.join("\n")}
${final.map((state) => `    ${state} --> [*]`).join("\n")}
\`\`\`

| move | from | to | why |
|---|---|---|---|
${rows.join("\n")}

Final: ${final.join(", ")}.
`;
}
