// A sidecar takes any answer for delivered and never reports again, so none is given before the
// report is stored.
import { afterEach, expect, test } from "vitest";
import { readPostmaster } from "../../../src/db/embedded/postmaster.ts";
import { until } from "../../support/wait.ts";
import { type ServiceX, startServiceX } from "./servicex.ts";

let servicex: ServiceX | undefined;
afterEach(async () => {
  await servicex?.remove();
});

test("a report during a database outage waits, and is answered when it is stored", async () => {
  servicex = await startServiceX({ DATABASE_URL: "" });
  const { service, report, submit, reached, files, read } = servicex;
  const id = await submit({ "file-list": ["1", "2", "3"], codegen: "noop" });
  await reached(id, "Running", 3);
  const known = await files(id);
  process.kill(readPostmaster({ data: `${service.dataDir}/postgres/data` })?.pid ?? 0, "SIGKILL");
  await until(async () => (await fetch(`${service.url}/readyz`)).status === 503);
  const answers = await Promise.all(known.map((file) => report(id, file, "success")));
  expect(answers.map((one) => [one.status, one.body])).toEqual(known.map(() => [200, "Ok"]));
  expect((await reached(id, "Complete"))["files-completed"]).toBe(3);
  expect((await read(id))["files-remaining"]).toBe(0);
});
