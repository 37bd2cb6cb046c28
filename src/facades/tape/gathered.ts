import { makeOneByOne } from "../../one-by-one.ts";

/**
 * Asks one question at a time, about all that came meanwhile: two hundred callers at once start two
 * processes of the tape system and not two hundred. Throws `late()` for who waits too long.
 */
export function makeGathered<Answer>(
  ask: (names: string[]) => Promise<Map<string, Answer>>,
  { seconds, late }: { seconds: number; late: () => Error },
): (name: string) => Promise<Answer | undefined> {
  let next: Question<Answer> | undefined;
  const oneByOne = makeOneByOne();

  function begin(): Question<Answer> {
    const names = new Set<string>();
    const answers = oneByOne(() => {
      next = undefined;
      return ask([...names]);
    });
    return { names, answers };
  }

  return async (name) => {
    next ??= begin();
    next.names.add(name);
    return (await within(next.answers, seconds, late)).get(name);
  };
}

interface Question<Answer> {
  names: Set<string>;
  answers: Promise<Map<string, Answer>>;
}

async function within<Result>(
  work: Promise<Result>,
  seconds: number,
  late: () => Error,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), seconds * 1000);
  });
  try {
    return await Promise.race([work, end]);
  } finally {
    clearTimeout(timer);
  }
}
