// The ports that a service listens on by default, taken while the tests run: whoever runs them may
// have a service there, so a test that starts one without ports of its own fails on every machine.
import { createServer } from "node:net";

const usualPorts = [5000, 9000];

/** Returns what gives them back. A port that is taken already stays so. */
export async function takeUsualPorts(): Promise<() => void> {
  const servers = usualPorts.map((port) =>
    createServer((socket) => socket.destroy()).listen(port, "127.0.0.1"),
  );
  await Promise.all(
    servers.map(
      (server) =>
        new Promise<void>((resolve) => {
          server.once("listening", resolve);
          server.once("error", () => resolve());
        }),
    ),
  );
  return () => {
    for (const server of servers) server.close();
  };
}
