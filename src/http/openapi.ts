import { STATUS_CODES } from "node:http";
import { type ZodType, z } from "zod";
import {
  createDocument,
  type oas31,
  type ZodOpenApiOperationObject,
  type ZodOpenApiResponsesObject,
} from "zod-openapi";
import type { Operation } from "../operations/contract.ts";
import { decide } from "../users/policy.ts";
import { version } from "../version.ts";
import type { BodyRule, Documented, ForExamples, Route } from "./route.ts";
import { problem } from "./schemas/problem.ts";
import { stepSchemas } from "./step-schemas.ts";

/** The whole API in OpenAPI 3.1, with the operations that are offered. */
export function documentOf(
  routes: readonly Route[],
  operations: readonly Operation[],
  /** where clients find the paths; relative to the document */
  server = "/",
  /** a folder whose files the reader may name */
  inputFolder = "/data",
): oas31.OpenAPIObject {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  const service = { inputFolder, operations };
  for (const route of routes)
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route, service) };
  const document = createDocument({
    openapi: "3.1.0",
    info: {
      title: "Longshore",
      version,
      description:
        "Moves scientific data for people: a dataset and what to do with each of its files, " +
        "every file accounted for.",
      license: { name: "BSD-3-Clause", identifier: "BSD-3-Clause" },
    },
    servers: [{ url: server }],
    tags: tags.map(([name, description]) => ({ name, description })),
    paths,
  });
  return {
    ...document,
    components: {
      ...document.components,
      schemas: { ...document.components?.schemas, ...stepSchemas(operations) },
    },
  };
}

const tags = [
  ["requests", "What users submit and follow"],
  ["files", "The files of a request, each with its history"],
  ["results", "What came out"],
  ["datasets", "Named, versioned lists of files"],
  ["operations", "What this service can do"],
  ["tokens", "API tokens of people, for programs"],
  ["users", "Your account; those of others, and what was done to them, for administrators"],
  ["notices", "Messages to Slack and to people"],
  ["groups", "Groups of people, and what only their members read"],
  ["limits", "How many files may run at once, and whose go first"],
  ["work", "For workers: claim, report, renew"],
  ["tasks", "For agents: tasks of service operations"],
  ["health", "For operators"],
] as const;

function operationOf(route: Route, service: ForExamples): ZodOpenApiOperationObject {
  const { name, tag, summary, description, params, query, headers, body } = route;
  return {
    operationId: name,
    tags: [tag],
    summary,
    ...(description ? { description } : {}),
    requestParams: {
      ...(params ? { path: params } : {}),
      ...(query ? { query } : {}),
      ...(headers ? { header: headers } : {}),
    },
    ...(body
      ? {
          requestBody: {
            required: true,
            content: {
              "application/json": {
                schema: body.documented ?? body.schema,
                example: exampleOf(body, service),
              },
            },
          },
        }
      : {}),
    responses: responsesOf(route),
  };
}

export function exampleOf({ example }: Pick<BodyRule<ZodType>, "example">, service: ForExamples) {
  return typeof example === "function" ? example(service) : example;
}

function responsesOf(route: Route): ZodOpenApiResponsesObject {
  const statuses = new Map<number, Documented>(
    Object.entries(route.responses).map(([status, documented]) => [Number(status), documented]),
  );
  for (const [status, description] of refusals(route))
    if (!statuses.has(status)) statuses.set(status, { description });
  return Object.fromEntries(
    [...statuses]
      .sort(([left], [right]) => left - right)
      .map(([status, documented]) => [status, responseOf(status, documented)]),
  );
}

function refusals({ access, params, body, query }: Route): [number, string][] {
  return [
    ...(body || query
      ? ([[400, "The input is wrong; `errors` says where."]] as [number, string][])
      : []),
    ...(decide({ kind: "anonymous" }, access) === "allowed"
      ? []
      : ([[401, "With identity on: the caller has not signed in, or the token is wrong."]] as [
          number,
          string,
        ][])),
    [403, "The Host or Origin is not this service's, or the caller may not do this."],
    ...(params ? ([[404, "Not found, or it belongs to another user."]] as [number, string][]) : []),
    ...(body
      ? ([
          [413, `The body is larger than ${body.limitMegabytes ?? 1} MB.`],
          [415, "The body is not application/json in UTF-8."],
        ] as [number, string][])
      : []),
    [429, "With identity on: too many calls; `detail` has the number that is allowed."],
    [503, "Something that the service needs is unavailable; try again after Retry-After seconds."],
  ];
}

function responseOf(status: number, { description, schema, mediaType, example }: Documented) {
  const named = description || (STATUS_CODES[status] ?? "");
  if (mediaType) {
    // A schema here would be read as that of a single event.
    const schema = mediaType === "text/event-stream" ? {} : { schema: z.string() };
    return {
      description: named,
      content: { [mediaType]: { ...schema, ...(example ? { example } : {}) } },
    };
  }
  if (schema)
    return {
      description: named,
      content: { "application/json": { schema, ...(example ? { example } : {}) } },
    };
  if (status < 400) return { description: named };
  return { description: named, content: { "application/problem+json": { schema: problem } } };
}
