// ServiceX's Python clients, as they are on PyPI, with identity on and a token in servicex.yaml.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Longshore } from "../../src/client/client.ts";
import { runCli } from "../support/cli.ts";
import { temporaryFolder } from "../support/folder.ts";
import { rowsOf, writeTable } from "../support/parquet.ts";
import { type Service, startService } from "../support/service.ts";
import { makeClient, type Version, versions } from "./servicex-client.ts";

const data = temporaryFolder("inputs");
const input = join(data, "in.parquet");
const sample = (n: number) => ({
  ...{ name: `more than ${n}`, files: [input] },
  query: `select n from input where n > ${n}`,
});
let service: Service;
let root: Longshore;
let rootId: string;

beforeAll(async () => {
  await writeTable(input, "select i as n from range(10) t(i)");
  service = await startService({ RUNNER: "local", INPUT_ROOTS: data, ENABLE_AUTH: "true" });
  const made = await runCli(["user", "create", "Root", "--admin", "--token", "--json"], {
    env: {
      ENABLE_AUTH: "true",
      DATA_DIR: service.dataDir,
      DATABASE_URL: service.databaseUrl ?? "",
    },
  });
  const { id, token } = JSON.parse(made.stdout) as { id: string; token: string };
  root = new Longshore({ url: service.url, token });
  rootId = id;
});
afterAll(() => service?.remove());

describe.each(Object.keys(versions) as Version[])("servicex %s", (version) => {
  test("works with its token for the person whose it is, and not any more once it is revoked", async () => {
    const made = await root.tokens.create({ name: version });
    const client = await makeClient(version, service.url, made.secret);
    const delivered = await client.deliver([sample(4)]);
    const paths = delivered["more than 4"];
    expect(Array.isArray(paths), JSON.stringify(delivered)).toBe(true);
    const rows = await rowsOf(`select n from read_parquet('${String(paths)}') order by n`);
    expect(rows).toHaveLength(5);
    const [newest] = (await root.list({ limit: 1 })).items;
    expect(newest).toMatchObject({ owner: rootId, title: "more than 4" });
    await root.tokens.revoke(made.token.id);
    const refused = await client
      .deliver([sample(7)])
      .then((outcome) => JSON.stringify(outcome))
      .catch((error: Error) => error.message);
    expect(refused).toMatch(/rejected|not authorized|outdated refresh token/i);
    expect((await root.list({ limit: 1 })).items[0]?.id).toBe(newest?.id);
  });

  test("with a token of another service is refused", async () => {
    const refused = await (await makeClient(version, service.url))
      .deliver([sample(1)])
      .then((outcome) => JSON.stringify(outcome))
      .catch((error: Error) => error.message);
    expect(refused).toMatch(/rejected|not authorized/i);
  });
});
