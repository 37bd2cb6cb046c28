// What one setting changes of the pods.
import { expect, test } from "vitest";
import { made, ours, podOf, theirs } from "./kubernetes/groups.ts";

const sidecar = (env: Record<string, string>) => podOf(theirs, env).container("sidecar");
const both = (env: Record<string, string>) => podOf(theirs, env).spec.containers;
const variable = (env: Record<string, string>, name: string) =>
  both(env).map((container) => container.env?.find((one) => one.name === name)?.value);

test("INSTANCE_NAME is a label of all, and told to containers", () => {
  const env = { INSTANCE_NAME: "our-servicex" };
  for (const { metadata } of made(theirs, env))
    expect(metadata.labels?.["app.kubernetes.io/instance"]).toBe("our-servicex");
  expect(variable(env, "INSTANCE_NAME")).toEqual(["our-servicex", "our-servicex"]);
});

test.each([
  ["debug", "DEBUG"],
  ["trace", "DEBUG"],
  ["warn", "WARNING"],
])("LOG_LEVEL=%s is %s for Python", (LOG_LEVEL, level) => {
  expect(variable({ LOG_LEVEL }, "LOG_LEVEL")).toEqual([level, level]);
});

test("TRANSFORMER_CPU_REQUEST and TRANSFORMER_CPU_LIMIT are those of each container", () => {
  const env = { TRANSFORMER_CPU_REQUEST: "250m", TRANSFORMER_CPU_LIMIT: "2" };
  expect(both(env).map(({ resources }) => resources)).toEqual(
    Array(2).fill({ requests: { cpu: "250m" }, limits: { cpu: "2" } }),
  );
});

test("TRANSFORMER_SIDECAR_PULL_POLICY is of the sidecar alone", () => {
  const policies = both({ TRANSFORMER_SIDECAR_PULL_POLICY: "Never" }).map(
    ({ imagePullPolicy }) => imagePullPolicy,
  );
  expect(policies).toEqual(["Never", "Always"]);
});

test("TRANSFORMER_SIDECAR_VOLUME_PATH is where both see the volume, and what they are told", () => {
  const env = { TRANSFORMER_SIDECAR_VOLUME_PATH: "/shared/here" };
  for (const { volumeMounts, args } of both(env)) {
    expect(volumeMounts).toContainEqual({ name: "sidecar-volume", mountPath: "/shared/here" });
    expect(args?.[0]).toContain("/shared/here");
    expect(args?.[0]).not.toContain("/servicex/output");
  }
});

test("TRANSFORMER_NODE_SELECTOR and TRANSFORMER_AFFINITY say where, and not for our workers", () => {
  const env = {
    TRANSFORMER_NODE_SELECTOR: '{"disk": "fast"}',
    TRANSFORMER_AFFINITY: '{"podAntiAffinity": {"x": []}}',
  };
  expect(podOf(theirs, env).spec).toMatchObject({
    nodeSelector: { disk: "fast" },
    affinity: { podAntiAffinity: { x: [] } },
  });
  expect(podOf(ours, env).spec).toEqual(podOf(ours).spec);
});

test("WORKER_NODE_SELECTOR, WORKER_TOLERATIONS and WORKER_PRIORITY_CLASS are for ours alone", () => {
  const env = {
    WORKER_NODE_SELECTOR: '{"disk": "slow"}',
    WORKER_TOLERATIONS: '[{"operator": "Exists"}]',
    WORKER_PRIORITY_CLASS: "low",
  };
  expect(podOf(ours, env).spec).toMatchObject({
    nodeSelector: { disk: "slow" },
    tolerations: [{ operator: "Exists" }],
    priorityClassName: "low",
  });
  expect(podOf(theirs, env).spec).toEqual(podOf(theirs).spec);
});

test("TRANSFORMER_POD_ANNOTATIONS are beside ours", () => {
  const { metadata } = podOf(theirs, { TRANSFORMER_POD_ANNOTATIONS: '{"scrape": "true"}' });
  expect(metadata?.annotations).toMatchObject({
    scrape: "true",
    "longshore/store-key": expect.any(String),
  });
});

test("IMAGE_PULL_SECRETS are of all pods", () => {
  const env = { IMAGE_PULL_SECRETS: "one,other" };
  for (const group of [ours, theirs])
    expect(podOf(group, env).spec.imagePullSecrets).toEqual([{ name: "one" }, { name: "other" }]);
});

test("our workers have the limits of a file as the service has them, and room beside these", () => {
  const env = { FILE_MEMORY_MEGABYTES: "2048", FILE_THREADS: "4", INPUT_HOSTS: "data.example.org" };
  const { resources, env: variables, imagePullPolicy } = podOf(ours, env).container("worker");
  expect(resources).toEqual({ requests: { cpu: "4" }, limits: { memory: "2560Mi" } });
  expect(variables).toEqual(
    expect.arrayContaining([
      { name: "FILE_MEMORY_MEGABYTES", value: "2048" },
      { name: "FILE_THREADS", value: "4" },
      { name: "INPUT_HOSTS", value: "data.example.org" },
    ]),
  );
  expect(imagePullPolicy).toBe("IfNotPresent");
  const set = {
    WORKER_CPU_REQUEST: "100m",
    WORKER_CPU_LIMIT: "1",
    WORKER_MEMORY_REQUEST: "128Mi",
    WORKER_MEMORY_LIMIT: "1Gi",
    WORKER_PULL_POLICY: "Never",
  };
  expect(podOf(ours, set).container("worker")).toMatchObject({
    imagePullPolicy: "Never",
    resources: {
      requests: { cpu: "100m", memory: "128Mi" },
      limits: { cpu: "1", memory: "1Gi" },
    },
  });
});

test("a destination in a volume of the facility is that volume, else a folder of the pod", () => {
  const workload = theirs.workload && { ...theirs.workload, destination: "volume" as const };
  const group = { ...theirs, ...(workload && { workload }) };
  expect(podOf(group).spec.volumes).toContainEqual({ name: "posix-volume", emptyDir: {} });
  expect(podOf(group).container("sidecar").args?.[0]).toMatch(/--output-dir \/posix_volume\/$/);
  expect(sidecar({}).args?.[0]).not.toContain("--output-dir");
});
