// The pods that a rendered chart starts.
import type { Rendered } from "./helm.ts";

export interface PodTemplate {
  /** kind and name of what starts it */
  of: string;
  namespace: string | undefined;
  labels: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: as Kubernetes has it
  spec: any;
}

export function podsOf(objects: Rendered[]): PodTemplate[] {
  return objects.flatMap(({ kind, metadata, spec }) => {
    const template = kind === "Pod" ? { metadata, spec } : spec?.template;
    if (template === undefined) return [];
    return [
      {
        of: `${kind} ${metadata.name}`,
        namespace: metadata.namespace,
        labels: template.metadata.labels ?? {},
        spec: template.spec,
      },
    ];
  });
}

interface Variable {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef: { name: string; key: string; optional?: boolean } };
}

export interface Container {
  name: string;
  image: string;
  args?: string[];
  env?: Variable[];
  envFrom?: { configMapRef: { name: string } }[];
  // biome-ignore lint/suspicious/noExplicitAny: as Kubernetes has it
  [field: string]: any;
}

export function containersOf({ spec }: PodTemplate): Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}

/**
 * The environment of a container, with the ConfigMap's values. `secrets`: what a Secret that is not
 * of the chart has, by the variable that it becomes.
 */
export function environmentOf(
  { env = [], envFrom = [] }: Container,
  objects: Rendered[],
  secrets: Record<string, string>,
): Record<string, string> {
  const maps = envFrom.map(({ configMapRef: { name } }) => dataOf(objects, "ConfigMap", name));
  const own = env.flatMap(({ name, value, valueFrom }) => {
    if (value !== undefined) return [[name, value]];
    const { name: secret = "", key = "", optional } = valueFrom?.secretKeyRef ?? {};
    const inChart = dataOf(objects, "Secret", secret)[key];
    const text =
      inChart === undefined ? secrets[name] : Buffer.from(inChart, "base64").toString("utf8");
    if (text === undefined && !optional) throw new Error(`No secret is given for ${name}.`);
    return text === undefined ? [] : [[name, text]];
  });
  return Object.assign({}, ...maps, Object.fromEntries(own));
}

function dataOf(objects: Rendered[], kind: string, name: string): Record<string, string> {
  const object = objects.find((one) => one.kind === kind && one.metadata.name === name);
  return object?.data ?? {};
}
