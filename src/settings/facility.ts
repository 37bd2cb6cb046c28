// Operations can have settings of the facility. They are read here, with the others.
import type { ZodError, ZodObject } from "zod";
import { ConfigError } from "./config-error.ts";

export interface FacilitySource {
  readonly name: string;
  readonly facility?: ZodObject;
}

/** The variables of these operations. None may be declared twice or be one of the service's own. */
export function facilityNames(
  sources: readonly FacilitySource[],
  ownNames: readonly string[],
): string[] {
  const owners = new Map(ownNames.map((name) => [name, "the service itself"]));
  const names: string[] = [];
  for (const { name: operation, facility } of sources) {
    for (const name of Object.keys(facility?.shape ?? {})) {
      const owner = owners.get(name);
      if (owner !== undefined)
        throw new ConfigError(
          `Operation ${operation} declares ${name}, which belongs to ${owner}: rename it there.`,
        );
      owners.set(name, `operation ${operation}`);
      names.push(name);
    }
  }
  return names;
}

/** The values from the environment for each operation with such settings, by operation name. */
export function readFacility(
  env: Record<string, string>,
  sources: readonly FacilitySource[],
  refusal: (error: ZodError) => ConfigError,
): Record<string, Record<string, unknown>> {
  const read = sources.flatMap(({ name, facility }) => {
    if (!facility) return [];
    const own = Object.keys(facility.shape).flatMap((variable) =>
      env[variable] === undefined ? [] : [[variable, env[variable]] as const],
    );
    const parsed = facility.safeParse(Object.fromEntries(own));
    if (!parsed.success) throw refusal(parsed.error);
    return [[name, parsed.data] as const];
  });
  return Object.fromEntries(read);
}
