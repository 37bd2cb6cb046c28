import { expect, test } from "vitest";
import {
  cancelConsumer,
  celeryMessage,
  lookupTask,
  transformTask,
} from "../../src/queue/celery.ts";

test("a transform task has the words of the ServiceX sidecar", () => {
  const { content, options } = transformTask(
    {
      requestId: "b1f7a9f8-9d3c-4a55-8f0e-0a8b6a3f9f11",
      fileId: 7,
      paths: ["root://a", "http://b"],
      serviceEndpoint: "http://localhost/servicex/internal/transformation/x",
      resultDestination: "object-store",
      resultFormat: "parquet",
    },
    "the-id",
  );
  expect(JSON.parse(content.toString())).toEqual([
    [],
    {
      request_id: "b1f7a9f8-9d3c-4a55-8f0e-0a8b6a3f9f11",
      file_id: 7,
      paths: ["root://a", "http://b"],
      service_endpoint: "http://localhost/servicex/internal/transformation/x",
      result_destination: "object-store",
      result_format: "parquet",
    },
    { callbacks: null, errbacks: null, chain: null, chord: null },
  ]);
  expect(options).toMatchObject({
    contentType: "application/json",
    contentEncoding: "utf-8",
    deliveryMode: 2,
    mandatory: true,
    correlationId: "the-id",
  });
  expect(options.headers).toMatchObject({
    task: "transformer_sidecar.transform_file",
    id: "the-id",
    root_id: "the-id",
    retries: 0,
    eta: null,
  });
});

test("a lookup task has three positional arguments", () => {
  const { content, options } = lookupTask(
    "rucio",
    "mc15:x?files=3",
    42,
    "http://localhost/servicex/internal/transformation/",
  );
  const [args, kwargs] = JSON.parse(content.toString());
  expect(args).toEqual([
    "mc15:x?files=3",
    42,
    "http://localhost/servicex/internal/transformation/",
  ]);
  expect(kwargs).toEqual({});
  expect(options.headers?.task).toBe("did_finder_rucio.lookup_dataset");
});

test("every message has a content type and an id of its own", () => {
  const [one, two] = [celeryMessage({ task: "a" }), celeryMessage({ task: "a" })];
  expect(one.options.contentType).toBe("application/json");
  expect(one.options.correlationId).not.toBe(two.options.correlationId);
});

test("a cancel names the queue of its request alone, and expires in a second", () => {
  const { content, options } = cancelConsumer("r1", 1_000_000);
  expect(JSON.parse(content.toString())).toEqual({
    method: "cancel_consumer",
    arguments: { queue: "transformer-r1" },
    destination: null,
    pattern: null,
    matcher: null,
  });
  expect(options.headers).toEqual({ clock: 1, expires: 1001 });
});
