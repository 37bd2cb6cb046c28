/**
 * The name, without its ending, that a worker of another maker gives the object that it makes of a
 * path. Two paths may have the same name: `x/y` and `x:y`.
 */
export function objectNameOf(path: string): string {
  return path.replaceAll("/", ":");
}
