/** An empty variable counts as unset, since charts and compose files write unset ones so. */
export function withoutEmpty(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, text]) => (text?.trim() ? [[name, text]] : [])),
  );
}
