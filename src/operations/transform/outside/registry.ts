// Whether a registry has an image, by the API that every registry of containers has (the OCI
// distribution specification): asked without a login, as anyone may.
import { type Dispatcher, request } from "undici";
import { z } from "zod";
import { readAtMost } from "../../../outside/read-at-most.ts";
import type { ImageName } from "./image-name.ts";

/** `unknown`: the registry did not tell; why, as a part of a sentence. */
export type ImageLook = "there" | "missing" | { unknown: string; afterSeconds?: number };

const askSeconds = 5;
const tokenBytes = 64 * 1024;

const manifests = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

export async function lookForImage(image: ImageName): Promise<ImageLook> {
  // One limit for all of its calls
  const signal = AbortSignal.timeout(askSeconds * 1000);
  try {
    const first = await ask(image, signal);
    const challenge = first.statusCode === 401 ? challengeOf(first.headers) : undefined;
    if (!challenge) return lookOf(first);
    const token = await tokenOf(challenge, image, signal);
    return typeof token === "string" ? lookOf(await ask(image, signal, token)) : token;
  } catch (error) {
    return { unknown: `${image.registry} did not answer (${reasonOf(error)})` };
  }
}

async function ask(
  { registry, repository, reference }: ImageName,
  signal: AbortSignal,
  token?: string,
): Promise<Dispatcher.ResponseData> {
  const answer = await request(
    `${schemeOf(registry)}://${registry}/v2/${repository}/manifests/${reference}`,
    {
      method: "HEAD",
      signal,
      headers: {
        accept: manifests,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
    },
  );
  await answer.body.dump();
  return answer;
}

/** Registries on loopback have no TLS, as for Docker itself. */
function schemeOf(registry: string): "http" | "https" {
  return /^(?:localhost|127(?:\.\d{1,3}){3})(?::\d+)?$/.test(registry) ? "http" : "https";
}

function lookOf({ statusCode, headers }: Dispatcher.ResponseData): ImageLook {
  if (statusCode === 200) return "there";
  if (statusCode === 404) return "missing";
  const waits = Number(headers["retry-after"]);
  return {
    unknown: `its registry answered ${statusCode}`,
    ...(Number.isInteger(waits) && waits > 0 && { afterSeconds: waits }),
  };
}

interface Challenge {
  realm: URL;
  service: string | undefined;
}

/** Where a registry gives tokens for reading; undefined where it wants a password. */
function challengeOf(headers: Dispatcher.ResponseData["headers"]): Challenge | undefined {
  const text = String(headers["www-authenticate"] ?? "").slice(0, 2_000);
  if (!/^bearer /i.test(text)) return undefined;
  const said = new Map(
    [...text.matchAll(/\b(realm|service)="([^"]*)"/gi)].map(([, key = "", value = ""]) => [
      key.toLowerCase(),
      value,
    ]),
  );
  const realm = said.get("realm") ?? "";
  if (!URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  return { realm: url, service: said.get("service") };
}

const answered = z.object({ token: z.string().optional(), access_token: z.string().optional() });

async function tokenOf(
  { realm, service }: Challenge,
  { registry, repository }: ImageName,
  signal: AbortSignal,
): Promise<string | ImageLook> {
  // Another host may be anything of this network: only one that proves who it is
  if (realm.protocol !== "https:" && realm.host !== registry)
    return { unknown: "its registry names a place for tokens without TLS" };
  if (service !== undefined) realm.searchParams.set("service", service);
  realm.searchParams.set("scope", `repository:${repository}:pull`);
  const answer = await request(realm, { signal });
  if (answer.statusCode !== 200) {
    await answer.body.dump();
    return lookOf({ ...answer, statusCode: answer.statusCode === 404 ? 401 : answer.statusCode });
  }
  const { token, access_token } = answered.parse(
    JSON.parse((await readAtMost(answer.body, tokenBytes)).toString("utf8")),
  );
  return token ?? access_token ?? { unknown: "its registry gave no token" };
}

const failed = z.object({ name: z.string(), code: z.string().optional() });

function reasonOf(error: unknown): string {
  const { data } = failed.safeParse(error);
  if (data?.name === "TimeoutError") return `not within ${askSeconds} seconds`;
  return data?.code ?? "the connection broke";
}
