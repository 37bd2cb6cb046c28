// Pods of ServiceX's transformers: contract servicex.md, 5.2.
import type { V1Container, V1EnvVar, V1PodSpec, V1SecurityContext } from "@kubernetes/client-node";
import type { WorkerCredentials, WorkerGroup } from "../contract.ts";
import { containers, type ObjectNames, secretKeys } from "./names.ts";
import {
  plainVariables,
  podBase,
  podNameVariable,
  resourcesOf,
  restricted,
  secretVariable,
  terminationMessagePolicy,
} from "./pod-parts.ts";
import type { ManifestSettings } from "./settings.ts";
import { posixVolume, volumesOf } from "./transformer-volumes.ts";

type Workload = NonNullable<WorkerGroup["workload"]>;

/** Time to finish the upload of a result. */
const graceSeconds = 300;

interface Context {
  workload: Workload;
  credentials: WorkerCredentials;
  names: ObjectNames;
  settings: ManifestSettings;
}

export function transformerPod(
  workload: Workload,
  credentials: WorkerCredentials,
  names: ObjectNames,
  settings: ManifestSettings,
): V1PodSpec {
  const context = { workload, credentials, names, settings };
  const { placement } = settings.pods.transformer;
  const isOf2022 = settings.generation === "2022";
  const { volumes } = volumesOf(workload, names, settings);
  return {
    ...podBase(placement, settings.pods.pullSecrets),
    ...(isOf2022 ? {} : { terminationGracePeriodSeconds: graceSeconds }),
    containers: isOf2022 ? [of2022(context)] : [sidecar(context), science(context)],
    volumes,
  };
}

/** It alone has the logins: what the science container runs is a user's code. */
function sidecar(context: Context): V1Container {
  const { workload, settings } = context;
  const { sidecarImage, sidecarPullPolicy, volumePath } = settings.pods.transformer;
  if (sidecarImage === undefined) throw new Error("There is no image of the sidecar (whyNot).");
  return {
    ...containerBase(context),
    name: containers.sidecar,
    image: sidecarImage,
    imagePullPolicy: sidecarPullPolicy,
    command: ["bash", "-c"],
    args: [
      "PYTHONPATH=/servicex/transformer_sidecar:$PYTHONPATH " +
        "exec python /servicex/transformer_sidecar/transformer.py " +
        `--shared-dir ${quoted(volumePath)} ${commonArguments(workload, settings)}`,
    ],
    env: [...environment(settings), ...logins(context)],
  };
}

/**
 * Scripts come from the sidecar, which then waits for the capabilities. They are waited for here:
 * a science container that ends is not taken back by its sidecar.
 */
function science(context: Context): V1Container {
  const { workload, settings } = context;
  const { sciencePullPolicy, volumePath, x509Secret } = settings.pods.transformer;
  const script = (name: string) => quoted(`${volumePath}/scripts/${name}`);
  const steps = [
    // Bash is the first process, which ignores a signal that it has no trap for.
    "trap 'exit 143' TERM",
    `until [ -f ${script("watch.sh")} ]; do sleep 1; done`,
    ...(x509Secret === undefined
      ? []
      : [
          `until [ -f ${script("proxy-exporter.sh")} ]; do sleep 1; done`,
          `{ bash ${script("proxy-exporter.sh")} & }`,
          "sleep 5",
        ]),
    `cp /generated/transformer_capabilities.json ${quoted(volumePath)}`,
    untilItListens,
    `PYTHONPATH=/generated:$PYTHONPATH exec bash ${script("watch.sh")} ` +
      [workload.language, workload.command, `${volumePath}/${workload.run}`].map(quoted).join(" "),
  ];
  return {
    ...containerBase(context),
    name: containers.science,
    image: workload.image,
    imagePullPolicy: sciencePullPolicy,
    command: ["bash", "-c"],
    args: [steps.join(" && ")],
    env: environment(settings),
  };
}

/**
 * watch.sh connects a second after its start, whether or not the sidecar has seen the capabilities,
 * and ends if nobody listens at port 8081 (1F91). To connect, as a test, would use up the sidecar's
 * one connection. After a minute watch.sh is started in any case.
 */
const untilItListens =
  'for _ in {1..60}; do [[ $(</proc/net/tcp) != *":1F91 00000000:0000 0A"* ]] || break; ' +
  "sleep 1; done";

/** One container takes the files and works on them. */
function of2022(context: Context): V1Container {
  const { workload, settings } = context;
  const { sciencePullPolicy, x509Secret } = settings.pods.transformer;
  const exporter =
    x509Secret === undefined ? "" : "{ /servicex/proxy-exporter.sh & } && sleep 5 && ";
  return {
    ...containerBase(context),
    name: containers.science,
    image: workload.image,
    imagePullPolicy: sciencePullPolicy,
    command: ["bash", "-c"],
    args: [
      `${exporter}PYTHONPATH=/generated:$PYTHONPATH exec python /servicex/transformer.py ` +
        commonArguments(workload, settings),
    ],
    env: [...environment(settings), ...logins(context)],
  };
}

function containerBase({ workload, names, settings }: Context) {
  const { resources, security } = settings.pods.transformer;
  return {
    terminationMessagePolicy,
    resources: resourcesOf(resources),
    securityContext: security === "restricted" ? restricted : baseline,
    volumeMounts: volumesOf(workload, names, settings).mounts,
  };
}

/** Images of ServiceX may run as root, so that a facility says when all of its own do not. */
const baseline: V1SecurityContext = {
  allowPrivilegeEscalation: false,
  seccompProfile: { type: "RuntimeDefault" },
};

/** The shell of the container puts the broker's address in, whatever characters it has. */
function commonArguments(
  { run, destination, format }: Workload,
  { pods }: ManifestSettings,
): string {
  const { subfolder } = pods.transformer;
  const output = `${posixVolume}/${subfolder === undefined ? "" : `${subfolder}/`}`;
  return (
    `--request-id ${run} --rabbit-uri "$RABBIT_URI" ` +
    `--result-destination ${destination} --result-format ${format}` +
    (destination === "volume" ? ` --output-dir ${quoted(output)}` : "")
  );
}

/** The pod's name serves as its host's: failures are reported with it, and no two share one. */
function environment({ transformerEnvironment }: ManifestSettings): V1EnvVar[] {
  return [
    ...plainVariables({ BASH_ENV: "/servicex/.bashrc", ...transformerEnvironment }),
    podNameVariable("POD_NAME"),
    podNameVariable("HOST_NAME"),
  ];
}

function logins({ workload, credentials: { store }, names: { secret } }: Context): V1EnvVar[] {
  const broker = secretVariable("RABBIT_URI", secret, secretKeys.brokerUrl);
  if (workload.destination !== "object-store" || !store) return [broker];
  const { host, protocol } = new URL(store.url);
  return [
    broker,
    ...plainVariables({
      MINIO_URL: host,
      MINIO_ENCRYPT: protocol === "https:" ? "True" : "False",
    }),
    secretVariable("MINIO_ACCESS_KEY", secret, secretKeys.storeKey),
    secretVariable("MINIO_SECRET_KEY", secret, secretKeys.storeSecret),
  ];
}

/** One word of a shell, whatever it has. */
function quoted(text: string): string {
  return /^[\w./:=@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
