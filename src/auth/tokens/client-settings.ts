/** A `servicex.yaml` for ServiceX's Python client: without a token where identity is off. */
export function clientSettings(url: string, token?: string): string {
  const lines = [
    "api_endpoints:",
    `  - endpoint: ${url}/`,
    "    name: longshore",
    "    codegen: sql",
    // A JWT has no sign that YAML would read as something else.
    ...(token === undefined ? [] : [`    token: ${token}`]),
  ];
  return `${lines.join("\n")}\n`;
}
