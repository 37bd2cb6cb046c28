import type { Generator } from "./job.ts";
import { makeSqlGenerator } from "./sql/index.ts";

/** Makes each generator when it is first asked for: it keeps processes. */
const makers = { sql: makeSqlGenerator } satisfies Record<string, () => Generator>;

export type GeneratorName = keyof typeof makers;
export const generatorNames = Object.keys(makers) as GeneratorName[];

/** The generators of one owner of processes. */
export function makeGenerators(): (name: GeneratorName) => Generator {
  const made = new Map<GeneratorName, Generator>();
  return (name) => {
    const generator = made.get(name) ?? makers[name]();
    made.set(name, generator);
    return generator;
  };
}
