/**
 * The name that a worker of ServiceX gives the object that it makes of a path, without its ending.
 * Two paths may have one: `x/y` and `x:y`.
 */
export function objectNameOf(path: string): string {
  return path.replaceAll("/", ":");
}
