// Addresses of inputs hold signatures, tokens and passwords. Whoever reads what the service shows,
// logs or keeps must not be able to read somebody's files with them.
import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Service, startService } from "../support/service.ts";
import { until } from "../support/wait.ts";
import { type SignatureServer, startSignatureServer } from "./signature-server.ts";
import { type Trace, tablesOf, tracesInDatabase, tracesInFolder, tracesInText } from "./traces.ts";

const secret = () => randomBytes(12).toString("hex");
const secrets = { signature: secret(), token: secret(), password: secret() };
const all = Object.values(secrets);

const settings = {
  INPUT_HOSTS: "127.0.0.1",
  LOCAL_WORKERS: "1",
  FILE_ATTEMPTS: "1",
  SWEEP_SECONDS: "0.5",
  LOG_LEVEL: "trace",
  SECRET_KEY: "the first key of several",
};

let server: SignatureServer;
let service: Service;

beforeAll(async () => {
  server = await startSignatureServer(secrets);
  service = await startService(settings);
});
afterAll(async () => {
  server.close();
  await service.remove();
});

const bySignature = (path: string) =>
  `${server.origin}/${path}?X-Amz-Date=1&X-Amz-Signature=${server.signature}`;
const byToken = (path: string) => `${server.origin}/${path}?id=5&access_token=${secrets.token}`;
const byPassword = (path: string) => `http://somebody:${secrets.password}@${server.host}/${path}`;

interface View {
  id: string;
  state: string;
  counters: { done: number; failed: number };
  dataset: { id: string };
}
interface Item {
  file: number;
  paths: string[];
  error: { message: string } | null;
}

interface Task {
  request: string;
  file: number;
  step: number;
  attempt: number;
  replicas: string[];
}

async function call(path: string, body?: unknown): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${service.url}${path}`, {
    ...(body !== undefined && {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": randomUUID() },
      body: JSON.stringify(body),
    }),
  });
  return { status: answer.status, text: await answer.text() };
}

const step = { operation: "transform", selection: "select x from input", format: "csv" };

async function submit(files: (string | string[])[]): Promise<View> {
  const { status, text } = await call("/v1/requests", { dataset: { files }, steps: [step] });
  expect(status, text).toBe(201);
  return JSON.parse(text) as View;
}

const ended = (id: string) =>
  until(async () => {
    const view = JSON.parse((await call(`/v1/requests/${id}`)).text) as View;
    return ["complete", "failed"].includes(view.state) && view;
  });

async function filesOf(id: string): Promise<Item[]> {
  const { text } = await call(`/v1/requests/${id}/files`);
  return (JSON.parse(text) as { items: Item[] }).items;
}

/** What anyone may read of a request and around it, in all words that the service speaks. */
async function tracesInAnswers({ id, dataset }: View): Promise<Trace[]> {
  const files = (await filesOf(id)).map(({ file }) => `/v1/requests/${id}/files/${file}`);
  const paths = [
    ...["", "/files", "/errors", "/results", "/receipt"].map((part) => `/v1/requests/${id}${part}`),
    ...files,
    ...["/v1/requests", "/v1/datasets?past=true", "/metrics", "/openapi.json", "/v1/operations"],
    `/v1/datasets/${dataset.id}`,
    `/v1/datasets/${dataset.id}/files`,
    ...["", "/status", "/errors", "/results", "/deployment-status"].map(
      (part) => `/servicex/transformation/${id}${part}`,
    ),
    "/servicex/transformation",
    "/servicex/datasets",
    `/servicex/datasets/${dataset.id}`,
  ];
  const traces: Trace[] = [];
  for (const path of paths) {
    const { status, text } = await call(path);
    expect(status, `${path}: ${text}`).toBeLessThan(500);
    traces.push(...tracesInText(path, text, all));
  }
  return traces;
}

async function allTraces(view: View): Promise<Trace[]> {
  return [
    ...(await tracesInAnswers(view)),
    ...(await tracesInDatabase(service.databaseUrl ?? "", all)),
    ...tracesInFolder(service.dataDir, all),
    ...tracesInText("log", service.stderr() + service.stdout(), all),
  ];
}

test("files are read with their secrets, which are found nowhere afterwards", async () => {
  const view = await submit([
    bySignature("a.csv"),
    byToken("b.csv"),
    byPassword("c.csv"),
    [`${server.origin}/nothing.csv?access_token=wrong`, bySignature("d.csv")],
    [bySignature("e.csv"), byPassword("e.csv")],
  ]);
  expect(await ended(view.id)).toMatchObject({ state: "complete", counters: { done: 5 } });
  expect((await filesOf(view.id)).map(({ paths }) => paths)).toEqual([
    [`${server.origin}/a.csv?[redacted]`],
    [`${server.origin}/b.csv?id=5&[redacted]`],
    [`http://[redacted]@${server.host}/c.csv`],
    [`${server.origin}/nothing.csv?[redacted]`, `${server.origin}/d.csv?[redacted]`],
    [`${server.origin}/e.csv?[redacted]`, `http://[redacted]@${server.host}/e.csv`],
  ]);
  expect(await allTraces(view)).toEqual([]);
});

test("downloads that fail, in whatever way, tell nobody the secret", async () => {
  const failing = ["denied", "reset", "cut", "page", "bad", "text", "moved"];
  const view = await submit(
    failing.flatMap((name) => [
      bySignature(`${name}.csv`),
      byToken(`${name}.csv`),
      byPassword(`${name}.csv`),
    ]),
  );
  expect(await ended(view.id)).toMatchObject({ counters: { done: 0, failed: 21 } });
  const messages = (await filesOf(view.id)).map(({ error }) => error?.message ?? "");
  expect(messages.filter((message) => message.length < 10)).toEqual([]);
  expect(await allTraces(view)).toEqual([]);
});

test("a worker of others that quotes the address it was given tells nobody the secret", async () => {
  const own = service;
  service = await startService({ ...settings, RUNNER: "external" });
  try {
    const addresses = [bySignature("quoted.csv"), byPassword("quoted.csv")];
    const view = await submit(addresses);
    const claimed = await call("/v1/work/claim", { worker: "of others", max: 2, wait_seconds: 30 });
    const { tasks } = JSON.parse(claimed.text) as { tasks: Task[] };
    expect(tasks.flatMap(({ replicas }) => replicas)).toEqual(addresses);
    const reports = tasks.map(({ request, file, step, attempt, replicas: [address] }) => ({
      request,
      file,
      step,
      attempt,
      status: "failure",
      error: {
        class: "worker",
        message: `GET ${address} failed: 403`,
        trace: `at open("${address}")\nwith X-Amz-Date=1&X-Amz-Signature=${server.signature}`,
      },
    }));
    const { text } = await call("/v1/work/reports", { worker: "of others", reports });
    expect(JSON.parse(text)).toEqual({ answers: ["recorded", "recorded"] });
    expect(await ended(view.id)).toMatchObject({ counters: { failed: 2 } });
    const messages = (await filesOf(view.id)).map(({ error }) => error?.message.split("\n")[0]);
    expect(messages).toEqual([
      `GET ${server.origin}/quoted.csv?[redacted] failed: 403`,
      `GET http://[redacted]@${server.host}/quoted.csv failed: 403`,
    ]);
    expect(await allTraces(view)).toEqual([]);
  } finally {
    await service.remove();
    service = own;
  }
});

test("nobody reads with the signature of somebody else, and a new one is used at once", async () => {
  const address = (signature: string) => `${server.origin}/own.csv?X-Amz-Signature=${signature}`;
  const owner = await submit([address(server.signature)]);
  expect(await ended(owner.id)).toMatchObject({ counters: { done: 1 } });
  const guess = await submit([address("guessed")]);
  expect(await ended(guess.id)).toMatchObject({ counters: { done: 0, failed: 1 } });
  const { status, text } = await call("/v1/requests", {
    dataset: { files: [address("[redacted]"), `${server.origin}/own.csv?[redacted]`] },
    steps: [step],
  });
  expect([status, JSON.parse(text).errors[0].pointer]).toEqual([422, "/dataset/files/1"]);

  server.signature = secret();
  all.push(server.signature);
  const late = await submit([address(secrets.signature)]);
  expect(await ended(late.id)).toMatchObject({ counters: { failed: 1 } });
  const fresh = await submit([address(server.signature)]);
  expect(await ended(fresh.id)).toMatchObject({ counters: { done: 1 } });
  expect(await allTraces(fresh)).toEqual([]);
});

test("a dataset's name with a password is refused, and the refusal does not repeat it", async () => {
  for (const did of [`dir+${byPassword("*.csv")}`, `rucio://set?token=${secrets.token}`]) {
    const { status, text } = await call("/v1/requests", { dataset: { did }, steps: [step] });
    expect([status, tracesInText("answer", text, all)]).toEqual([400, []]);
  }
});

test("secrets outlive a new SECRET_KEY as long as the list has the old one, and no longer", async () => {
  server.isOn = false;
  const [first, second] = [await submit([bySignature("1.csv")]), await submit([byToken("2.csv")])];
  for (const { id } of [first, second])
    expect(await ended(id)).toMatchObject({ counters: { failed: 1 } });
  server.isOn = true;
  const redriven = async ({ id }: View) => {
    expect((await call(`/v1/requests/${id}/redrive`, {})).status).toBe(200);
    return ended(id);
  };

  await service.stop();
  service = await service.again({
    SECRET_KEY: "the second key of several,the first key of several",
  });
  expect(await redriven(first)).toMatchObject({ counters: { done: 1, failed: 0 } });

  await service.stop();
  service = await service.again({ SECRET_KEY: "the second key of several" });
  expect(await redriven(second)).toMatchObject({ counters: { done: 0, failed: 1 } });
  const [file] = await filesOf(second.id);
  expect(file?.error?.message).toContain("SECRET_KEY no longer lists");
  expect(await allTraces(second)).toEqual([]);
});

test("the sweep for traces would find one, in text and in bytes", async () => {
  expect(await tablesOf(service.databaseUrl ?? "")).toContain("file_secrets");
  const found = await tracesInDatabase(service.databaseUrl ?? "", ["denied.csv"]);
  const places = found.map(({ where }) => where);
  expect(places).toContain("public.files.paths");
  expect(places).toContain("public.receipts.document");
});
