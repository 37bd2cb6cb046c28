// What the pods of the chart may do, and what they are told.
import { describe, expect, test } from "vitest";
import { type Rendered, render, valuesFiles } from "./support/helm.ts";
import { containersOf, podsOf } from "./support/pods.ts";

describe.each(valuesFiles)("with the values of helm/ci/%s.yaml", (file) => {
  const objects = render({ file, apis: ["monitoring.coreos.com/v1"] });
  const pods = podsOf(objects);

  test("each pod is as the level restricted asks, on a read-only file system", () => {
    for (const pod of pods) {
      expect(pod.spec.securityContext, pod.of).toMatchObject({
        runAsNonRoot: true,
        runAsUser: expect.any(Number),
        seccompProfile: { type: "RuntimeDefault" },
      });
      expect(pod.spec.securityContext.runAsUser, pod.of).toBeGreaterThan(0);
      expect([pod.spec.hostNetwork, pod.spec.hostPID, pod.spec.hostIPC], pod.of).toEqual(
        Array(3).fill(undefined),
      );
      for (const { name, securityContext } of containersOf(pod))
        expect(securityContext, `${pod.of}, ${name}`).toEqual({
          runAsNonRoot: true,
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
      for (const volume of pod.spec.volumes ?? []) expect(volume).not.toHaveProperty("hostPath");
    }
  });

  test("each container asks for memory and has a limit, but those that run before it", () => {
    for (const pod of pods)
      for (const { name, resources } of pod.spec.containers) {
        expect(resources?.requests?.memory, `${pod.of}, ${name}`).toBeTruthy();
        if (file !== "servicex") expect(resources?.limits?.memory, pod.of).toBeTruthy();
      }
  });

  test("no secret is in a pod, in a ConfigMap or in an annotation", () => {
    const secret =
      /leftfoot1|of-the-(client|app)-of|key-of-mailgun|hooks\.slack\.com|password|secret:\/\//i;
    const texts = objects
      .filter(({ kind }) => kind !== "Secret")
      .map((object) => JSON.stringify(object));
    expect(texts.filter((text) => secret.test(text))).toEqual([]);
    for (const container of pods.flatMap(containersOf))
      for (const { name, value } of container.env ?? [])
        if (/KEY|SECRET|TOKEN|PASSWORD|WEBHOOK|_URL$/.test(name))
          expect(value, name).toBeUndefined();
  });

  test("defect 37: a login at Kubernetes' API has only what calls it", () => {
    const withLogin = pods.filter(({ spec }) => spec.automountServiceAccountToken !== false);
    const expected = { everything: ["scheduler", "x509-secrets"], servicex: ["x509-secrets"] };
    expect(withLogin.map(({ spec }) => spec.containers[0].name).toSorted()).toEqual(
      expected[file as keyof typeof expected] ?? [],
    );
  });

  test("a process that listens has both probes, and liveness asks nothing of the database", () => {
    const listening = pods
      .flatMap(({ spec }) => spec.containers)
      .filter(({ envFrom }: { envFrom?: unknown }) => envFrom);
    for (const { livenessProbe, readinessProbe } of listening) {
      expect(livenessProbe.httpGet).toEqual({ path: "/healthz", port: "ops" });
      expect(readinessProbe.httpGet).toEqual({ path: "/readyz", port: "ops" });
    }
  });

  test("no ingress leads to the internal port or to that of operators", () => {
    const services = new Map(
      objects.filter(({ kind }) => kind === "Service").map((one) => [one.metadata.name, one]),
    );
    for (const { spec } of objects.filter(({ kind }) => kind === "Ingress"))
      for (const { http } of spec.rules)
        for (const { backend } of http.paths) {
          const ports = services.get(backend.service.name)?.spec.ports ?? [];
          expect(ports).toHaveLength(1);
          expect(["http", "s3"]).toContain(ports[0].targetPort);
          expect(ports[0].name).toBe(backend.service.port.name);
        }
  });
});

const one = (objects: Rendered[], kind: string, name: string) =>
  objects.find((object) => object.kind === kind && object.metadata.name === name);

test("defect 37: no Role can read what it does not make, but secrets of the workers' namespace", () => {
  const objects = render({ file: "everything" });
  const role = one(objects, "Role", "mine-longshore-workers");
  expect(role?.metadata.namespace).toBe("longshore-workers");
  expect(JSON.stringify(role?.rules)).not.toMatch(/\*|exec|escalate|bind|impersonate|update/);
  expect(one(objects, "Role", "x509-secrets")?.rules).toEqual([
    {
      apiGroups: [""],
      resources: ["secrets"],
      resourceNames: ["x509-proxy"],
      verbs: ["get", "update", "patch"],
    },
  ]);
  expect(objects.filter(({ kind }) => /^Cluster/.test(kind))).toEqual([]);
});

test("without pods to start there is no account, and with rbacEnabled: false no Role", () => {
  const kinds = (objects: Rendered[]) => objects.map(({ kind }) => kind);
  expect(kinds(render({ file: "external" }))).not.toContain("ServiceAccount");
  const without = kinds(render({ file: "everything", values: { rbacEnabled: false } }));
  expect(without).toContain("ServiceAccount");
  expect(without).not.toContain("Role");
});

test("what needs Prometheus' operator is rendered where it is known alone", () => {
  const kinds = (apis: string[]) =>
    render({ apis })
      .map(({ kind }) => kind)
      .filter((kind) => /^(ServiceMonitor|PrometheusRule)$/.test(kind));
  expect(kinds([])).toEqual([]);
  expect(kinds(["monitoring.coreos.com/v1"])).toEqual(["PrometheusRule", "ServiceMonitor"]);
});

test("of several replicas one may be away, and a new one is ready before an old one goes", () => {
  const objects = render({ file: "everything" });
  for (const role of ["api", "scheduler"])
    expect(one(objects, "PodDisruptionBudget", `mine-longshore-${role}`)?.spec).toMatchObject({
      maxUnavailable: 1,
    });
  const spec = one(objects, "Deployment", "mine-longshore-api")?.spec;
  expect(spec.strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
  expect(spec.replicas).toBeUndefined();
  expect(spec.template.spec.topologySpreadConstraints).toHaveLength(1);
  const autoscaler = one(objects, "HorizontalPodAutoscaler", "mine-longshore-api");
  expect(autoscaler?.spec).toMatchObject({ minReplicas: 3, maxReplicas: 9 });
});
