// Who reaches what by the NetworkPolicies: played by Kubernetes' rules, since clusters for tests do
// not enforce them.
import { expect, test } from "vitest";
import { type Rendered, render } from "./support/helm.ts";
import { podsOf } from "./support/pods.ts";

interface Place {
  namespace: string;
  labels: Record<string, string>;
}

interface Selector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values: string[] }[];
}

interface Peer {
  podSelector?: Selector;
  namespaceSelector?: Selector;
  ipBlock?: unknown;
}

const home = "science";
const objects = render({ file: "everything" });
const policies = objects.filter(({ kind }) => kind === "NetworkPolicy");

const podOf = (name: string): Place => {
  const found = podsOf(objects).find(({ of }) => of === name);
  if (!found) throw new Error(`No ${name} is rendered.`);
  return { namespace: found.namespace ?? home, labels: found.labels };
};

const api = podOf("Deployment mine-longshore-api");
const scheduler = podOf("Deployment mine-longshore-scheduler");
const generator = podOf("Deployment mine-code-gen-uproot");
const finder = podOf("Deployment mine-did-finder-rucio");
const started: Place = {
  namespace: "longshore-workers",
  labels: {
    "app.kubernetes.io/managed-by": "longshore",
    "app.kubernetes.io/instance": "mine-longshore",
  },
};
const ofAnother: Place = {
  namespace: "longshore-workers",
  labels: { ...started.labels, "app.kubernetes.io/instance": "theirs" },
};
const ingress: Place = { namespace: "ingress-nginx", labels: { app: "ingress-nginx" } };
const prometheus: Place = { namespace: "monitoring", labels: { app: "prometheus" } };
const stranger: Place = { namespace: home, labels: { app: "something-else" } };

const table: [string, Place, string, Place, number, boolean][] = [
  ["the ingress", ingress, "the public port", api, 5000, true],
  ["the ingress", ingress, "S3", api, 9000, true],
  ["the ingress", ingress, "the internal port", api, 5001, false],
  ["the ingress", ingress, "the operators' port", api, 5002, false],
  ["a pod of the runner", started, "the internal port", api, 5001, true],
  ["a pod of the runner", started, "S3", api, 9000, true],
  ["a pod of the runner", started, "the operators' port", api, 5002, false],
  ["a pod of another service's runner", ofAnother, "the internal port", api, 5001, false],
  ["a finder", finder, "the internal port", api, 5001, true],
  ["a code generator", generator, "the internal port", api, 5001, false],
  ["a pod of the same namespace", stranger, "the internal port", api, 5001, false],
  ["a pod of the same namespace", stranger, "the public port", api, 5000, false],
  ["Prometheus", prometheus, "the operators' port", api, 5002, true],
  ["Prometheus", prometheus, "the operators' port of the scheduler", scheduler, 5002, true],
  ["Prometheus", prometheus, "the internal port", api, 5001, false],
  ["the api", api, "a code generator", generator, 5000, true],
  ["a finder", finder, "a code generator", generator, 5000, false],
  ["a pod of the runner", started, "another one", { ...started }, 8080, false],
];

test.each(table)("%s %s %s", (_who, from, _what, to, port, isAllowed) => {
  expect(reaches(policies, from, to, port)).toBe(isAllowed);
});

test("a code generator connects to nothing, and nothing to the metadata of a cloud", () => {
  const outgoing = (place: Place) => policies.filter((policy) => selects(policy, place, "Egress"));
  expect(outgoing(generator).flatMap(({ spec }) => spec.egress ?? [])).toEqual([]);
  for (const place of [api, scheduler, finder, started]) {
    const rules = outgoing(place).flatMap(({ spec }) => spec.egress ?? []);
    expect(rules.length).toBeGreaterThan(0);
    for (const { to } of rules)
      for (const { ipBlock } of to)
        expect(ipBlock.except).toContain(
          ipBlock.cidr === "::/0" ? "fd00:ec2::254/128" : "169.254.169.254/32",
        );
  }
});

test("each pod of the chart is denied what no policy allows, and each policy selects a pod", () => {
  const places = podsOf(objects).map(({ namespace = home, labels }) => ({ namespace, labels }));
  for (const place of places.filter(({ namespace }) => namespace === home))
    for (const direction of ["Ingress", "Egress"])
      expect(policies.some((policy) => selects(policy, place, direction))).toBe(true);
  for (const policy of policies)
    expect(
      [...places, started].some((place) =>
        policy.spec.policyTypes.some((type: string) => selects(policy, place, type)),
      ),
      policy.metadata.name,
    ).toBe(true);
});

test("with publicFrom unset everyone reaches the public port, and the internal one nobody", () => {
  const open = render({ file: "external" }).filter(({ kind }) => kind === "NetworkPolicy");
  expect(reaches(open, ingress, api, 5000)).toBe(true);
  expect(reaches(open, stranger, api, 5000)).toBe(true);
  expect(reaches(open, ingress, api, 5001)).toBe(false);
});

/** Only the way in is asked; ports without a rule of any policy are closed. */
function reaches(all: Rendered[], from: Place, to: Place, port: number): boolean {
  const chosen = all.filter((policy) => selects(policy, to, "Ingress"));
  if (chosen.length === 0) return true;
  return chosen.some(({ spec, metadata }) =>
    (spec.ingress ?? []).some(
      (rule: { ports?: { port: number }[]; from?: Peer[] }) =>
        (rule.ports === undefined || rule.ports.some((one) => one.port === port)) &&
        (rule.from === undefined ||
          rule.from.some((peer) => isPeer(peer, from, metadata.namespace ?? home))),
    ),
  );
}

function selects({ spec, metadata }: Rendered, place: Place, type: string): boolean {
  return (
    (metadata.namespace ?? home) === place.namespace &&
    spec.policyTypes.includes(type) &&
    matches(spec.podSelector, place.labels)
  );
}

function isPeer(peer: Peer, from: Place, namespace: string): boolean {
  if (peer.ipBlock !== undefined) return false;
  const inNamespace =
    peer.namespaceSelector === undefined
      ? from.namespace === namespace
      : matches(peer.namespaceSelector, { "kubernetes.io/metadata.name": from.namespace });
  return inNamespace && matches(peer.podSelector ?? {}, from.labels);
}

function matches(
  { matchLabels = {}, matchExpressions = [] }: Selector,
  labels: Record<string, string>,
): boolean {
  return (
    Object.entries(matchLabels).every(([name, value]) => labels[name] === value) &&
    matchExpressions.every(({ key, operator, values }) => {
      const isIn = values.includes(labels[key] ?? "");
      return operator === "In" ? isIn : !isIn;
    })
  );
}
