import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect, test } from "vitest";
import { UnavailableError } from "../../src/errors.ts";
import { openManagement } from "../../src/queue/management.ts";

const server = createServer((_, response) => {
  response.writeHead(200, { "content-length": "100" });
  response.write("[", () => response.destroy());
});
afterAll(() => server.close());

test("a management API whose answer is cut off is one that cannot be used now", async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const { call } = openManagement(`http://guest:guest@127.0.0.1:${port}`);
  const problem = await call("GET", "users").catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(UnavailableError);
  expect(problem).toMatchObject({ message: expect.stringContaining("cannot be used") });
});
