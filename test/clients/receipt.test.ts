import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Task } from "../../src/operations/contract.ts";
import { type Api, openApi } from "../support/api.ts";
import { venv } from "./venv.ts";

const script = fileURLToPath(new URL("receipt_jose.py", import.meta.url));
let api: Api;
let python: string;

beforeAll(async () => {
  python = await venv("jose", ["joserfc==1.8.0", "PyJWT[crypto]==2.15.0"]);
  api = await openApi();
});
afterAll(() => api?.close());

const verify = (jws: string, keys: unknown) =>
  JSON.parse(execFileSync(python, [script], { input: JSON.stringify({ jws, keys }) }).toString());

test("joserfc and PyJWT verify a receipt with the published keys", async () => {
  const id = await api.ledger.submit(1);
  const [task] = (await api.ledger.claim(1, { request: id })) as [Task];
  await api.ledger.report(task, "success");
  await api.ledger.ended(id);
  const { receipt, jws } = (await api.get(`/v1/requests/${id}/receipt`)).json() as {
    receipt: object;
    jws: string;
  };
  const keys = (await api.get("/.well-known/longshore-keys")).json();
  expect(verify(jws, keys)).toEqual({ joserfc: receipt, PyJWT: receipt });

  const [header, payload = "", signature] = jws.split(".");
  const changed = Buffer.from(payload, "base64url").toString().replace('"done":1', '"done":2');
  const forged = [header, Buffer.from(changed).toString("base64url"), signature].join(".");
  expect(forged).not.toBe(jws);
  expect(() => verify(forged, keys)).toThrow(/BadSignature/);
});
