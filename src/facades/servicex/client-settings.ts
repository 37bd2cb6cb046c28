/** A `servicex.yaml` for ServiceX's Python client. */
export function clientSettings(url: string): string {
  return `api_endpoints:\n  - endpoint: ${url}/\n    name: longshore\n    codegen: sql\n`;
}
