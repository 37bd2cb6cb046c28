// A real API server takes what the runner `kubernetes` asks for, at the levels of Pod Security that
// doc/kubernetes.md names. Nothing is made: each is a dry run of the server.
import { afterAll, beforeAll, expect, test } from "vitest";
import { made, ours, podOf, secrets, theirs, theirsTo } from "../unit/kubernetes/groups.ts";
import { type Namespace, newNamespace } from "./support/kube.ts";

const levels = ["restricted", "baseline"] as const;
let spaces: Record<(typeof levels)[number], Namespace>;

beforeAll(async () => {
  const [restricted, baseline] = await Promise.all([
    newNamespace("restricted"),
    newNamespace("baseline"),
  ]);
  spaces = { restricted, baseline };
});

afterAll(async () => {
  await Promise.all(Object.values(spaces ?? {}).map((namespace) => namespace.remove()));
});

const queue = { QUEUE_URL: secrets.serviceBroker };
const of2022 = { TRANSFORMER_GENERATION: "2022", TRANSFORMER_SIDECAR_IMAGE: "" };
const volumes = {
  TRANSFORMER_X509_SECRET: "x509-proxy",
  TRANSFORMER_PERSISTENCE_PROVIDED_CLAIM: "results",
  TRANSFORMER_CVMFS_VOLUME: '{"persistentVolumeClaim": {"claimName": "cvmfs"}}',
};
const placement = {
  TRANSFORMER_NODE_SELECTOR: '{"disk": "fast"}',
  TRANSFORMER_TOLERATIONS: '[{"key": "gpu", "effect": "NoExecute", "tolerationSeconds": 60}]',
  TRANSFORMER_MEMORY_LIMIT: "2Gi",
  IMAGE_PULL_SECRETS: "registry-login",
};
const nodeFolder = { TRANSFORMER_LOCAL_PATH: "/mnt/rootfiles" };
const atRestricted = { TRANSFORMER_POD_SECURITY: "restricted" };

test.each([
  ["our workers", ours, {}],
  ["our workers, which report by the broker", ours, queue],
  ["transformers", theirs, {}],
  ["transformers with all kinds of volumes", theirsTo("volume"), { ...volumes, ...nodeFolder }],
  ["transformers with rules of their place", theirs, placement],
  ["transformers of 2022", theirs, of2022],
])("the server knows every field of %s", async (_, group, env) => {
  const { baseline } = spaces;
  const items = made(group, env).map(({ metadata, ...rest }) => ({
    ...rest,
    metadata: { ...metadata, namespace: baseline.name },
  }));
  await dryRun(baseline, "apply", { apiVersion: "v1", kind: "List", items });
});

test.each([
  ["our workers", "restricted", ours, queue],
  ["transformers that need no root", "restricted", theirs, { ...atRestricted, ...volumes }],
  ["transformers", "baseline", theirsTo("volume"), volumes],
  ["transformers of 2022", "baseline", theirs, of2022],
] as const)("pods of %s are admitted at the level %s", async (_, level, group, env) => {
  await dryRun(spaces[level], "create", aPodOf(group, env));
});

test.each([
  ["transformers whose images may be root's", "restricted", theirs, {}, /runAsNonRoot/],
  ["transformers with a folder of the node", "baseline", theirs, nodeFolder, /hostPath/],
] as const)("pods of %s are refused at the level %s", async (_, level, group, env, reason) => {
  await expect(dryRun(spaces[level], "create", aPodOf(group, env))).rejects.toThrow(reason);
});

function aPodOf(group: typeof ours, env: Record<string, string>) {
  const { metadata, spec } = podOf(group, env);
  return { apiVersion: "v1", kind: "Pod", metadata: { ...metadata, name: "one" }, spec };
}

function dryRun(namespace: Namespace, verb: "apply" | "create", object: unknown): Promise<string> {
  const serverSide = verb === "apply" ? ["--server-side", "--field-manager=longshore"] : [];
  return namespace.kubectl(
    [verb, ...serverSide, "--dry-run=server", "--validate=strict", "-f", "-"],
    JSON.stringify(object),
  );
}
