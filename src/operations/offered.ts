// Which of the known operations are meant: by name, or by default.
import { didYouMean } from "../did-you-mean.ts";
import type { Facility, Operation, ServiceOperation, WorkerOperation } from "./contract.ts";

export type FacilityOf = (operation: string) => Facility;

/** The operations of these names; without names those that are offered by default. */
export function offeredOperations(
  known: readonly Operation[],
  names: readonly string[],
  facilityOf: FacilityOf,
): Operation[] {
  if (names.length > 0) return operationsNamed(known, names);
  return known.filter((operation) => isDefault(operation, facilityOf));
}

/** Throws a sentence that names the known ones where a name is not known. */
export function operationsNamed<Kind extends Operation>(
  known: readonly Kind[],
  names: readonly string[],
): Kind[] {
  return [...new Set(names)].map((name) => {
    const operation = known.find((candidate) => candidate.name === name);
    if (!operation) {
      const list = known.map((candidate) => candidate.name).join(", ") || "none";
      throw new Error(`There is no operation ${JSON.stringify(name)} here; known: ${list}.`);
    }
    return operation;
  });
}

/** The sentence for whoever asks for an operation that this service does not offer. */
export function notOffered(name: string, offered: readonly string[]): string {
  const hint = didYouMean(name, offered) || ` Offered: ${offered.join(", ")}.`;
  return `The operation ${JSON.stringify(name)} is not offered here.${hint}`;
}

export function isDefault(operation: Operation, facilityOf: FacilityOf): boolean {
  return operation.offeredByDefault?.(facilityOf(operation.name)) ?? true;
}

export function isWorkerOperation(operation: Operation): operation is WorkerOperation {
  return operation.runsIn === "worker";
}

export function isServiceOperation(operation: Operation): operation is ServiceOperation {
  return operation.runsIn === "service";
}

/** Whether steps of this operation are done by an outside service. */
export function isOfService(
  operations: ReadonlyMap<string, Operation>,
  name: string | null | undefined,
): boolean {
  const operation = operations.get(name ?? "");
  return operation !== undefined && isServiceOperation(operation);
}

/** What workers may claim. */
export function workerOperationNames(operations: Iterable<Operation>): string[] {
  return [...operations].filter(isWorkerOperation).map(({ name }) => name);
}

/** Each done file of it has at least one object. */
export function hasOutputs(operation: Operation): boolean {
  return isWorkerOperation(operation) && operation.outputs !== undefined;
}
