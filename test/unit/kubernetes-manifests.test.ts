// What the runner `kubernetes` asks of Kubernetes, as plain objects.
import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { whyNot } from "../../src/runner/kubernetes/manifests.ts";
import { namesOf } from "../../src/runner/kubernetes/names.ts";
import {
  made,
  ours,
  podOf,
  run,
  secrets,
  settingsOf,
  theirs,
  theirsTo,
} from "./kubernetes/groups.ts";

const everything = {
  QUEUE_URL: secrets.serviceBroker,
  TRANSFORMER_X509_SECRET: "x509-proxy",
  TRANSFORMER_LOCAL_PATH: "/mnt/rootfiles",
  TRANSFORMER_CVMFS_VOLUME: '{"persistentVolumeClaim": {"claimName": "cvmfs"}}',
  TRANSFORMER_PERSISTENCE_PROVIDED_CLAIM: "results",
  TRANSFORMER_PERSISTENCE_SUBDIR: "of/longshore/",
  TRANSFORMER_CACHE_PREFIX: "xcache.example.org:1094",
  TRANSFORMER_PRIORITY_CLASS: "transformers",
  TRANSFORMER_MEMORY_REQUEST: "1Gi",
  TRANSFORMER_MEMORY_LIMIT: "2Gi",
  TRANSFORMER_TOLERATIONS: '[{"key": "type", "operator": "Equal", "value": "fake"}]',
  IMAGE_PULL_SECRETS: "registry-login",
  LOGSTASH_HOST: "logstash.example.org",
  LOGSTASH_PORT: "5959",
};

describe("the whole of it", () => {
  test.each([
    ["our workers", "worker", ours, {}],
    ["our workers, which report by the broker", "worker-queue", ours, everything],
    ["a sidecar and its science container", "transformer", theirs, {}],
    ["the same with all that can be set", "transformer-everything", theirsTo("volume"), everything],
    [
      "a transformer of 2022",
      "transformer-2022",
      theirs,
      { TRANSFORMER_GENERATION: "2022", TRANSFORMER_SIDECAR_IMAGE: "" },
    ],
  ])("%s", async (_, name, group, env) => {
    const text = made(group, env).map((manifest) =>
      stringify(manifest, { lineWidth: 100, aliasDuplicateObjects: false }),
    );
    await expect(text.join("---\n")).toMatchFileSnapshot(`kubernetes/${name}.yaml`);
  });
});

const groups = [
  ["our workers", ours],
  ["a transformer", theirs],
  ["a transformer that writes to a volume", theirsTo("volume")],
] as const;

describe.each(groups)("%s", (_, group) => {
  test("defect 37: the broker's password and other secrets are in no argument, variable or label", () => {
    for (const manifest of made(group, everything)) {
      if (manifest.kind === "Secret") continue;
      const text = JSON.stringify(manifest);
      for (const secret of Object.values(secrets)) {
        expect(text).not.toContain(secret);
        expect(text).not.toContain(Buffer.from(secret).toString("base64"));
      }
      expect(text).not.toContain("only-for-reports");
    }
  });

  test("its pods get no token of the cluster", () => {
    expect(podOf(group).spec).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
    });
    expect(JSON.stringify(podOf(group, everything).spec)).not.toContain("serviceAccountToken");
  });

  test("its pods have nothing of the node, and cannot gain rights", () => {
    const { spec } = podOf(group);
    expect(spec).not.toHaveProperty("hostNetwork");
    expect(spec).not.toHaveProperty("hostPID");
    expect(JSON.stringify(spec)).not.toContain("hostPath");
    for (const { securityContext } of spec.containers)
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        seccompProfile: { type: "RuntimeDefault" },
      });
  });

  test("is the same text for the same group, so that nothing is applied twice", () => {
    expect(JSON.stringify(made({ ...group }))).toBe(JSON.stringify(made(group)));
  });

  test("only its number of pods differs when its size does, and its hash does not", () => {
    const [before, after] = [made(group), made({ ...group, size: 50 })];
    const replicas = after.map((one) => one.kind === "Deployment" && one.spec?.replicas);
    expect(replicas.at(-1)).toBe(50);
    expect(after.map(hashOf)).toEqual(before.map(hashOf));
    expect(new Set(before.map(hashOf)).size).toBe(before.length);
  });

  test("what its pods read is applied before them", () => {
    expect(made(group).map(({ kind }) => kind)).toEqual(
      group.workload ? ["Secret", "ConfigMap", "Deployment"] : ["Secret", "Deployment"],
    );
  });
});

test("our pods are admitted at the level restricted, and write to two folders alone", () => {
  const { securityContext, volumeMounts } = podOf(ours).container("worker");
  expect(securityContext).toEqual({
    runAsNonRoot: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
    readOnlyRootFilesystem: true,
  });
  expect(volumeMounts?.map(({ mountPath }) => mountPath)).toEqual(["/tmp", "/data"]);
});

test("a facility whose images are not root's has transformers that are restricted, too", () => {
  const { spec } = podOf(theirs, { TRANSFORMER_POD_SECURITY: "restricted" });
  expect(spec.containers.map(({ securityContext }) => securityContext)).toEqual(
    Array(2).fill({
      runAsNonRoot: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    }),
  );
});

test("defect 37: the science container, which runs a user's code, has no login at all", () => {
  const names = (name: string) =>
    podOf(theirs, everything)
      .container(name)
      .env?.flatMap((one) => (one.valueFrom?.secretKeyRef ? [one.name] : []));
  expect(names("transformer")).toEqual([]);
  expect(names("sidecar")).toEqual(["RABBIT_URI", "MINIO_ACCESS_KEY", "MINIO_SECRET_KEY"]);
});

test("defect 37: the sidecar, started by bash, gets the broker's address as one word, whatever is in it", () => {
  const [script = ""] = podOf(theirs).container("sidecar").args ?? [];
  const said = script.replace("exec python", "exec printf '%s\\n'");
  const env = { PATH: process.env.PATH ?? "", RABBIT_URI: secrets.brokerUser };
  const words = execFileSync("bash", ["--norc", "-c", said], { env, encoding: "utf8" })
    .trim()
    .split("\n");
  expect(words).toEqual([
    "/servicex/transformer_sidecar/transformer.py",
    ...["--shared-dir", "/servicex/output"],
    ...["--request-id", run],
    ...["--rabbit-uri", secrets.brokerUser],
    ...["--result-destination", "object-store"],
    ...["--result-format", "parquet"],
  ]);
});

test("a generator's command is one word for bash: it runs nothing else", () => {
  const command = "/generated/it's $(touch here) and; more.py";
  const workload = theirs.workload && { ...theirs.workload, command };
  const group = { ...theirs, ...(workload && { workload }) };
  const [script = ""] = podOf(group).container("transformer").args ?? [];
  const last = script.split(" && ").at(-1)?.replace("exec bash", "exec printf '%s\\n'") ?? "";
  const words = execFileSync("bash", ["--norc", "-c", last], { encoding: "utf8" })
    .trim()
    .split("\n");
  expect(words).toEqual([
    "/servicex/output/scripts/watch.sh",
    "python",
    command,
    `/servicex/output/${run}`,
  ]);
});

test("a sidecar's host name is its pod's: no two of a request share one", () => {
  const env = podOf(theirs).container("sidecar").env ?? [];
  const host = env.find(({ name }) => name === "HOST_NAME");
  expect(host?.valueFrom?.fieldRef?.fieldPath).toBe("metadata.name");
});

test("the first step has ServiceX's names, and a later one those of its run", () => {
  expect(made(theirs).map(({ metadata }) => metadata.name)).toEqual([
    `transformer-${run}`,
    `${run}-generated-source`,
    `transformer-${run}`,
  ]);
  expect(podOf(theirs).metadata?.labels).toMatchObject({
    app: `transformer-${run}`,
    "longshore/request": run,
    "longshore/step": "1",
  });
});

test("two services in one namespace have different names and labels", () => {
  const [one, other] = ["one", "other"].map((INSTANCE_NAME) =>
    made(ours, { INSTANCE_NAME }).map(({ metadata: { name, labels } }) => [name, labels]),
  );
  expect(one?.[0]).toEqual([
    "one-operation-transform",
    expect.objectContaining({
      "app.kubernetes.io/managed-by": "longshore",
      "app.kubernetes.io/instance": "one",
    }),
  ]);
  expect(other?.[0]).toEqual(["other-operation-transform", expect.anything()]);
});

test("a long name is shortened, and stays different from others", () => {
  const names = ["operation-transform", "operation-replicate"].map(
    (key) => namesOf({ key }, "a".repeat(53)).deployment,
  );
  expect(names[0]).not.toBe(names[1]);
  for (const name of names) expect(name).toMatch(/^[a-z0-9-]{1,63}$/);
});

test("a new key of the store needs new pods; a new token of our workers does not", () => {
  const store = { url: "https://s3.example.org", key: "another", secret: "key" };
  const template = (group: typeof theirs) => podOf(group).metadata?.annotations;
  expect(template({ ...theirs, credentials: { ...theirs.credentials, store } })).not.toEqual(
    template(theirs),
  );
  const renewed = { ...ours, credentials: { workToken: "the-next-token" } };
  expect(podOf(renewed)).toEqual({ ...podOf(ours), container: expect.anything() });
  expect(made(renewed).map(hashOf)[0]).not.toBe(made(ours).map(hashOf)[0]);
});

test.each([
  ["http://s3.example.org:9000", "s3.example.org:9000", "False"],
  ["https://s3.example.org", "s3.example.org", "True"],
])("the store %s is %s for a sidecar, encrypted: %s", (url, host, encrypted) => {
  const store = { url, key: "key", secret: "secret" };
  const group = { ...theirs, credentials: { ...theirs.credentials, store } };
  expect(podOf(group).container("sidecar").env).toEqual(
    expect.arrayContaining([
      { name: "MINIO_URL", value: host },
      { name: "MINIO_ENCRYPT", value: encrypted },
    ]),
  );
});

test("a folder of the node is seen as it changes, and read only", () => {
  const TRANSFORMER_CVMFS_VOLUME = "{'hostPath': {'path': '/cvmfs', 'type': 'Directory'}}";
  const { spec, container } = podOf(theirs, { TRANSFORMER_CVMFS_VOLUME });
  expect(spec.volumes).toContainEqual({
    name: "cvmfs",
    hostPath: { path: "/cvmfs", type: "Directory" },
  });
  expect(container("transformer").volumeMounts).toContainEqual({
    name: "cvmfs",
    mountPath: "/cvmfs",
    readOnly: true,
    mountPropagation: "HostToContainer",
  });
});

test.each([
  ["a sidecar's image", theirs, { TRANSFORMER_SIDECAR_IMAGE: "" }, /TRANSFORMER_SIDECAR_IMAGE/],
  ["a broker", { ...theirs, credentials: {} }, {}, /QUEUE_URL/],
  [
    "an S3 endpoint",
    { ...theirs, credentials: { brokerUrl: secrets.brokerUser } },
    {},
    /TRANSFORMER_S3_URL/,
  ],
])("a group without %s is no pods, but a sentence", (_, group, env, sentence) => {
  expect(whyNot(group, settingsOf(env))).toMatch(sentence);
  expect(whyNot(ours, settingsOf(env))).toBeUndefined();
  expect(whyNot(theirs, settingsOf())).toBeUndefined();
});

function hashOf({ metadata }: { metadata: { annotations?: Record<string, string> } }) {
  return metadata.annotations?.["longshore/content"];
}
