// The calls of Kubernetes' API that the adapter makes (contract external-services.md, section 7).
// Each has a deadline, takes its turn in the number of calls a second, and may be made again.
import type { IncomingMessage } from "node:http";
import type { z } from "zod";
import { readAtMost } from "../../outside/read-at-most.ts";
import { apiErrorOfStatus, isStatus } from "./api-error.ts";
import type { CallPace } from "./call-pace.ts";
import type { Cluster } from "./connect.ts";
import { type Call, endOf, limitOf, send } from "./http.ts";
import { type Kind, pathOf } from "./kinds.ts";
import type { Manifest } from "./manifests.ts";
import { claimShape, eventsShape, listShape, watchEventShape } from "./shapes.ts";

export interface ApiOptions {
  cluster: Cluster;
  namespace: string;
  /** label selector of our objects */
  selector: string;
  pace: CallPace;
  /** of a call with its whole answer */
  callSeconds: number;
  /** a watch that says nothing for so long, not even a bookmark, is ended */
  silentSeconds: number;
  /** ends all calls */
  signal: AbortSignal;
}

export interface Listed {
  items: unknown[];
  /** the list is of this moment; a watch goes on from it */
  resourceVersion: string;
}

export interface WatchEvent {
  type: string;
  object: unknown;
}

export interface Api {
  /** All our objects of the kind. */
  list(kind: Kind, signal: AbortSignal): Promise<Listed>;
  /**
   * What happens to our objects of the kind after the given version, until the API ends the watch,
   * or says nothing for too long. Throws `ApiError` for an event that is an error, such as 410 for
   * a version that is too old. `onOpen`: the API has accepted the watch.
   */
  watch(
    kind: Kind,
    resourceVersion: string,
    signal: AbortSignal,
    onOpen: () => void,
  ): AsyncGenerator<WatchEvent>;
  /** Makes the object, or makes it so; answers with it. */
  apply(kind: Kind, manifest: Manifest): Promise<unknown>;
  /** Of that uid alone: an object of the same name that was made since stays. */
  remove(kind: Kind, name: string, uid: string | undefined): Promise<void>;
  read(kind: Kind, name: string): Promise<unknown>;
  /** the phase of a claim for a volume, such as `Bound`; undefined where there is none */
  claimPhase(name: string): Promise<string | undefined>;
  /** what went wrong with an object lately, the last first */
  warningsAbout(uid: string): Promise<{ reason: string; message: string }[]>;
  /** the end of a container's log, at most `bytes`; `previous`: before its last restart */
  logOf(pod: string, container: string, previous: boolean, bytes: number): Promise<Buffer>;
}

const fieldManager = "longshore";
const pageLength = 500;
const mostAnswerBytes = 256 * 2 ** 20;
/** The API ends a watch after this time; it is random so that not all end at once. */
const shortestWatchSeconds = 240;
const logLines = 1000;

export function openApi(options: ApiOptions): Api {
  const { cluster, namespace, selector, pace, callSeconds, silentSeconds } = options;

  return {
    list: listAll,
    watch,
    apply: (kind, manifest) =>
      callJson({
        method: "PATCH",
        path: pathOf(kind, namespace, manifest.metadata.name),
        query: { fieldManager, force: "true" },
        body: { type: "application/apply-patch+yaml", json: manifest },
      }),
    async remove(kind, name, uid) {
      const preconditions = uid === undefined ? {} : { preconditions: { uid } };
      await callJson({
        method: "DELETE",
        path: pathOf(kind, namespace, name),
        body: {
          type: "application/json",
          json: {
            apiVersion: "v1",
            kind: "DeleteOptions",
            propagationPolicy: "Background",
            ...preconditions,
          },
        },
      });
    },
    read: (kind, name) => callJson({ method: "GET", path: pathOf(kind, namespace, name) }),
    async claimPhase(name) {
      const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}`;
      try {
        return readAs(claimShape, await callJson({ method: "GET", path })).status.phase;
      } catch (error) {
        if (isStatus(error, 404)) return undefined;
        throw error;
      }
    },
    async warningsAbout(uid) {
      const path = `/api/v1/namespaces/${namespace}/events`;
      const query = { fieldSelector: `involvedObject.uid=${uid},type=Warning`, limit: "100" };
      const { items } = readAs(eventsShape, await callJson({ method: "GET", path, query }));
      const time = (event: (typeof items)[number]) =>
        (event.lastTimestamp ?? event.eventTime)?.getTime() ?? 0;
      return items.sort((left, right) => time(right) - time(left));
    },
    logOf: (pod, container, previous, bytes) =>
      call(
        {
          method: "GET",
          path: `/api/v1/namespaces/${namespace}/pods/${encodeURIComponent(pod)}/log`,
          query: { container, tailLines: String(logLines), previous: String(previous) },
          accept: "*/*",
        },
        (body) => endOf(body, bytes),
      ),
  };

  async function listAll(kind: Kind, signal: AbortSignal): Promise<Listed> {
    const items: unknown[] = [];
    let next: string | undefined;
    for (;;) {
      const page = readAs(
        listShape,
        await callJson(
          {
            method: "GET",
            path: pathOf(kind, namespace),
            query: {
              labelSelector: selector,
              limit: String(pageLength),
              ...(next !== undefined && { continue: next }),
            },
            accept: acceptOf(kind, "PartialObjectMetadataList"),
          },
          signal,
        ),
      );
      items.push(...page.items);
      next = page.metadata.continue || undefined;
      if (next === undefined) return { items, resourceVersion: page.metadata.resourceVersion };
    }
  }

  async function* watch(
    kind: Kind,
    resourceVersion: string,
    signal: AbortSignal,
    onOpen: () => void,
  ): AsyncGenerator<WatchEvent> {
    await pace.turn(signal);
    const seconds = Math.round(shortestWatchSeconds * (1 + Math.random()));
    const silence = limitOf(silentSeconds, signal);
    let isOpen = false;
    try {
      const response = await send(cluster, {
        method: "GET",
        path: pathOf(kind, namespace),
        query: {
          watch: "true",
          labelSelector: selector,
          allowWatchBookmarks: "true",
          timeoutSeconds: String(seconds),
          resourceVersion,
        },
        accept: acceptOf(kind, "PartialObjectMetadata"),
        signal: silence.signal,
      });
      isOpen = true;
      onOpen();
      silence.restart();
      for await (const line of linesOf(response, silence.restart)) {
        const event = readAs(watchEventShape, JSON.parse(line));
        if (event.type === "ERROR") throw apiErrorOfStatus(event.object);
        yield event;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!silence.signal.aborted) throw error;
      // Nothing may have happened, or the connection is lost without a word: it is opened anew.
      if (!isOpen) throw silence.signal.reason;
    } finally {
      silence.end();
    }
  }

  async function callJson(one: Omit<Call, "signal">, signal?: AbortSignal): Promise<unknown> {
    const body = await call(one, (response) => readAtMost(response, mostAnswerBytes), signal);
    return JSON.parse(body.toString());
  }

  async function call<Result>(
    call: Omit<Call, "signal">,
    read: (body: IncomingMessage) => Promise<Result>,
    signal: AbortSignal = options.signal,
  ): Promise<Result> {
    await pace.turn(signal);
    const limit = limitOf(callSeconds, signal);
    try {
      return await read(await send(cluster, { ...call, signal: limit.signal }));
    } catch (error) {
      throw limit.signal.aborted ? limit.signal.reason : error;
    } finally {
      limit.end();
    }
  }
}

/** Throws a sentence for what has not the form that the API is known to have. */
function readAs<Value>(shape: z.ZodType<Value>, answer: unknown): Value {
  const read = shape.safeParse(answer);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue?.path.join(".") ?? "";
  throw new Error(`The cluster's API answered in an unknown form (${where}: ${issue?.message}).`);
}

function acceptOf({ metadataOnly }: Kind, as: string): string {
  return metadataOnly ? `application/json;as=${as};g=meta.k8s.io;v=v1` : "application/json";
}

const newline = 10;

async function* linesOf(body: AsyncIterable<Buffer>, onAnswer: () => void): AsyncGenerator<string> {
  let pieces: Buffer[] = [];
  for await (const chunk of body) {
    onAnswer();
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      pieces.push(chunk.subarray(start, end));
      const line = Buffer.concat(pieces).toString();
      pieces = [];
      start = end + 1;
      if (line.trim() !== "") yield line;
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
  }
}
