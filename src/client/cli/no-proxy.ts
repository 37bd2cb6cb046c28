/** With NODE_USE_ENV_PROXY, Node asks the proxy for every host that no_proxy does not name. */
export function neverProxyLoopback(): void {
  const listed = process.env.no_proxy ?? process.env.NO_PROXY;
  process.env.no_proxy = [listed, "127.0.0.1", "localhost", "[::1]"].filter(Boolean).join(",");
}
