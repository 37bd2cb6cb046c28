// Why a broker closed a channel, by the codes of AMQP.

const preconditionFailed = 406;
const notFound = 404;

export function isAbsent(error: unknown): boolean {
  return codeOf(error) === notFound;
}

/** It has other arguments, or consumers that it must not have. */
export function isDifferent(error: unknown): boolean {
  return codeOf(error) === preconditionFailed;
}

/** Undefined if the broker refuses as expected, which closes the channel. */
export async function unless<Answer>(
  isExpected: (error: unknown) => boolean,
  asked: PromiseLike<Answer>,
): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isExpected(error)) return undefined;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}
