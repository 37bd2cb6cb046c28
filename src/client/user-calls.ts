import type { Client } from "openapi-fetch";
import type { operations, paths } from "./api-types.ts";
import { dataOf } from "./reply.ts";
import type { Account, Page } from "./views.ts";

export type UsersQuery = NonNullable<operations["listUsers"]["parameters"]["query"]>;
/** what administrators decide on an account */
export type Decision = "approve" | "reject" | "suspend" | "restore";

/** Accounts of people, for administrators. */
export interface UserCalls {
  list(query?: UsersQuery): Promise<Page<Account>>;
  /** Returns the account as it is then. Twice is once. */
  decide(user: string, decision: Decision): Promise<Account>;
}

export function userCalls(url: string, api: Client<paths>): UserCalls {
  return {
    async list(query = {}) {
      return dataOf(url, await api.GET("/v1/users", { params: { query } }));
    },
    async decide(user, decision) {
      const options = { params: { path: { user } } };
      return dataOf(url, await api.POST(`/v1/users/{user}/${decision}`, options));
    },
  };
}
