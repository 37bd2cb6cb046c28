import { z } from "zod";
import { facades } from "../../auth/caller.ts";
import {
  closeFacade,
  type FacadeView,
  listFacades,
  openFacade,
  usualQuota,
} from "../../users/facade-callers.ts";
import { route } from "../route.ts";

const common = { tag: "users" } as const;
const identityOff = { description: "Identity is off on this service." };
const params = z.object({ facade: z.enum(facades) });

const open = z.number().int().min(1).max(1_000_000);
const files = z.number().int().min(1).max(1_000_000_000);
const calls = z.number().int().min(1).max(1_000_000);

const facade = z
  .object({
    facade: z.enum(facades),
    open: z.boolean().meta({ description: "It takes callers without a name." }),
    owner: z
      .string()
      .nullable()
      .meta({ description: "The account that they share; null: it was never open." }),
    open_requests: open.meta({ description: "Requests of theirs that have not ended, at most." }),
    files: files.meta({ description: "Files of each of their requests, at most." }),
    calls_a_minute: calls.meta({ description: "Of all of them together, in each process." }),
  })
  .meta({ id: "FacadeCallers" });

const quota = z
  .strictObject({
    open_requests: open.default(usualQuota.openRequests),
    files: files.default(usualQuota.mostFiles),
    calls_a_minute: calls.default(usualQuota.callsAMinute),
  })
  .meta({ id: "FacadeQuota" });

export const listFacadeCallers = route({
  ...common,
  method: "get",
  path: "/v1/facades",
  name: "listFacadeCallers",
  access: "facade.read",
  summary: "List which façades take callers without a name, and how much of them",
  responses: {
    200: { description: "Each façade.", schema: z.object({ items: z.array(facade) }) },
    409: identityOff,
  },
  async handler(ctx, { caller }) {
    return { status: 200, body: { items: (await listFacades(ctx, caller)).map(view) } };
  },
});

export const openFacadeToAnyone = route({
  ...common,
  method: "put",
  path: "/v1/facades/{facade}/anonymous",
  name: "openFacade",
  access: "facade.change",
  summary: "Let a façade take callers without a name, or change how much is taken of them",
  description: "They share an account and see each other's requests, but cannot cancel them.",
  params,
  body: { schema: quota, example: { open_requests: 20, files: 200, calls_a_minute: 120 } },
  responses: { 200: { description: "The façade as it is now.", schema: facade }, 409: identityOff },
  async handler(ctx, { caller, params: { facade: name }, body }) {
    const wanted = {
      openRequests: body.open_requests,
      mostFiles: body.files,
      callsAMinute: body.calls_a_minute,
    };
    return { status: 200, body: view(await openFacade(ctx, caller, name, wanted)) };
  },
});

export const closeFacadeToAnyone = route({
  ...common,
  method: "delete",
  path: "/v1/facades/{facade}/anonymous",
  name: "closeFacade",
  access: "facade.change",
  summary: "Take no callers without a name at a façade any more",
  description: "Their requests go on, as those of a person whose account is suspended.",
  params,
  responses: { 204: { description: "It takes none." }, 409: identityOff },
  async handler(ctx, { caller, params: { facade: name } }) {
    await closeFacade(ctx, caller, name);
    return { status: 204 };
  },
});

function view(row: FacadeView): z.input<typeof facade> {
  return {
    facade: row.facade,
    open: row.open,
    owner: row.owner ?? null,
    open_requests: row.openRequests,
    files: row.mostFiles,
    calls_a_minute: row.callsAMinute,
  };
}
