import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { s3Python } from "./s3-venv.ts";

export interface Moto {
  host: string;
  close(): Promise<void>;
}

/** moto's S3 server on a free port, in memory. */
export async function startMoto(): Promise<Moto> {
  const server = spawn(await s3Python(), ["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exited = new Promise<void>((resolve) => server.on("exit", () => resolve()));
  const port = await new Promise<string>((resolve, reject) => {
    createInterface({ input: server.stderr }).on("line", (line) => {
      const found = /Running on http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (found) resolve(found);
    });
    void exited.then(() => reject(new Error("moto ended before it listened")));
  });
  return {
    host: `127.0.0.1:${port}`,
    async close() {
      server.kill();
      await exited;
    },
  };
}
