/** What could not be taken, or not as it was, by its sentence. */
export interface Problem {
  what: string;
  count: number;
  /** the old ids of the first of them */
  examples: string[];
}

export interface Problems {
  note(what: string, example: string, count?: number): void;
  add(others: Problems): void;
  list(): Problem[];
}

const mostExamples = 5;

export function makeProblems(): Problems {
  const found = new Map<string, Problem>();

  function note(what: string, example: string, count = 1): void {
    const problem = found.get(what) ?? { what, count: 0, examples: [] };
    problem.count += count;
    if (example !== "" && problem.examples.length < mostExamples) problem.examples.push(example);
    found.set(what, problem);
  }

  return {
    note,
    add: (others) => {
      for (const { what, count, examples } of others.list()) {
        note(what, examples[0] ?? "", count);
        for (const example of examples.slice(1)) note(what, example, 0);
      }
    },
    list: () => [...found.values()].map((problem) => ({ ...problem })),
  };
}
