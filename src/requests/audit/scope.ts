/** Limits a check to the request $1, or checks all requests if it is null. */
export function scope(column: string): string {
  return `($1::uuid IS NULL OR ${column} = $1)`;
}
