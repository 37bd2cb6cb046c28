// The ports that a service listens on by default, taken while the tests run: whoever runs them may
// have a service there, so a test that starts one without ports of its own fails on every machine.
import { once } from "node:events";
import { createServer } from "node:net";
import { readConfig } from "../../src/config.ts";

/** Returns what gives them back. A port that is taken already stays so. */
export async function takeDefaultPorts(): Promise<() => void> {
  const { port, s3Port } = readConfig({});
  const servers = [port, s3Port].map((each) =>
    createServer((socket) => socket.destroy()).listen(each, "127.0.0.1"),
  );
  await Promise.all(servers.map((server) => once(server, "listening").catch(() => undefined)));
  return () => {
    for (const server of servers) server.close();
  };
}
