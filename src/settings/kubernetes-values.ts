// Settings as Kubernetes has them: what it would refuse is refused at the start, by its variable.
import { resolve } from "node:path";
import { z } from "zod";
import { wholeLiteral } from "./python-literal.ts";
import { matching, oneOf, setting } from "./values.ts";

const labelText = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

export function isObjectName(text: string): boolean {
  return text.length <= 253 && text.split(".").every((part) => labelText.test(part));
}

/** Of objects: a DNS subdomain. */
export const objectName = setting(
  "a name of Kubernetes: at most 253 lower-case letters, digits, - and .",
  (text) => (isObjectName(text) ? text : undefined),
);

/** Of namespaces, and of an instance: a DNS label. */
export function dnsLabel(most: number) {
  return setting(`at most ${most} lower-case letters, digits and -`, (text) =>
    text.length <= most && labelText.test(text) ? text : undefined,
  );
}

export const image = matching(
  /^[a-z0-9][\w./:@-]{0,254}$/,
  "an image such as registry.example.org/longshore:1.0",
);

export const pullPolicies = ["Always", "IfNotPresent", "Never"] as const;
export type PullPolicy = (typeof pullPolicies)[number];
export const pullPolicy = oneOf(pullPolicies);

/** In a pod: from the root, without a way up. */
export const absolutePath = setting("an absolute path without ..", (text) =>
  isAbsolute(text) ? resolve(text) : undefined,
);

/** Inside of a volume: `None` and nothing are the volume itself. */
export const subfolder = setting("a folder inside of the volume, such as results/", (text) =>
  /^[\w.=@+-]+(\/[\w.=@+-]+)*\/?$/.test(text) && !hasWayUp(text)
    ? text.replace(/\/$/, "")
    : undefined,
);

export const cpu = quantity("an amount of processors such as 1, 0.5 or 500m");
export const memory = quantity("an amount of memory such as 512Mi or 2Gi");

function quantity(allowed: string) {
  return setting(allowed, (text) => {
    const amount = amountOf(text);
    return amount !== undefined && amount > 0 ? text : undefined;
  });
}

const factors: Record<string, number> = {
  "": 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/** A quantity of Kubernetes as a number; undefined for what is none. */
export function amountOf(text: string): number | undefined {
  const [, digits, unit = ""] = /^(\d{1,15}(?:\.\d{1,9})?)(m|[kMGTP]|[KMGTP]i)?$/.exec(text) ?? [];
  const factor = factors[unit];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}

const labelKey = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/;

/** Labels that nodes have to have. */
export const nodeSelector = literal(
  z.record(z.string().regex(labelKey), z.string().regex(labelValue)),
  'labels of nodes, such as {"disk": "fast"}',
);

export const annotations = literal(
  z.record(z.string().regex(labelKey), z.string().max(10_000)),
  'annotations of pods, such as {"prometheus.io/scrape": "true"}',
);

/** ServiceX writes `toleration_seconds`, as Python has it. */
const toleration = z
  .strictObject({
    key: z.string().regex(labelKey).exactOptional(),
    operator: z.enum(["Exists", "Equal"]).exactOptional(),
    value: z.string().regex(labelValue).exactOptional(),
    effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).exactOptional(),
    tolerationSeconds: z.int().exactOptional(),
    toleration_seconds: z.int().exactOptional(),
  })
  .transform(({ toleration_seconds, tolerationSeconds = toleration_seconds, ...rest }) => ({
    ...rest,
    ...(tolerationSeconds !== undefined && { tolerationSeconds }),
  }))
  // What Kubernetes asks of them beyond their fields.
  .refine(({ key, operator }) => key !== undefined || operator === "Exists")
  .refine(({ value, operator }) => value === undefined || operator !== "Exists")
  .refine(
    ({ tolerationSeconds, effect }) => tolerationSeconds === undefined || effect === "NoExecute",
  );

export const tolerations = literal(
  z.array(toleration),
  "tolerations as Kubernetes takes them, such as " +
    '[{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}]',
);

const rules = z.record(z.string(), z.unknown());
/** ServiceX writes the three names as Python has them. */
export const affinity = literal(
  z
    .strictObject({
      nodeAffinity: rules.exactOptional(),
      podAffinity: rules.exactOptional(),
      podAntiAffinity: rules.exactOptional(),
      node_affinity: rules.exactOptional(),
      pod_affinity: rules.exactOptional(),
      pod_anti_affinity: rules.exactOptional(),
    })
    .transform((said) => {
      const nodeAffinity = said.nodeAffinity ?? said.node_affinity;
      const podAffinity = said.podAffinity ?? said.pod_affinity;
      const podAntiAffinity = said.podAntiAffinity ?? said.pod_anti_affinity;
      return {
        ...(nodeAffinity && { nodeAffinity }),
        ...(podAffinity && { podAffinity }),
        ...(podAntiAffinity && { podAntiAffinity }),
      };
    }),
  "an affinity of Kubernetes: an object with nodeAffinity, podAffinity or podAntiAffinity",
);

const path = z.string().refine(isAbsolute);
/** A volume of a pod, without its name; of which kinds is what a CVMFS installation offers. */
export const volume = literal(
  z.union([
    z.strictObject({
      hostPath: z.strictObject({ path, type: z.enum(["", "Directory"]).exactOptional() }),
    }),
    z.strictObject({
      persistentVolumeClaim: z.strictObject({
        claimName: z.string().refine(isObjectName),
        readOnly: z.boolean().exactOptional(),
      }),
    }),
    z.strictObject({
      csi: z.strictObject({
        driver: z.string().refine(isObjectName),
        readOnly: z.boolean().exactOptional(),
        volumeAttributes: z.record(z.string(), z.string()).exactOptional(),
      }),
    }),
    z.strictObject({
      nfs: z.strictObject({
        server: z.string().min(1),
        path,
        readOnly: z.boolean().exactOptional(),
      }),
    }),
  ]),
  'a volume of Kubernetes, such as {"hostPath": {"path": "/cvmfs"}} or ' +
    '{"persistentVolumeClaim": {"claimName": "cvmfs"}}',
);

/** An object or a list as JSON or Python writes it. */
function literal<Value>(schema: z.ZodType<Value>, allowed: string) {
  return setting(allowed, (text) => {
    const read = wholeLiteral(text);
    return read === undefined ? undefined : schema.safeParse(read).data;
  });
}

function isAbsolute(text: string): boolean {
  return /^\/[^\0]*$/.test(text) && !hasWayUp(text);
}

function hasWayUp(text: string): boolean {
  return text.split("/").includes("..");
}
