// ServiceX's keys keep their names in a facility's values. A key that means the same as one of our
// settings is an alias for it.
import { ConfigError, shownOf } from "./config-error.ts";

type Environment = Record<string, string | undefined>;

interface Alias {
  key: string;
  setting: string;
  translate(value: string, env: Environment): string;
}

const aliases: Alias[] = [
  { key: "RABBIT_MQ_URL", setting: "QUEUE_URL", translate: (value) => value },
  { key: "SQLALCHEMY_DATABASE_URI", setting: "DATABASE_URL", translate: (value) => value },
  { key: "ADVERTISED_HOSTNAME", setting: "INTERNAL_URL", translate: (value) => `http://${value}` },
  { key: "GLOBUS_CLIENT_ID", setting: "OIDC_CLIENT_ID", translate: (value) => value },
  { key: "GLOBUS_CLIENT_SECRET", setting: "OIDC_CLIENT_SECRET", translate: (value) => value },
  { key: "MINIO_URL", setting: "STORE_URL", translate: minioStore },
];

/**
 * The environment with aliases replaced by our names. If both are set to different values, it is
 * refused, since it is unclear which is meant.
 */
export function withoutAliases(env: Environment): Environment {
  const plain = { ...env };
  for (const { key, setting, translate } of aliases) {
    const value = env[key]?.trim();
    if (!value) continue;
    const ours = translate(value, env);
    const set = env[setting]?.trim();
    if (set && set !== ours) {
      throw new ConfigError(
        `${setting} is ${shownOf(setting, set)} and ${key} is ${shownOf(key, value)}, ` +
          "but they are the same setting: set one of them, or both to the same value.",
      );
    }
    plain[setting] = ours;
  }
  return plain;
}

/**
 * Of these names, those that the environment does not set, neither by the name itself nor by the
 * other name of the same setting.
 */
export function withoutShadowed(
  names: readonly string[],
  isSet: (name: string) => boolean,
): string[] {
  const others = new Map<string, string[]>();
  const add = (name: string, other: string) =>
    others.set(name, [...(others.get(name) ?? []), other]);
  for (const { key, setting } of aliases) {
    add(key, setting);
    add(setting, key);
  }
  return names.filter((name) => ![name, ...(others.get(name) ?? [])].some(isSet));
}

/** MinIO's keys have `host:port` without a scheme, and the rest in other variables. */
function minioStore(hostAndPort: string, env: Environment): string {
  const [key, secret] = [env.MINIO_ACCESS_KEY ?? "", env.MINIO_SECRET_KEY ?? ""].map(
    encodeURIComponent,
  );
  const credentials = key || secret ? `${key}:${secret}@` : "";
  const encrypted = /^(true|1)$/i.test(env.MINIO_ENCRYPT ?? "true");
  return `s3://${credentials}${hostAndPort}/?tls=${encrypted}`;
}
