// Why a broker closed a channel, by the codes of AMQP.

/** another's arguments, or a queue that is to be unused and is not */
export const preconditionFailed = 406;
export const notFound = 404;

export function isAbsent(error: unknown): boolean {
  return codeOf(error) === notFound;
}

export function isInUse(error: unknown): boolean {
  return codeOf(error) === preconditionFailed;
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}
