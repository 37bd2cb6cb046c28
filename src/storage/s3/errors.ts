import { RequestError, UnavailableError } from "../../errors.ts";
import { inWords, systemProblem } from "../../system-problem.ts";

const nothing = ["NoSuchKey", "NoSuchBucket", "NotFound"];
const refusals = [
  "AccessDenied",
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "CredentialsProviderError",
  "Forbidden",
  "ExpiredToken",
];
/** Ceph's and MinIO's: S3 has no status of its own for them. */
const noRoom = [
  "QuotaExceeded",
  "XMinioAdminBucketQuotaExceeded",
  "XMinioStorageFull",
  "InsufficientStorage",
];
const transient = [
  "SlowDown",
  "ServiceUnavailable",
  "InternalError",
  "RequestTimeout",
  "TooManyRequests",
  "Throttling",
  "TimeoutError",
  "AbortError",
];

export function isMissing(error: unknown): boolean {
  return nothing.includes(nameOf(error)) || statusOf(error) === 404;
}

export function isNoBucket(error: unknown): boolean {
  return nameOf(error) === "NoSuchBucket";
}

/** An object has the name already, or another PUT of the same name is just being stored. */
export function isTaken(error: unknown): boolean {
  return (
    ["PreconditionFailed", "ConditionalRequestConflict"].includes(nameOf(error)) ||
    statusOf(error) === 412
  );
}

/** The SDK has already retried: the caller may try later, or the operator must act. */
export function toStoreError(error: unknown): unknown {
  if (error instanceof RequestError || error instanceof UnavailableError) return error;
  const name = nameOf(error);
  const status = statusOf(error);
  if (name === "InvalidRange" || status === 416)
    return new RequestError(416, "bad_range", "The object has no bytes in the requested range.");
  if (status === 507 || noRoom.includes(name))
    return new UnavailableError(`The object store has no room (${name}).`, 30, { status: 507 });
  if (name === "SlowDown" || status === 429)
    return new UnavailableError("The object store asks to slow down.", 5);
  if (refusals.includes(name))
    return new UnavailableError(
      `The object store refuses the credentials (${name}); check STORE_URL.`,
      30,
    );
  if (transient.includes(name) || (status !== undefined && status >= 500))
    return new UnavailableError(`The object store is not available now (${name}).`, 5);
  if (status === undefined && (isNetwork(error) || systemProblem(error)))
    return new UnavailableError(`The object store cannot be reached: ${inWords(error)}.`, 5);
  return error;
}

/** Runs a call to the store and translates its errors. */
export async function translateErrors<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    throw toStoreError(error);
  }
}

/** The same, but undefined if the store has no such object or bucket. */
export async function ifExists<Answer>(call: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw toStoreError(error);
  }
}

/** Runs a call that names an etag: an object that has another one is not read. */
export async function ifUnchanged<Answer>(
  name: string,
  call: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    if (statusOf(error) !== 412) throw error;
    throw new RequestError(
      409,
      "changed",
      `${JSON.stringify(name)} was replaced in the store; it is not delivered.`,
    );
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

export function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata?.httpStatusCode;
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? "");
}

function isNetwork(error: unknown): boolean {
  return /^(E[A-Z]{4,}|UND_ERR|ERR_(SSL|TLS)|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO)/.test(
    codeOf(error),
  );
}
