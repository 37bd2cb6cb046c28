// The chart at a real API server; no node is needed.
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { chart, helm, type Rendered, render, valuesFiles } from "../chart/support/helm.ts";
import { podsOf } from "../chart/support/pods.ts";
import { type KubeObject, kubectl, type Namespace, newNamespace } from "./support/kube.ts";

let namespace: Namespace;
const workers = "longshore-workers";

beforeAll(async () => {
  namespace = await newNamespace("restricted");
  const manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: workers } };
  await namespace.kubectl(["apply", "-f", "-"], JSON.stringify(manifest));
  for (const account of ["mine-longshore", "x509-secrets"])
    await namespace.kubectl(["create", "serviceaccount", account]);
});

afterAll(async () => {
  await namespace?.kubectl(["delete", "namespace", workers, "--wait=false"]);
  await namespace?.remove();
});

const given = () => ({ kubeconfig: inject("cluster").kubeconfig });

function run(args: string[]): string {
  const { code, stdout, stderr } = helm([...args, "--namespace", namespace.name], given());
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

/** With the namespace of each, as helm sends them. */
function rendered(file: string): Rendered[] {
  return render({ file, namespace: namespace.name }).map((object) => ({
    ...object,
    metadata: { namespace: namespace.name, ...object.metadata },
  }));
}

describe.each(valuesFiles)("with the values of helm/ci/%s.yaml", (file) => {
  test("the API server takes every object, and knows each of their fields", async () => {
    const objects = rendered(file);
    expect(objects.length).toBeGreaterThan(8);
    const list = { apiVersion: "v1", kind: "List", items: objects };
    const args = ["apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-"];
    await kubectl(args, JSON.stringify(list));
  });

  test("each of its pods is admitted under the level restricted", async () => {
    const pods = podsOf(rendered(file)).map(
      ({ labels, spec }, index): KubeObject => ({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: `pod-${index}`, labels },
        // The class is one of the facility's, the volume one of the StatefulSet's template.
        spec: { ...spec, priorityClassName: undefined, volumes: withData(spec.volumes) },
      }),
    );
    for (const pod of pods)
      await namespace.kubectl(
        ["create", "--dry-run=server", "--validate=strict", "-f", "-"],
        JSON.stringify(pod),
      );
  });
});

test("a generated key stays over an upgrade, an uninstall and the next install", async () => {
  const database = ["--set", "database.existingSecret=db,store.existingSecret=s3"];
  const external = [...database, "--set", "workers.runner=external"];
  const key = async () => {
    const secret = await namespace.kubectl([
      "get",
      "secret",
      "mine-longshore-generated",
      "-o=json",
    ]);
    return JSON.parse(secret).data.SECRET_KEY;
  };
  run(["install", "mine", chart, ...external]);
  const first = await key();
  expect(Buffer.from(first, "base64").toString()).toMatch(/^[A-Za-z0-9]{48}$/);
  run(["upgrade", "mine", chart, ...external, "--set", "app.replicas=3"]);
  expect(await key()).toBe(first);
  expect(run(["uninstall", "mine"])).toContain("mine-longshore-generated");
  const kinds = "deployments,services,configmaps,networkpolicies,poddisruptionbudgets";
  const left = await namespace.kubectl(["get", kinds, "-o", "name"]);
  expect(left.trim()).toBe("configmap/kube-root-ca.crt");
  run(["install", "mine", chart, ...external]);
  expect(await key()).toBe(first);
});

test("a release with a database does not begin anew in a pod because its name was left out", () => {
  const { code, stderr } = helm(
    ["upgrade", "mine", chart, "--reset-values", "--namespace", namespace.name],
    given(),
  );
  expect(code).not.toBe(0);
  expect(stderr).toContain("This release has a database, and none is given any more");
});

function withData(volumes: { name: string }[] = []) {
  const isThere = volumes.some(({ name }) => name === "data");
  return isThere ? volumes : [...volumes, { name: "data", emptyDir: {} }];
}
