import type { Mutant } from "./mutant.ts";

const manifests = ["unit/kubernetes-manifests.test.ts"];
const pods = ["unit/kubernetes-pods.test.ts"];
const settings = ["unit/kubernetes-settings.test.ts"];

/** What pods are given, and what ends a start with `RUNNER=kubernetes`. */
export const kubernetes: Mutant[] = [
  {
    name: "pods get a token of the cluster",
    file: "runner/kubernetes/pod-parts.ts",
    from: "automountServiceAccountToken: false",
    to: "automountServiceAccountToken: true",
    tests: manifests,
  },
  {
    name: "our workers may be root",
    file: "runner/kubernetes/pod-parts.ts",
    from: "runAsNonRoot: true",
    to: "runAsNonRoot: false",
    tests: manifests,
  },
  {
    name: "transformers gain rights",
    file: "runner/kubernetes/transformer-pod.ts",
    from: "allowPrivilegeEscalation: false",
    to: "allowPrivilegeEscalation: true",
    tests: manifests,
  },
  {
    name: "the science container gets the logins",
    file: "runner/kubernetes/transformer-pod.ts",
    from: "env: environment(settings),",
    to: "env: [...environment(settings), ...logins(context)],",
    tests: manifests,
  },
  {
    name: "the broker's address is not one word for the shell",
    file: "runner/kubernetes/transformer-pod.ts",
    from: '--rabbit-uri "$RABBIT_URI" ',
    to: "--rabbit-uri $(echo $RABBIT_URI) ",
    tests: manifests,
  },
  {
    name: "a generator's command runs what it likes in the shell",
    file: "runner/kubernetes/transformer-pod.ts",
    from: "/^[\\w./:=@-]+$/.test(text)",
    to: "text !== ''",
    tests: manifests,
  },
  {
    name: "the science connects whether or not its sidecar listens",
    file: "runner/kubernetes/transformer-pod.ts",
    from: "    untilItListens,\n",
    to: "",
    tests: manifests,
  },
  {
    name: "sidecars have the host name of their node",
    file: "runner/kubernetes/pod-parts.ts",
    from: '"metadata.name"',
    to: '"spec.nodeName"',
    tests: manifests,
  },
  {
    name: "pods keep keys of the store that were revoked",
    file: "runner/kubernetes/manifests.ts",
    from: "...storeKeyNote(group)",
    to: "",
    tests: manifests,
  },
  {
    name: "another number of pods looks like other pods",
    file: "runner/kubernetes/manifests.ts",
    from: "replicas: undefined",
    to: "",
    tests: manifests,
  },
  {
    name: "two services in one namespace have each other's objects",
    file: "runner/kubernetes/names.ts",
    from: "[labelKeys.instance]: instance,",
    to: "",
    tests: manifests,
  },
  {
    name: "our workers run where transformers are to run",
    file: "runner/kubernetes/worker-pod.ts",
    from: "podBase(worker.placement, pullSecrets)",
    to: "podBase({ ...worker.placement, nodeSelector: { disk: 'fast' } }, pullSecrets)",
    tests: pods,
  },
  {
    name: "a start with generators needs no image of the sidecar",
    file: "settings/kubernetes-contradictions.ts",
    from: "if (!isOf2022 && sidecar === undefined)",
    to: "if (isOf2022 && sidecar === undefined)",
    tests: settings,
  },
  {
    name: "restricted pods have folders of the node",
    file: "settings/kubernetes-contradictions.ts",
    from: "if (name === undefined) return;",
    to: "return;",
    tests: settings,
  },
  {
    name: "containers ask for more than their limit",
    file: "settings/kubernetes-contradictions.ts",
    from: "if (request === undefined || limit === undefined) continue;",
    to: "continue;",
    tests: settings,
  },
  {
    name: "a path in a pod leads up",
    file: "settings/kubernetes-values.ts",
    from: 'text.split("/").includes("..")',
    to: "false",
    tests: settings,
  },
];
