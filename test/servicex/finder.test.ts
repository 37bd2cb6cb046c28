// A finder on the real servicex-did-finder-lib, over a real RabbitMQ, and a service in a process.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ServiceX, startServiceX } from "../facades/servicex/servicex.ts";
import { temporaryFolder } from "../support/folder.ts";
import { makeRabbit } from "../support/rabbitmq/broker.ts";
import { until } from "../support/wait.ts";
import { type Part, startFinder } from "./parts.ts";

const rabbit = await makeRabbit();

describe.skipIf(!rabbit)("a finder of ServiceX", () => {
  let servicex: ServiceX;
  let finder: Part;
  const env = { DIED: join(temporaryFolder("died"), "once") };
  beforeAll(async () => {
    await rabbit?.start();
    const settings = { QUEUE_URL: rabbit?.url ?? "", VALID_DID_SCHEMES: "real" };
    servicex = await startServiceX(settings);
    finder = await startFinder(rabbit?.url ?? "", env);
  });
  afterAll(async () => {
    expect(await servicex.violations()).toEqual([]);
    await finder.stop();
    await servicex.remove();
    await rabbit?.remove();
  });

  const asked = (name: string) => servicex.submit({ did: `real://${name}`, codegen: "noop" });
  const paths = async (id: string) => {
    const { body } = await servicex.call<{ items: { paths: string[] }[] }>(
      "GET",
      `/v1/datasets/${(await servicex.read(id)).did_id}/files?limit=1000`,
    );
    return body.items.map((file) => file.paths);
  };

  test("that lists a whole dataset at once is heard to its end", async () => {
    const id = await asked("list/large");
    await servicex.reached(id, "Running", 700);
    const all = await paths(id);
    expect(all).toHaveLength(700);
    expect(all[699]).toEqual(["root://near//large-0699.root", "https://far/large-0699.root"]);
  });

  test("that says file by file has each of them recorded once", async () => {
    const id = await asked("each/small");
    await servicex.reached(id, "Running", 5);
    expect((await paths(id)).map(([first]) => first)).toEqual(
      [0, 1, 2, 3, 4].map((number) => `root://near//small-${number}.root`),
    );
  });

  test("gives the first N files of a name with files=N", async () => {
    const id = await asked("list/first?files=3");
    await servicex.reached(id, "Running", 3);
  });

  test("defect 2: that fails ends the request, and is asked again by the next one", async () => {
    const first = await asked("fails/always");
    await servicex.reached(first, "Complete");
    expect(await servicex.read(first)).toMatchObject({ files: 0 });
    const next = await asked("fails/always");
    await servicex.reached(next, "Complete");
    expect((await servicex.read(next)).did_id).not.toBe((await servicex.read(first)).did_id);
    expect(finder.printed()).toContain("the catalogue is away");
  });

  test("defect 11: that is killed in the middle is asked again when it is back, and no file is there twice", async () => {
    const id = await asked("dies/once");
    await until(() => finder.ended());
    expect(await servicex.read(id)).toMatchObject({ status: "Lookup" });
    await until(async () => {
      const queues = await rabbit?.control("-q", "list_queues", "name", "messages");
      return /^did_finder_real\s+1$/m.test(queues ?? "");
    });
    finder = await startFinder(rabbit?.url ?? "", env);
    await servicex.reached(id, "Running", 2);
    expect(await paths(id)).toHaveLength(2);
  });

  test("defect 50: whose request is canceled stops, and does the next lookup", async () => {
    const id = await asked("slow/unwanted");
    await until(async () => (await servicex.read(id)).files > 2);
    await servicex.call("POST", `/servicex/transformation/${id}/cancel`);
    await servicex.reached(id, "Canceled");
    const next = await asked("each/after");
    await servicex.reached(next, "Running", 5);
    expect(finder.printed()).toMatch(/Terminat|revoked|SIGTERM/i);
  });
});
