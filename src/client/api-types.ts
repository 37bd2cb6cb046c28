// Made by `npm run generate` from the OpenAPI document; not edited by hand.
export interface paths {
  "/v1/work/reports": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Report what happened to files; stored durably before the answer
     * @description A report that cannot be read is answered with `refused: why` and does not affect the others; a call in which none can be read is refused as a whole.
     */
    post: operations["reportWork"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/work/heartbeat": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Renew the leases of the tasks that the worker holds; the answer lists those to give up */
    post: operations["heartbeatWork"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/work/claim": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Claim tasks; each belongs to this worker until its lease ends
     * @description Returns fewer tasks than there are where the answer would be larger than about 8 MB of settings or of addresses; at least one if there is work.
     */
    post: operations["claimWork"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/work/settings": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What the service's own workers may read
     * @description A worker on the service's machine that has no INPUT_ROOTS or INPUT_HOSTS of its own takes these. A worker that may not read an input gives the file back (class `no_access`), unless the service's own workers may not read it either.
     */
    get: operations["workSettings"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/work/tasks/{task}/replicas/{replica}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Read a file of the service's machine, for a worker that has a task of it elsewhere
     * @description Only a file that INPUT_ROOTS of the service allows, and only while this worker holds the task: the connection is closed when it no longer does.
     */
    get: operations["readTaskReplica"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/requests": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List requests, the newest first, without the settings of their steps */
    get: operations["listRequests"];
    put?: never;
    /** Submit a request: a dataset, and what to do with each of its files */
    post: operations["submitRequest"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/dry-runs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Try a request's first step on its dataset's first file, without submitting it
     * @description Takes what a submit takes, checks all that it checks, and returns the columns and the first ten rows of that file's result. Nothing is recorded and nothing is kept. Later rows are not made, so an error in them does not show. It ends when its caller closes the connection.
     */
    post: operations["dryRun"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/requests/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a request: its state, its counters, and what it waits for */
    get: operations["getRequest"];
    put?: never;
    post?: never;
    /**
     * Delete a request that has ended, with its rows and its results; its receipt stays
     * @description From this call on, the request and its results are not found. What is left of a large one is removed after the answer.
     */
    delete: operations["deleteRequest"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/requests/{id}/events": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Follow a request: server-sent events of its counters and state, until it ends
     * @description `progress` carries the counters, `state` the state, round, reason and counters. Last-Event-ID continues from there; after the end the answer is 204.
     */
    get: operations["watchRequest"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/requests/{id}/cancel": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Cancel a request: none of its files are dispatched any more */
    post: operations["cancelRequest"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/requests/{id}/files": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the files of a request, each with its state */
    get: operations["listFiles"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/requests/{id}/files/{file}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a file of a request, with what happened to it */
    get: operations["getFile"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/requests/{id}/results": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the results of a request's last step, in the order in which they came */
    get: operations["listResults"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/requests/{id}/errors": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List why files failed, in groups, the largest first */
    get: operations["listErrors"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/requests/{id}/redrive": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Open the next round with failed files, or let workers have files again
     * @description The earlier results stay. Of an open request, workers may have the files again that they gave back too often.
     */
    post: operations["redriveRequest"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/requests/{id}/s3": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Read the S3 keys of a request, which give access to its results only, with lines for clients
     * @description The keys end when the request is deleted, its results expire, or they are revoked.
     */
    get: operations["getS3Access"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/requests/{id}/revoke-keys": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** End all S3 keys of a request that exist now; keys made later are valid */
    post: operations["revokeKeys"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/requests/{id}/receipt": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read the receipt of a request that has ended: what went in, what came out, what failed; signed, and kept when the request is deleted */
    get: operations["getReceipt"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/.well-known/longshore-keys": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The public keys that receipts of this service are verified with, as JSON Web Keys */
    get: operations["getReceiptKeys"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/datasets": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the datasets that new requests would use, the newest first */
    get: operations["listDatasets"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/datasets/{dataset}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a dataset */
    get: operations["getDataset"];
    put?: never;
    post?: never;
    /** Mark a dataset stale: the next request that names it looks it up again; requests that use it keep it */
    delete: operations["deleteDataset"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/datasets/{dataset}/files": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the files of a dataset, in the order in which they were found */
    get: operations["listDatasetFiles"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tasks/claim": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Take tasks of service operations that are due; each is leased to this agent */
    post: operations["claimTasks"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tasks/{task}/progress": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Record how a task stands; durable before the answer */
    post: operations["reportTaskProgress"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tasks/{task}/files": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Files that are open in a task, or that it has to abort or release */
    get: operations["listFilesOfTask"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/callbacks/{operation}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * An outside service has news of a task; the operation verifies the call
     * @description The body is whatever the outside service sends. The call only wakes the tasks it names.
     */
    post: operations["callBackOperation"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/operations": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What this service can do with a file, each with its settings' schema */
    get: operations["listOperations"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/limits": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read the limits of operations, the shares of users, and what runs now */
    get: operations["getLimits"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/limits/operations/{operation}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /**
     * Set how many files of an operation may run at once, in total and for each user
     * @description Holds from the next start on; files that run already go on.
     */
    put: operations["putOperationLimits"];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/limits/users/{owner}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Set a user's share of the slots */
    put: operations["putUserShare"];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tokens": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List your API tokens, or those of another person */
    get: operations["listTokens"];
    put?: never;
    /** Make an API token, which programs exchange for access tokens at /token/refresh */
    post: operations["createToken"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tokens/{id}/replace": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Make a new token in place of this one, which ends at once */
    post: operations["replaceToken"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/tokens/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Revoke an API token, with the access tokens that were given for it */
    delete: operations["revokeToken"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/notices": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List messages to Slack and to people, the newest first */
    get: operations["listNotices"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/notices/{notice}/again": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Send a message again that has failed */
    post: operations["sendNotice"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/me": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read your own account, also one that waits for approval */
    get: operations["getMe"];
    /**
     * Fill in your profile
     * @description A new account waits for approval from the first time on.
     */
    put: operations["putMe"];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/users": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List accounts, the newest first */
    get: operations["listUsers"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/users/{user}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read an account */
    get: operations["getUser"];
    put?: never;
    post?: never;
    /**
     * Delete an account, its sign-ins and its tokens
     * @description Its requests stay, and administrators may read them.
     */
    delete: operations["deleteUser"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/users/{user}/approve": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Let a person in, who is told by mail
     * @description Twice is once.
     */
    post: operations["approveUser"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/users/{user}/reject": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Refuse a person, who is told by mail
     * @description Twice is once.
     */
    post: operations["rejectUser"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/users/{user}/suspend": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Shut a person out until they are let in
     * @description Twice is once.
     */
    post: operations["suspendUser"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/users/{user}/restore": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Let a suspended person in again
     * @description Twice is once.
     */
    post: operations["restoreUser"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/users/{user}/admin": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /**
     * Make a person an administrator
     * @description Twice is once.
     */
    put: operations["makeAdministrator"];
    post?: never;
    /**
     * Make an administrator a user again
     * @description Twice is once.
     */
    delete: operations["unmakeAdministrator"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/acts": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List what was done to accounts, tokens and messages, the newest first */
    get: operations["listActs"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/access-keys": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the keys of programs and of other services */
    get: operations["listAccessKeys"];
    put?: never;
    /** Make a key for callers that are no people: it needs no exchange for a token */
    post: operations["createAccessKey"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/access-keys/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Revoke a key, which ends at once */
    delete: operations["revokeAccessKey"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/worker-tokens": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Make a token for workers or agents on another host, which are no people */
    post: operations["makeWorkerToken"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/facades": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List which façades take callers without a name, and how much of them */
    get: operations["listFacadeCallers"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/facades/{facade}/anonymous": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /**
     * Let a façade take callers without a name, or change how much is taken of them
     * @description They share an account and see each other's requests, but cannot cancel them.
     */
    put: operations["openFacade"];
    post?: never;
    /**
     * Take no callers without a name at a façade any more
     * @description Their requests go on, as those of a person whose account is suspended.
     */
    delete: operations["closeFacade"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/groups": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the groups of people */
    get: operations["listGroups"];
    put?: never;
    /** Make a group, to which input roots, hosts and datasets can be bound */
    post: operations["createGroup"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/groups/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Delete a group to which nothing is bound */
    delete: operations["deleteGroup"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/groups/{id}/members": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List who is in a group */
    get: operations["listGroupMembers"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/groups/{id}/members/{user}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Put a person into a group */
    put: operations["addGroupMember"];
    post?: never;
    /** Take a person out of a group; it counts for files that no worker has yet */
    delete: operations["removeGroupMember"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/bindings": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List what only members of groups read */
    get: operations["listBindings"];
    put?: never;
    /**
     * Bind an input root, a host or a remembered dataset to a group
     * @description From then on it is read for members of the groups to which it is bound, and for nobody else by a path, a link, a finder, another name or a redirect.
     */
    post: operations["addBinding"];
    /** Remove a binding; what is bound to no group any more is read by everybody */
    delete: operations["removeBinding"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/healthz": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Check that the process is alive */
    get: operations["getHealth"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/readyz": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Check that the service can serve: database, migrations, queue and store */
    get: operations["getReadiness"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/metrics": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Metrics for Prometheus */
    get: operations["getMetrics"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/openapi.json": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** This document */
    get: operations["getOpenApi"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    Reports: {
      /**
       * @description A name that the worker chooses for itself.
       * @example node7-1
       */
      worker: string;
      reports: components["schemas"]["Report"][];
    };
    Report: {
      request: string;
      file: number;
      step: number;
      attempt: number;
      /** @enum {string} */
      status: "start" | "retry" | "success" | "failure" | "given_back";
      /**
       * Format: date-time
       * @description When it happened; default: the time of arrival.
       */
      at?: string;
      error?: {
        class: string;
        message: string;
        trace?: string;
        /** @description A digest of the input that was read, so that files of equal bytes count once where several must agree that the settings are wrong. */
        content?: string;
      };
      results?: {
        name: string;
        size: number;
        checksum?: string;
        details?: {
          [key: string]: unknown;
        };
        /** @description How the file was read: format, columns, types and more. */
        read_as?: {
          [key: string]: unknown;
        };
      }[];
      /** @description What was read of the file, as it was read; recorded with a success. */
      input?: {
        size: number;
        sha256: string;
      };
    };
    Heartbeat: {
      /**
       * @description A name that the worker chooses for itself.
       * @example node7-1
       */
      worker: string;
      tasks: string[];
    };
    Claim: {
      /**
       * @description A name that the worker chooses for itself.
       * @example node7-1
       */
      worker: string;
      /**
       * Format: uuid
       * @description A new id for each claim. A claim without an answer is repeated with the same id and `repeated`: it gets the tasks that it started, also from another process of the service, and no file loses a try. Tasks that the first call starts after the repeated call was answered wait for their lease: repeat it with `max` 0 to have them.
       */
      claim_id?: string;
      /**
       * @description An earlier call with this `claim_id` had no answer.
       * @default false
       */
      repeated?: boolean;
      /** Format: uuid */
      request?: string;
      operations?: string[];
      /** @description No files of these steps: the worker may not read their inputs. */
      without?: {
        /** Format: uuid */
        request: string;
        step: number;
      }[];
      /**
       * @description 0 with `repeated`: only the tasks that the earlier call started.
       * @default 1
       */
      max?: number;
      /**
       * @description How long to wait if there is no work now.
       * @default 0
       */
      wait_seconds?: number;
      /**
       * @description The worker sends the headers that an upload names: an S3 store that can then refuses to replace an object. A 412 means that the object is stored already.
       * @default false
       */
      upload_headers?: boolean;
      /**
       * @description The answer has the settings of each step once, in `settings`, and its tasks have none: with long settings, more tasks fit.
       * @default false
       */
      settings_once?: boolean;
      /**
       * @description The worker reads nothing of what a task says is `barred`. Files of people to whom something is barred go to such workers alone.
       * @default false
       */
      leaves_barred?: boolean;
    };
    Submit: {
      title?: string;
      dataset: components["schemas"]["DatasetInput"];
      steps: components["schemas"]["StepInput"][];
      /** @description Files still open after this fail with the reason `deadline`. */
      deadline_seconds?: number;
      /** @description At most so many workers hold files of this request at once. */
      workers?: number;
      /** @description Requests of the same user with a higher priority go first (default 0). */
      priority?: number;
      stop_after_failed_percent?: number;
    };
    DatasetInput:
      | {
          /** @description Each a path or URL, or a list of replicas in order of preference. Passwords, tokens and signatures in URLs are encrypted, and shown as `[redacted]`. */
          files: (string | string[])[];
        }
      | {
          /** @description A name that a finder knows: `dir:///data/run7` (all files in it and below it), `dir:///data/*.csv`, either followed by `?files=10` for the first ten. */
          did: string;
        };
    StepInput:
      | components["schemas"]["TransformStep"]
      | components["schemas"]["StageStep"]
      | components["schemas"]["ExtractStep"]
      | components["schemas"]["NoopStep"];
    Retry: {
      /** @description Tries of a file, a round. */
      attempts?: number;
      /** @description Before the second try; doubled before each one after, up to five minutes (or to this, where it is longer). */
      wait_seconds?: number;
      /** @description Error classes that are retried, whatever the worker reports; files fail at once for all others. */
      classes?: string[];
    };
    /** @enum {string} */
    RequestState:
      | "submitted"
      | "lookup"
      | "running"
      | "canceling"
      | "complete"
      | "failed"
      | "canceled";
    /** @enum {string} */
    FileState: "waiting" | "queued" | "running" | "done" | "failed" | "canceled";
    /** @description Empty: every failed file, or the failed results of the whole request; of an open request, every file that was given back too often. */
    Redrive: {
      /** @description Fingerprints of error groups. */
      errors?: string[];
      files?: number[];
    };
    /** @description Empty: the read keys and the write keys. */
    RevokeKeys: {
      /**
       * @default [
       *       "read",
       *       "write"
       *     ]
       */
      kinds?: ("read" | "write")[];
    };
    TaskClaim: {
      /**
       * @description The agent's own name.
       * @example tape-host-1
       */
      agent: string;
      operations: string[];
      /** @default 1 */
      max?: number;
      /**
       * @description How long to wait for a task that is due.
       * @default 0
       */
      wait_seconds?: number;
    };
    TaskProgress: {
      /**
       * @description The agent's own name.
       * @example tape-host-1
       */
      agent: string;
      /** @description Of the claim: the turn that ends, or whose lease is renewed. */
      turn?: number;
      settled: components["schemas"]["SettledFile"][];
      externalRef?: string;
      /** @description When to poll again; ends the agent's turn. Without it the lease is renewed. */
      againInSeconds?: number;
      /** @description What a user reads under "why is it waiting". */
      note?: string;
      /** @description Why the call failed: it is tried again later, a little later each time. */
      error?: string;
    };
    SettledFile:
      | {
          /** Format: uuid */
          request: string;
          file: number;
          /** @constant */
          status: "success";
          /** @description A URL where the next step finds the file. */
          location?: string;
          results?: {
            name: string;
            size: number;
            checksum?: string;
            details?: {
              [key: string]: unknown;
            };
          }[];
        }
      | {
          /** Format: uuid */
          request: string;
          file: number;
          /** @constant */
          status: "failure";
          error: {
            class: string;
            message: string;
            trace?: string;
          };
        }
      | {
          /** Format: uuid */
          request: string;
          file: number;
          /** @constant */
          status: "retry";
          error: {
            class: string;
            message: string;
            trace?: string;
          };
        }
      | {
          /** Format: uuid */
          request: string;
          file: number;
          /** @constant */
          status: "gone_back";
          error: {
            class: string;
            message: string;
            trace?: string;
          };
        }
      | {
          /** Format: uuid */
          request: string;
          file: number;
          /** @constant */
          status: "aborted";
        }
      | {
          /** Format: uuid */
          request: string;
          file: number;
          /** @constant */
          status: "released";
        };
    Slots: {
      /**
       * @description Files that may run at once; 0 pauses the operation, null or nothing: no limit.
       * @default null
       */
      slots?: number | null;
      /**
       * @description The same for each user.
       * @default null
       */
      slots_per_user?: number | null;
    };
    Share: {
      /** @description A user with share 2 has twice as many files running as one with share 1. */
      share: number;
    };
    NewApiToken: {
      name: string;
      /**
       * @description read: look at what is there; submit: also change one's own; admin.
       * @default [
       *       "read",
       *       "submit"
       *     ]
       */
      scopes?: ("read" | "submit" | "admin")[];
      /** @description How long it is good. Default: as long as the facility allows. */
      days?: number;
    };
    Profile: {
      name: string;
      institution: string;
      /** @description Such as ATLAS or CMS. */
      experiment?: string | null;
      /**
       * @description Mail at the end of each request, where this service sends mail.
       * @default false
       */
      mail_when_done?: boolean;
      /**
       * Format: email
       * @description Only where no sign-in gives one. Default: as it is.
       */
      email?: string;
    };
    NewAccessKey: {
      /**
       * @description key: does what its owner does, without accounts. peer: another service.
       * @enum {string}
       */
      kind: "key" | "peer";
      name: string;
      /** @description Of a key alone: the id of a person. */
      owner?: string;
      days?: number;
      /**
       * @description It is for this façade alone.
       * @enum {string}
       */
      facade?: "tape" | "tape-rest";
      /** @description Of a façade: folders that it reaches, below those of the service. */
      roots?: string[];
      /** @description Of a façade: files that may be asked for at once. */
      most_files?: number;
    };
    NewWorkerToken: {
      /** @description Which it may work on. Default: all, also those of later versions. */
      operations?: string[];
      /**
       * @description How long it is good. It cannot be revoked.
       * @default 24
       */
      hours?: number;
    };
    FacadeQuota: {
      /** @default 10 */
      open_requests?: number;
      /** @default 100 */
      files?: number;
      /** @default 60 */
      calls_a_minute?: number;
    };
    NewGroup: {
      name: string;
    };
    Binding: {
      /** @enum {string} */
      kind: "root" | "host" | "dataset";
      /** @description root: a folder's absolute path; host: as in INPUT_HOSTS; dataset: a name with its scheme, in which * is any characters. */
      target: string;
      /**
       * Format: uuid
       * @description The group's id.
       */
      group: string;
    };
    /**
     * @description RFC 9457. `detail` says what is wrong and what is allowed; `errors` says it for each place, with a JSON pointer into the body or the name of a parameter.
     * @example {
     *       "type": "urn:longshore:problem:bad_input",
     *       "title": "Bad Request",
     *       "status": 400,
     *       "detail": "\"selektion\" is not known here. Did you mean \"selection\"?",
     *       "instance": "/v1/requests",
     *       "errors": [
     *         {
     *           "pointer": "/steps/0/selektion",
     *           "detail": "\"selektion\" is not known here. Did you mean \"selection\"?"
     *         }
     *       ]
     *     }
     */
    Problem: {
      type: string;
      title: string;
      status: number;
      detail: string;
      instance: string;
      errors: {
        pointer: string;
        detail: string;
      }[];
    };
    Task: {
      task: string;
      /** Format: uuid */
      request: string;
      file: number;
      step: number;
      attempt: number;
      operation: string;
      /** @description Absent if the claim has `settings_once`. */
      settings?: {
        [key: string]: unknown;
      };
      /** @description Where the step before left the file; else its paths, in order of preference. With their secrets: not to be logged or reported. */
      replicas: string[];
      /** @description URLs of the objects that the step before made; read before `replicas`. */
      inputs: string[];
      /** @description Where the objects go that the operation makes of the file. */
      uploads: components["schemas"]["Upload"][];
      /** @description Files of the request's own that the step reads besides the file. */
      attachments?: {
        name: string;
        url: string;
      }[];
      /** @description The first of `uploads`. */
      upload: components["schemas"]["Upload"] | null;
      lease_seconds: number;
      /** @description A worker died that had this file: perform it by itself, beside no other. */
      alone?: boolean;
      /** @description The step before is one of a service, such as `stage`: a file that it brought and that is on tape again is reported as a failure of the class `not_on_disk`, and goes back. */
      from_service?: boolean;
      /** @description What is bound to groups that the owner of the request is not in. None of it may be read for this file, by no link, other name or redirect either. */
      barred?: {
        folders: string[];
        /** @description As in INPUT_HOSTS. */
        hosts: string[];
        /** @description The whole dataset: the file fails with this sentence. */
        dataset?: string;
      };
    };
    Upload: {
      name: string;
      /** @constant */
      method: "PUT";
      url: string;
      /** @description Headers of the PUT, only where the claim asked for them. */
      headers?: {
        [key: string]: string;
      };
    };
    WorkInputs: {
      /** @description Equal for processes that see the same files under the same paths. */
      machine: string;
      /** @description The system's number of the user. */
      user: number | null;
      /** @description INPUT_ROOTS, as written and as real paths. */
      roots: string[];
      /** @description Folders of the service itself, which are not read. */
      closed: string[];
      /** @description INPUT_HOSTS */
      hosts: string[];
      /** @description The service starts workers with these rules: what they refuse has failed. */
      starts_workers: boolean;
    };
    Request: {
      /** Format: uuid */
      id: string;
      number: number;
      owner: string;
      title: string | null;
      state: components["schemas"]["RequestState"];
      round: number;
      reason: string | null;
      /** @description The lookup ended early: the dataset has more files than these. */
      incomplete: boolean;
      counters: components["schemas"]["Counters"];
      steps: components["schemas"]["RequestStep"][];
      dataset: {
        id: string;
        finder: string;
        name: string;
        did: string | null;
        state: string;
        files: number;
      };
      workers: number | null;
      priority: number;
      deadline: string | null;
      stop_after_failed_percent: number | null;
      /** Format: date-time */
      created_at: string;
      started_at: string | null;
      finished_at: string | null;
      links: {
        [key: string]: string;
      };
    };
    /** @description Files by state; each file is counted once. */
    Counters: {
      total: number;
      waiting: number;
      queued: number;
      running: number;
      done: number;
      failed: number;
      canceled: number;
    };
    RequestStep: {
      step: number;
      operation: string;
      /** @description The retry policy that was submitted; null: the default. */
      retry: {
        attempts: number | null;
        wait_seconds: number | null;
        classes: string[] | null;
      } | null;
      total: number;
      waiting: number;
      queued: number;
      running: number;
      done: number;
      failed: number;
      canceled: number;
      /** @description Files that were done here and went on to the next step. */
      passed: number;
      settings: {
        [key: string]: unknown;
      };
    };
    /** @description A request in a list: without the settings of its steps. */
    RequestSummary: {
      /** Format: uuid */
      id: string;
      number: number;
      owner: string;
      title: string | null;
      state: components["schemas"]["RequestState"];
      round: number;
      reason: string | null;
      /** @description The lookup ended early: the dataset has more files than these. */
      incomplete: boolean;
      counters: components["schemas"]["Counters"];
      steps: components["schemas"]["RequestStepSummary"][];
      dataset: {
        id: string;
        finder: string;
        name: string;
        did: string | null;
        state: string;
        files: number;
      };
      workers: number | null;
      priority: number;
      deadline: string | null;
      stop_after_failed_percent: number | null;
      /** Format: date-time */
      created_at: string;
      started_at: string | null;
      finished_at: string | null;
      links: {
        [key: string]: string;
      };
    };
    RequestStepSummary: {
      step: number;
      operation: string;
      /** @description The retry policy that was submitted; null: the default. */
      retry: {
        attempts: number | null;
        wait_seconds: number | null;
        classes: string[] | null;
      } | null;
      total: number;
      waiting: number;
      queued: number;
      running: number;
      done: number;
      failed: number;
      canceled: number;
      /** @description Files that were done here and went on to the next step. */
      passed: number;
    };
    DryRun: {
      /** @description The one that was read; null: the dataset has none. */
      file: string | null;
      read_as: {
        [key: string]: unknown;
      } | null;
      /** @description Of the result, with the types of DuckDB that it would have. */
      columns: {
        name: string;
        type: string;
      }[];
      /** @description The first ten at most, each with a value for every column. Nothing is rounded: integers of 64 bits, decimals, times, NaN, Infinity and -0.0 are strings, and bytes are written as `\xFF`. */
      rows: unknown[][];
      /** @description The result has more rows than these. */
      more: boolean;
      /** @description Sentences about what is not shown. */
      notes: string[];
    };
    RequestNow: {
      /** Format: uuid */
      id: string;
      number: number;
      owner: string;
      title: string | null;
      state: components["schemas"]["RequestState"];
      round: number;
      reason: string | null;
      /** @description The lookup ended early: the dataset has more files than these. */
      incomplete: boolean;
      counters: components["schemas"]["Counters"];
      steps: components["schemas"]["RequestStep"][];
      dataset: {
        id: string;
        finder: string;
        name: string;
        did: string | null;
        state: string;
        files: number;
      };
      workers: number | null;
      priority: number;
      deadline: string | null;
      stop_after_failed_percent: number | null;
      /** Format: date-time */
      created_at: string;
      started_at: string | null;
      finished_at: string | null;
      links: {
        [key: string]: string;
      };
      /** @description What it waits for; null when it has ended. */
      waiting: components["schemas"]["Waiting"] | null;
      /** @description What to know of its results: files that were understood differently, and more. */
      warnings: components["schemas"]["Warning"][];
    };
    Waiting: {
      /** @enum {string} */
      reason:
        | "finder"
        | "queue"
        | "store"
        | "workers"
        | "scheduler"
        | "slot"
        | "limit"
        | "retry"
        | "given_back"
        | "disk"
        | "work"
        | "outside"
        | "ending"
        | "finishing";
      /** @description For a person. */
      sentence: string;
      /** @description Its place in line; null while no file of it is ready for a worker. */
      place: {
        /** @description Users whose files go before its own. */
        users_before: number;
        /** @description Other requests of its owner that go first. */
        requests_before: number;
      } | null;
      /** @description When it will end at the pace of the last minutes; null while that is not known. */
      eta: {
        /** Format: date-time */
        p50: string;
        /** Format: date-time */
        p90: string;
        /** @enum {string} */
        confidence: "rough" | "fair" | "good";
      } | null;
    };
    Warning: {
      /**
       * @description types_differ, columns_differ, read_differently, no_files, incomplete_dataset, left_out or unchecked
       * @example types_differ
       */
      code: string;
      /** @description For a person. */
      message: string;
      /** @description Files that it is about. */
      count: number;
      /** @description The first of them, at most five. */
      files: number[];
    };
    File: {
      file: number;
      paths: string[];
      step: number;
      state: components["schemas"]["FileState"];
      attempt: number;
      worker: string | null;
      error: {
        fingerprint: string;
        class: string;
        message: string;
      } | null;
      /** @description Workers that gave it back in its step; null if none did, or once it is settled. */
      given_back: components["schemas"]["GivenBack"] | null;
      /** Format: date-time */
      updated_at: string;
    };
    GivenBack: {
      /** @description Without duplicates. */
      workers: string[];
      times: number;
      /** Format: date-time */
      since: string;
      /** @description The reason of the last one. */
      reason: string | null;
      /** @description It was given back too often: it goes only to workers that have not done so. */
      withheld: boolean;
      /** @description For a person. */
      sentence: string;
    };
    FileWithHistory: {
      file: number;
      paths: string[];
      step: number;
      state: components["schemas"]["FileState"];
      attempt: number;
      worker: string | null;
      error: {
        fingerprint: string;
        class: string;
        message: string;
      } | null;
      /** @description Workers that gave it back in its step; null if none did, or once it is settled. */
      given_back: components["schemas"]["GivenBack"] | null;
      /** Format: date-time */
      updated_at: string;
      /** @description What exists of it. Objects of earlier steps are removed at the request's end. */
      results: components["schemas"]["FileResult"][];
      /** @description How each attempt that succeeded understood the file, step by step; kept as long as the request. An attempt has several if it read parts of the file differently. */
      readings: components["schemas"]["Reading"][];
      /** @description What happened to it, the oldest first; only the newest 1000 events. */
      history: components["schemas"]["HistoryRow"][];
    };
    FileResult: {
      step: number;
      attempt: number;
      name: string;
      /** @description bytes */
      size: number;
      checksum: string | null;
      read_as: {
        [key: string]: unknown;
      } | null;
    };
    Reading: {
      step: number;
      attempt: number;
      /** @description How the file was understood: format, columns, types, delimiter, header, encoding. */
      read_as: {
        [key: string]: unknown;
      };
    };
    HistoryRow: {
      step: number;
      attempt: number;
      round: number;
      /** @enum {string} */
      status:
        | "start"
        | "retry"
        | "success"
        | "failure"
        | "given_back"
        | "lost"
        | "gone_back"
        | "redrive"
        | "cancel";
      /** Format: date-time */
      timestamp: string;
      pod_name: string | null;
      info: string | null;
      /** @description What a success read, as it was read; null: not recorded. */
      input: {
        size: number;
        /** @description hex */
        sha256: string;
      } | null;
    };
    Result: {
      seq: number;
      /** @description null: a result of the whole request */
      file: number | null;
      /** @description The first path of the file that it was made from. */
      input: string | null;
      step: number;
      attempt: number;
      name: string;
      /** @description bytes */
      size: number;
      /** @description sha256 in hex, where the store knows it */
      checksum: string | null;
      /** Format: date-time */
      created_at: string;
      /** @description Signed: anyone may read it until it expires. Where the store is S3, it redirects there. */
      url: string;
    };
    ErrorGroup: {
      fingerprint: string;
      class: string;
      /** @description With numbers, paths and ids taken out. */
      message: string;
      count: number;
      /** @description Of all failed files; from 0 to 1. */
      share: number;
      examples: {
        file: number;
        paths: string[];
        message: string | null;
      }[];
    };
    Redriven: {
      /** Format: uuid */
      id: string;
      number: number;
      owner: string;
      title: string | null;
      state: components["schemas"]["RequestState"];
      round: number;
      reason: string | null;
      /** @description The lookup ended early: the dataset has more files than these. */
      incomplete: boolean;
      counters: components["schemas"]["Counters"];
      steps: components["schemas"]["RequestStep"][];
      dataset: {
        id: string;
        finder: string;
        name: string;
        did: string | null;
        state: string;
        files: number;
      };
      workers: number | null;
      priority: number;
      deadline: string | null;
      stop_after_failed_percent: number | null;
      /** Format: date-time */
      created_at: string;
      started_at: string | null;
      finished_at: string | null;
      links: {
        [key: string]: string;
      };
      /** @description Files that are tried again; 0: only results of the whole request are made again. */
      redriven: number;
    };
    S3Access: {
      endpoint: string;
      region: string;
      /** @description The request's id; address it by the path. */
      bucket: string;
      access_key: string;
      secret_key: string;
      lines: {
        /** @enum {string} */
        tool: "aws" | "boto3" | "rclone" | "duckdb" | "pandas";
        /** @enum {string} */
        language: "shell" | "python" | "sql";
        /** @description Ready to run; contains the keys. */
        text: string;
      }[];
    };
    SignedReceipt: {
      receipt: {
        /** @constant */
        format: "longshore-receipt-1";
        service: {
          /** @constant */
          name: "Longshore";
          version: string;
          url: string;
        };
        request: {
          id: string;
          owner: string;
          title: string | null;
          state: string;
          reason: string | null;
          round: number;
          incomplete: boolean;
          /** Format: date-time */
          created_at: string;
          started_at: string | null;
          finished_at: string | null;
          stop_after_failed_percent: number | null;
        };
        dataset: {
          id: string;
          finder: string;
          name: string;
          did: string | null;
          version: number;
          files: number;
        };
        inputs: {
          files: number;
          digest: {
            /** @constant */
            algorithm: "sha256";
            value: string;
          };
          /** @description What workers read of the files that were processed, in the first step that reads them. Absent in receipts of earlier versions: not recorded. */
          read?: {
            files: number;
            /** @description Processed, but what was read is not recorded. */
            not_recorded: number;
            bytes: number;
            digest: {
              /** @constant */
              algorithm: "sha256";
              value: string;
            };
            /** @description false: more than are listed here. */
            listed: boolean;
            items: {
              file: number;
              step: number;
              attempt: number;
              size: number;
              sha256: string;
            }[];
          };
        };
        steps: {
          step: number;
          operation: string;
          settings: {
            [key: string]: unknown;
          };
          retry: unknown;
          done: number;
          failed: number;
        }[];
        counters: {
          [key: string]: number;
        };
        rounds: {
          round: number;
          /** @description Failed files that were tried again. */
          redriven: number;
          done: number;
          failed: number;
          moves: {
            move: string;
            from: string | null;
            to: string;
            /** Format: date-time */
            at: string;
            reason: string | null;
          }[];
        }[];
        failures: {
          files: number;
          groups: {
            fingerprint: string;
            class: string;
            message: string;
            count: number;
            examples: {
              file: number;
              paths: string[];
              message: string | null;
            }[];
          }[];
          /** @description Errors that occurred, but that no file failed with in the end. */
          overcome: {
            fingerprint: string;
            class: string;
            message: string;
          }[];
        };
        results: {
          count: number;
          bytes: number;
          digest: {
            /** @constant */
            algorithm: "sha256";
            value: string;
          };
          /** @description false: more than are listed here; `url` lists them while they are kept. */
          listed: boolean;
          items: {
            name: string;
            size: number;
            checksum: string | null;
            file: number | null;
            step: number;
            attempt: number;
          }[];
          url: string;
          deleted_at: string | null;
        };
        /** Format: date-time */
        made_at: string;
      };
      /** @description A compact JWS (RFC 7515) whose payload is the canonical JSON (RFC 8785) of `receipt`. */
      jws?: string;
      /** @description Instead of `jws`, in receipts made by earlier versions. */
      signature?: {
        /** @constant */
        algorithm: "Ed25519";
        key_id: string;
        /** @description base64url, over the canonical JSON (RFC 8785) of `receipt` */
        value: string;
      };
    };
    ReceiptKeys: {
      keys: {
        /** @constant */
        kty: "OKP";
        /** @constant */
        crv: "Ed25519";
        x: string;
        kid: string;
        /** @constant */
        use: "sig";
        /** @constant */
        alg: "EdDSA";
      }[];
    };
    Dataset: {
      id: string;
      /** @description The scheme of its name; `user` for a list in a request. */
      finder: string;
      name: string;
      version: number;
      /** @enum {string} */
      state: "lookup" | "ready" | "failed" | "stale";
      /** @description How its lookup ended; null while it goes on. */
      outcome: ("found" | "empty" | "does_not_exist" | "bad_name" | "internal_failure") | null;
      reason: string | null;
      incomplete: boolean;
      files: number;
      /** @description bytes, of the files whose size is known */
      size: number;
      events: number;
      /** Format: date-time */
      created_at: string;
      /** Format: date-time */
      updated_at: string;
      /** Format: date-time */
      last_used_at: string;
    };
    DatasetFile: {
      file: number;
      /** @description Replicas in order of preference. */
      paths: string[];
      size: number | null;
      events: number | null;
      checksum: string | null;
    };
    ClaimedTask: {
      /** Format: uuid */
      task: string;
      operation: string;
      group: string;
      externalRef: string | null;
      /** @enum {string} */
      action: "start" | "poll" | "abort" | "release";
      /** @description How often the task was leased; progress with it is of this lease alone. */
      turn: number;
      lease_seconds: number;
    };
    TaskFile: {
      /** Format: uuid */
      request: string;
      file: number;
      step: number;
      attempt: number;
      settings: {
        [key: string]: unknown;
      };
      replicas: string[];
      inputs: string[];
    };
    Operation: {
      name: string;
      summary: string;
      /** @description A JSON schema. */
      settings: {
        [key: string]: unknown;
      };
    };
    Limits: {
      operations: components["schemas"]["OperationLimits"][];
      /** @description Users with work or a share of their own; 1,000 at most. */
      users: components["schemas"]["UserShare"][];
    };
    OperationLimits: {
      operation: string;
      /** @description Files that may run at once; null: no limit. */
      slots: number | null;
      /** @description The same for each user; null: no limit. */
      slots_per_user: number | null;
      running: number;
      changed_at: string | null;
    };
    UserShare: {
      owner: string;
      /** @description Weight of the user among others when slots are given out; default 1. */
      share: number;
      waiting: number;
      queued: number;
      running: number;
    };
    ApiToken: {
      id: string;
      /** @description The id of the person whose token it is. */
      owner: string;
      name: string;
      scopes: ("read" | "submit" | "admin")[];
      /** @enum {string} */
      made_by: "page" | "api" | "device" | "command" | "import";
      /** Format: date-time */
      created_at: string;
      /** @description Null: it is good until it is revoked. */
      expires_at: string | null;
      /** @description To a minute. */
      last_used_at: string | null;
    };
    MadeApiToken: {
      token: components["schemas"]["ApiToken"];
      /** @description The API token itself. It is never shown again. */
      secret: string;
      /** @description The settings of ServiceX's clients, with it. */
      servicex_yaml: string;
    };
    Notice: {
      id: number;
      /**
       * @description signup: to Slack, somebody waits for approval. welcome, rejected, done: mail to a person. answer: to Slack, what became of a button.
       * @enum {string}
       */
      kind: "signup" | "welcome" | "rejected" | "done" | "answer";
      /** @enum {string} */
      state: "waiting" | "sent" | "failed";
      /** @description Who is told, or told of. */
      user: {
        id: string;
        name: string | null;
      } | null;
      request: string | null;
      tries: number;
      /** @description Why the last try did not succeed. */
      problem: string | null;
      /** Format: date-time */
      created_at: string;
      /** @description Null: it is not tried again by itself. */
      next_try_at: string | null;
      settled_at: string | null;
      may_be_sent_again: boolean;
    };
    OwnAccount: {
      id: string;
      /** @enum {string} */
      state: "new" | "pending" | "approved" | "rejected" | "suspended" | "deleted";
      admin: boolean;
      name: string | null;
      email: string | null;
      /** @description Their provider says that it is theirs; otherwise they have typed it. */
      email_verified: boolean;
      institution: string | null;
      experiment: string | null;
      mail_when_done: boolean;
      /** @description No sign-in gives an address. */
      may_type_email: boolean;
      /** @description What the calling token is limited to; null: nothing. */
      scopes: ("read" | "submit" | "admin")[] | null;
    };
    Account: {
      id: string;
      /** @enum {string} */
      state: "new" | "pending" | "approved" | "rejected" | "suspended" | "deleted";
      admin: boolean;
      name: string | null;
      email: string | null;
      /** @description Their provider says that it is theirs; otherwise they have typed it. */
      email_verified: boolean;
      institution: string | null;
      experiment: string | null;
      /** @description As ServiceX's calls name the account. */
      number: number;
      /** Format: date-time */
      created_at: string;
      /**
       * Format: date-time
       * @description Since when it is in this state.
       */
      state_at: string;
      /** @description When the person signed in last. */
      seen_at: string | null;
    };
    Act: {
      id: number;
      /** Format: date-time */
      at: string;
      /** @description The id of an account, or a name such as slack:U1. */
      actor: string;
      actor_kind: string;
      /** @description Where the call came from; null of what was no call. */
      address: string | null;
      act: string;
      subject: string | null;
      detail: {
        [key: string]: unknown;
      };
    };
    AccessKey: {
      id: string;
      /** @enum {string} */
      kind: "key" | "peer";
      name: string;
      owner: string | null;
      /** @description The façade that it is for alone. */
      facade: string | null;
      /** @description Folders at the façade; none: all it has. */
      roots: string[];
      /** @description Files at once; null: any number. */
      most_files: number | null;
      created_by: string;
      /** Format: date-time */
      created_at: string;
      /** @description Null: it is good until it is revoked. */
      expires_at: string | null;
      /** @description To a minute. */
      last_used_at: string | null;
    };
    MadeAccessKey: {
      key: components["schemas"]["AccessKey"];
      /** @description Sent as a bearer token, or as the façade expects it. It is never shown again. */
      secret: string;
    };
    WorkerToken: {
      /** @description It is never shown again. */
      token: string;
      /** Format: date-time */
      expires_at: string;
    };
    FacadeCallers: {
      /** @enum {string} */
      facade: "servicex" | "isimip";
      /** @description It takes callers without a name. */
      open: boolean;
      /** @description The account that they share; null: it was never open. */
      owner: string | null;
      /** @description Requests of theirs that have not ended, at most. */
      open_requests: number;
      /** @description Files of each of their requests, at most. */
      files: number;
      /** @description Of all of them together, in each process. */
      calls_a_minute: number;
    };
    Group: {
      id: string;
      name: string;
      /** Format: date-time */
      created_at: string;
      members: number;
      /** @description How many bindings name the group. */
      bindings: number;
    };
    GroupMember: {
      user: string;
      name: string | null;
      email: string | null;
    };
    Readiness: {
      /** @enum {string} */
      status: "ready" | "not ready";
      missing: {
        [key: string]: string;
      };
      warnings?: {
        [key: string]: string;
      };
    };
    /**
     * @description Runs a selection over each file (Parquet, CSV or JSON) and writes what it selects as Parquet, CSV or JSON.
     * @example {
     *       "operation": "transform",
     *       "selection": "select x, x * 2 as y from input"
     *     }
     */
    TransformStep: {
      /** @constant */
      operation: "transform";
      retry?: components["schemas"]["Retry"];
      /**
       * @description what interprets the selection: `sql`, or a code generator of this facility
       * @default sql
       */
      generator?: string;
      /** @description for `sql`: one SELECT statement over the table `input`, which is the file */
      selection: string;
      /**
       * @description what the result is written as; `sql`: parquet, csv, json; code generators: parquet, root-file, root-rntuple, arrow
       * @default parquet
       * @enum {string}
       */
      format?: "parquet" | "csv" | "json" | "root-file" | "root-rntuple" | "arrow";
      /**
       * @description double: DECIMAL columns are written as DOUBLE; more than 15 digits then fail
       * @default keep
       * @enum {string}
       */
      decimals?: "keep" | "double";
      /** @description how the files are read */
      read?: {
        /**
         * @description read every file as this; default: by the file's content and name
         * @enum {string}
         */
        format?: "parquet" | "csv" | "json";
        /** @description CSV: whether the first line names the columns; default: found in the file */
        header?: boolean;
        /** @description CSV: what separates fields; default: tab, semicolon, bar or comma, as found */
        delimiter?: string;
        /** @description CSV: default "; "": none */
        quote?: string | "";
        /** @description CSV: lines in front of the header or the first row */
        skip_lines?: number;
        /**
         * @description CSV and JSON; default: UTF-8, or UTF-16 where the file begins with its mark
         * @enum {string}
         */
        encoding?: "utf-8" | "latin-1" | "utf-16";
        /**
         * @description CSV: the decimal point; default: .
         * @enum {string}
         */
        decimal?: "." | ",";
        /** @description CSV: words that mean no value, beside an empty field, such as NA */
        null?: string[];
        /** @description CSV and JSON: types by column; the others are found in the whole file */
        types?: {
          [key: string]: string;
        };
        /** @description CSV and JSON: every column is VARCHAR */
        all_text?: boolean;
        /**
         * @description JSON: one record after the other, or one array of records; default: as found
         * @enum {string}
         */
        records?: "lines" | "array";
        /**
         * @description Parquet: times with nanoseconds that can only be read as microseconds; default: refuse
         * @enum {string}
         */
        nanoseconds?: "refuse" | "cut";
        /** @description make columns of the key=value folders of the file's path; default: false */
        hive_columns?: boolean;
      };
      /** @description of a code generator's transformer, in place of the one that the generator names */
      image?: string;
      /**
       * @description of a code generator's transformer: where it leaves results; default: object-store
       * @enum {string}
       */
      destination?: "object-store" | "volume";
    };
    /**
     * @description Brings files from tape to disk, many in one recall.
     * @example {
     *       "operation": "stage",
     *       "library": "lib1"
     *     }
     */
    StageStep: {
      /** @constant */
      operation: "stage";
      retry?: components["schemas"]["Retry"];
      /** @description the tape library to recall from; default: that of a file's first copy on tape */
      library?: string;
    };
    /**
     * @description Cuts boxes, points, masks and countries out of NetCDF files, with cdo and ncks.
     * @example {
     *       "operation": "extract",
     *       "operations": [
     *         {
     *           "operation": "select_bbox",
     *           "bbox": {
     *             "west": 15,
     *             "east": 35,
     *             "south": 5,
     *             "north": 25
     *           }
     *         }
     *       ]
     *     }
     */
    ExtractStep: {
      /** @constant */
      operation: "extract";
      retry?: components["schemas"]["Retry"];
      /** @description what is done to each file, one after the other */
      operations: (
        | {
            /** @constant */
            operation: "select_bbox";
            /** @description in degrees; a box whose west is greater than its east goes over the date line */
            bbox: {
              west: number;
              east: number;
              south: number;
              north: number;
            };
            /**
             * @description the mean over the cells, weighted by their areas; in the last operation alone
             * @default false
             */
            compute_mean?: boolean;
            /**
             * @description lines of date and value in the place of NetCDF; in the last operation alone
             * @default false
             */
            output_csv?: boolean;
          }
        | {
            /** @constant */
            operation: "select_point";
            /** @description in degrees; the nearest cell is taken */
            point: {
              lat: number;
              lon: number;
            };
            /**
             * @description the mean over the cells, weighted by their areas; in the last operation alone
             * @default false
             */
            compute_mean?: boolean;
            /**
             * @description lines of date and value in the place of NetCDF; in the last operation alone
             * @default false
             */
            output_csv?: boolean;
          }
        | {
            /** @constant */
            operation: "mask_bbox";
            /** @description in degrees; a box whose west is greater than its east goes over the date line */
            bbox: {
              west: number;
              east: number;
              south: number;
              north: number;
            };
            /**
             * @description the mean over the cells, weighted by their areas; in the last operation alone
             * @default false
             */
            compute_mean?: boolean;
            /**
             * @description lines of date and value in the place of NetCDF; in the last operation alone
             * @default false
             */
            output_csv?: boolean;
          }
        | {
            /** @constant */
            operation: "mask_mask";
            /** @description a NetCDF file on the same grid: its path or address, by the rules for inputs, or the name of a file that came with the request, or that create_mask has made */
            mask:
              | string
              | {
                  attachment: string;
                }
              | {
                  created: string;
                };
            /**
             * @description the variable of it that is not zero, and not missing, where values are kept
             * @default m_0
             */
            var?: string;
            /**
             * @description the mean over the cells, weighted by their areas; in the last operation alone
             * @default false
             */
            compute_mean?: boolean;
            /**
             * @description lines of date and value in the place of NetCDF; in the last operation alone
             * @default false
             */
            output_csv?: boolean;
          }
        | {
            /** @constant */
            operation: "mask_country";
            /** @description a code of the country masks, such as deu */
            country: string;
            /**
             * @description the mean over the cells, weighted by their areas; in the last operation alone
             * @default false
             */
            compute_mean?: boolean;
            /**
             * @description lines of date and value in the place of NetCDF; in the last operation alone
             * @default false
             */
            output_csv?: boolean;
          }
        | {
            /** @constant */
            operation: "mask_landonly";
            /**
             * @description the mean over the cells, weighted by their areas; in the last operation alone
             * @default false
             */
            compute_mean?: boolean;
            /**
             * @description lines of date and value in the place of NetCDF; in the last operation alone
             * @default false
             */
            output_csv?: boolean;
          }
        | {
            /** @constant */
            operation: "create_mask";
            /** @description a zipped shapefile, GeoJSON or GeoPackage */
            shape: {
              attachment: string;
            };
            /** @description what later operations call it; variables m_0, m_1, … are features */
            mask: string;
          }
        | {
            /** @constant */
            operation: "cutout_bbox";
            /** @description in degrees; a box whose west is greater than its east goes over the date line */
            bbox: {
              west: number;
              east: number;
              south: number;
              north: number;
            };
          }
        | {
            /** @constant */
            operation: "cutout_point";
            /** @description in degrees; the nearest cell is taken */
            point: {
              lat: number;
              lon: number;
            };
          }
      )[];
      /**
       * @description all results in one zip besides, named as that version of the ISIMIP Files API does; default: none is made
       * @enum {string}
       */
      zip?: "v1" | "v2";
    };
    /**
     * @description Settles every file without touching data, for benchmarks, fault tests and outside simulators.
     * @example {
     *       "operation": "noop"
     *     }
     */
    NoopStep: {
      /** @constant */
      operation: "noop";
      retry?: components["schemas"]["Retry"];
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  reportWork: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "worker": "node7-1",
         *       "reports": [
         *         {
         *           "request": "7f1e8e0c-6a0e-4a0b-9d7e-3a8f1f5f2c11",
         *           "file": 42,
         *           "step": 1,
         *           "attempt": 1,
         *           "status": "success",
         *           "results": [
         *             {
         *               "name": "42-1.parquet",
         *               "size": 1024
         *             }
         *           ]
         *         }
         *       ]
         *     }
         */
        "application/json": components["schemas"]["Reports"];
      };
    };
    responses: {
      /** @description One answer for each report, in the same order. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /**
             * @description In the order of the reports.
             * @example [
             *       "recorded",
             *       "duplicate",
             *       "superseded",
             *       "unknown",
             *       "refused: \"status\" must be one of …"
             *     ]
             */
            answers: string[];
          };
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is larger than 16 MB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not application/json in UTF-8. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  heartbeatWork: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "worker": "node7-1",
         *       "tasks": [
         *         "5b0e…"
         *       ]
         *     }
         */
        "application/json": components["schemas"]["Heartbeat"];
      };
    };
    responses: {
      /** @description Tasks that are canceled or no longer this worker's. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            give_up: string[];
          };
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is larger than 4 MB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not application/json in UTF-8. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  claimWork: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "worker": "node7-1",
         *       "operations": [
         *         "transform"
         *       ],
         *       "max": 4,
         *       "wait_seconds": 20
         *     }
         */
        "application/json": components["schemas"]["Claim"];
      };
    };
    responses: {
      /** @description Tasks, or none. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            tasks: components["schemas"]["Task"][];
            /**
             * @description With `settings_once`: the settings of each step of `tasks`, by `request.step`.
             * @example {
             *       "0b7e6cf0-5f0c-4c9e-9a86-3f3f3f6f1a51.1": {
             *         "selection": "select …"
             *       }
             *     }
             */
            settings?: {
              [key: string]: {
                [key: string]: unknown;
              };
            };
          };
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is larger than 1 MB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not application/json in UTF-8. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  workSettings: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The rules. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            inputs: components["schemas"]["WorkInputs"];
          };
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  readTaskReplica: {
    parameters: {
      query: {
        /** @description The worker that holds the task. */
        worker: string;
      };
      header?: never;
      path: {
        /** @description As in the answer to the claim. */
        task: string;
        /** @description Its place in `replicas` of the task, from 0. */
        replica: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The file's bytes. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/octet-stream": string;
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The service may not read this file. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The replica is no file of the service's machine. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It is no file that can be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It cannot be read now. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listRequests: {
    parameters: {
      query?: {
        state?: components["schemas"]["RequestState"];
        owner?: string;
        /** @description Only those of this title. */
        title?: string;
        /** @description Only the request of this number. */
        number?: number;
        /** @description Only requests whose id begins so; at least 4 digits. */
        id_prefix?: string;
        /** @description The `next` of the previous page. */
        cursor?: string;
        /** @description Page size (default 50, maximum 200). */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of requests. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["RequestSummary"][];
            next: string | null;
          };
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  submitRequest: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same body gives the same request; with another body it is refused (422). */
        "Idempotency-Key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "title": "The first rows of each file",
         *       "dataset": {
         *         "did": "dir:///data/*.parquet"
         *       },
         *       "steps": [
         *         {
         *           "operation": "transform",
         *           "selection": "select * from input limit 5"
         *         }
         *       ]
         *     }
         */
        "application/json": components["schemas"]["Submit"];
      };
    };
    responses: {
      /** @description The request that this idempotency key made before. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Request"];
        };
      };
      /** @description Recorded; the work begins. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Request"];
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is larger than 64 MB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not application/json in UTF-8. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The idempotency key was used with another body, the query cannot work, an operation is not offered, or files of the list cannot be read: outside of INPUT_ROOTS, below a folder that is not there, or of a host that is not in INPUT_HOSTS. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  dryRun: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "title": "The first rows of each file",
         *       "dataset": {
         *         "did": "dir:///data/*.parquet"
         *       },
         *       "steps": [
         *         {
         *           "operation": "transform",
         *           "selection": "select * from input limit 5"
         *         }
         *       ]
         *     }
         */
        "application/json": components["schemas"]["Submit"];
      };
    };
    responses: {
      /** @description What the result would begin with. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DryRun"];
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is larger than 64 MB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not application/json in UTF-8. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description As at a submit; or the dataset cannot be looked up, its first file or the query fails (`file_` and the class of the error), it takes too long, or there is no dry run of these. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Too many dry runs are going on, or something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getRequest: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The request's id. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The request. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RequestNow"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  deleteRequest: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The request's id. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is deleted, or was being deleted already. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It has not ended: cancel it first. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  watchRequest: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The request's id. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The events. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example id: 1.running.4.0.2.2
           *     event: progress
           *     data: {"total":8,"waiting":4,"queued":0,"running":2,"done":2,"failed":0,"canceled":0}
           */
          "text/event-stream": unknown;
        };
      };
      /** @description There is nothing new and there will not be. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  cancelRequest: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The request's id. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is canceling, or canceled already. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Request"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The request has ended otherwise. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listFiles: {
    parameters: {
      query?: {
        state?: components["schemas"]["FileState"];
        step?: number;
        /** @description The fingerprint of an error. */
        error?: string;
        /** @description What the file's first path begins with. */
        prefix?: string;
        /** @description The `next` of the previous page. */
        cursor?: string;
        /** @description Page size (default 100, maximum 1000). */
        limit?: number;
      };
      header?: never;
      path: {
        /** @description The request's id. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of files. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["File"][];
            next: string | null;
          };
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getFile: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The request's id. */
        id: string;
        /** @description The file's id. */
        file: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The file and its history. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FileWithHistory"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listResults: {
    parameters: {
      query?: {
        /** @description The `next` of the previous page. */
        after?: string;
        /** @description Page size (default 100, maximum 1000). */
        limit?: number;
      };
      header?: never;
      path: {
        /** @description The request's id. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of results with signed URLs. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["Result"][];
            /** @description Never null: poll with `after` set to it, and no late result is missed. */
            next: string;
          };
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listErrors: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The request's id. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The groups. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["ErrorGroup"][];
            next: string | null;
          };
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  redriveRequest: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The request's id. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /** @example {} */
        "application/json": components["schemas"]["Redrive"];
      };
    };
    responses: {
      /** @description It runs again. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Redriven"];
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It is canceled, running or deleted, or no chosen file has failed or was given back. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is larger than 4 MB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not application/json in UTF-8. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getS3Access: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The request's id. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Secrets; do not store them. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["S3Access"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The process that answers has no S3 endpoint. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  revokeKeys: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The request's id. */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "kinds": [
         *         "read"
         *       ]
         *     }
         */
        "application/json": components["schemas"]["RevokeKeys"];
      };
    };
    responses: {
      /** @description The keys are no longer valid. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is larger than 1 MB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not application/json in UTF-8. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getReceipt: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The request's id. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The receipt of its last round. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SignedReceipt"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It has not ended. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getReceiptKeys: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The keys, the newest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ReceiptKeys"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listDatasets: {
    parameters: {
      query?: {
        finder?: string;
        /** @description Also those that no new request uses. */
        past?: "true" | "false";
        /** @description The `next` of the previous page. */
        cursor?: string;
        /** @description Page size (default 50, maximum 200). */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of datasets. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["Dataset"][];
            next: string | null;
          };
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getDataset: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The dataset's id. */
        dataset: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The dataset. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Dataset"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  deleteDataset: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The dataset's id. */
        dataset: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is stale. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Dataset"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listDatasetFiles: {
    parameters: {
      query?: {
        /** @description The `next` of the previous page. */
        cursor?: string;
        /** @description Page size (default 100, maximum 1000). */
        limit?: number;
      };
      header?: never;
      path: {
        /** @description The dataset's id. */
        dataset: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of files. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["DatasetFile"][];
            next: string | null;
          };
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  claimTasks: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "agent": "tape-host-1",
         *       "operations": [
         *         "stage"
         *       ],
         *       "max": 10,
         *       "wait_seconds": 0
         *     }
         */
        "application/json": components["schemas"]["TaskClaim"];
      };
    };
    responses: {
      /** @description Tasks, or none. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            tasks: components["schemas"]["ClaimedTask"][];
          };
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is larger than 1 MB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not application/json in UTF-8. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  reportTaskProgress: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "agent": "tape-host-1",
         *       "settled": [
         *         {
         *           "request": "7f1e8e0c-6a0e-4a0b-9d7e-3a8f1f5f2c11",
         *           "file": 42,
         *           "status": "success",
         *           "location": "file:///archive/run7/42.nc"
         *         }
         *       ],
         *       "externalRef": "recall-1017",
         *       "againInSeconds": 120,
         *       "note": "37 files are on their way from tape."
         *     }
         */
        "application/json": components["schemas"]["TaskProgress"];
      };
    };
    responses: {
      /** @description Whether the task is still this agent's. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /**
             * @description `lost`: the task is no longer this agent's; outcomes of files counted all the same.
             * @enum {string}
             */
            lease: "kept" | "ended" | "lost";
          };
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is larger than 16 MB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not application/json in UTF-8. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listFilesOfTask: {
    parameters: {
      query?: {
        state?: "open" | "abort" | "release";
        /** @description The `next` of the previous page. */
        cursor?: string;
        limit?: number;
      };
      header?: never;
      path: {
        task: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of files. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["TaskFile"][];
            next: string | null;
          };
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  callBackOperation: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        operation: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description How many tasks are asked about now. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            woken: number;
          };
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listOperations: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The operations. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["Operation"][];
            next: null;
          };
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getLimits: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Limits and shares. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Limits"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  putOperationLimits: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Its name. */
        operation: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "slots": 40,
         *       "slots_per_user": 4
         *     }
         */
        "application/json": components["schemas"]["Slots"];
      };
    };
    responses: {
      /** @description All limits and shares. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Limits"];
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is larger than 1 MB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not application/json in UTF-8. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  putUserShare: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The owner of requests, as they show it. */
        owner: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "share": 2
         *     }
         */
        "application/json": components["schemas"]["Share"];
      };
    };
    responses: {
      /** @description All limits and shares. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Limits"];
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is larger than 1 MB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not application/json in UTF-8. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listTokens: {
    parameters: {
      query?: {
        /** @description For administrators. */
        owner?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Tokens that are not revoked, oldest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["ApiToken"][];
          };
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Identity is off on this service. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  createToken: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "name": "laptop",
         *       "scopes": [
         *         "read",
         *         "submit"
         *       ]
         *     }
         */
        "application/json": components["schemas"]["NewApiToken"];
      };
    };
    responses: {
      /** @description The token, shown this once. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["MadeApiToken"];
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It would have scopes that the caller has not. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The name is taken, there are too many, or identity is off. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is larger than 1 MB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not application/json in UTF-8. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It would be good for longer than the facility allows. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  replaceToken: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The token's id. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The token, shown this once. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["MadeApiToken"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It is revoked, or identity is off. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  revokeToken: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The token's id. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is no longer valid. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Identity is off on this service. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listNotices: {
    parameters: {
      query?: {
        /** @description Only messages in this state. */
        state?: "waiting" | "sent" | "failed";
        /** @description The `next` of the previous page. */
        cursor?: string;
        /** @description Page size (default 100, maximum 500). */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Messages, with what kept them from it. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["Notice"][];
            next: string | null;
          };
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Identity is off on this service. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  sendNotice: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The message's id. */
        notice: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is tried again, at once. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It has not failed, is an answer to Slack, or identity is off. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getMe: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The caller's account. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["OwnAccount"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  putMe: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "name": "Ada Lovelace",
         *       "institution": "University of London",
         *       "mail_when_done": true
         *     }
         */
        "application/json": components["schemas"]["Profile"];
      };
    };
    responses: {
      /** @description The caller's account. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["OwnAccount"];
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description An address was typed, though the sign-in gives one; or identity is off. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is larger than 1 MB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not application/json in UTF-8. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listUsers: {
    parameters: {
      query?: {
        /** @description Only accounts in this state. Default: all that are not deleted. */
        state?: "new" | "pending" | "approved" | "rejected" | "suspended" | "deleted";
        /** @description The `next` of the previous page. */
        cursor?: string;
        /** @description Page size (default 100, maximum 500). */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Accounts. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["Account"][];
            next: string | null;
          };
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Identity is off on this service. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getUser: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The account's id. */
        user: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The account as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Account"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Identity is off on this service. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  deleteUser: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The account's id. */
        user: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is deleted. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It is one's own, or the last administrator's; or identity is off. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  approveUser: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The account's id. */
        user: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The account as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Account"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It cannot be done with an account in its state, with one's own, or with the last administrator's; or identity is off. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  rejectUser: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The account's id. */
        user: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The account as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Account"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It cannot be done with an account in its state, with one's own, or with the last administrator's; or identity is off. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  suspendUser: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The account's id. */
        user: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The account as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Account"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It cannot be done with an account in its state, with one's own, or with the last administrator's; or identity is off. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  restoreUser: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The account's id. */
        user: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The account as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Account"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It cannot be done with an account in its state, with one's own, or with the last administrator's; or identity is off. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  makeAdministrator: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The account's id. */
        user: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The account as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Account"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The account is not approved, is one's own, or is the last administrator's; or identity is off. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  unmakeAdministrator: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The account's id. */
        user: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The account as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Account"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The account is not approved, is one's own, or is the last administrator's; or identity is off. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listActs: {
    parameters: {
      query?: {
        /** @description Only acts on this account, token or message. */
        subject?: string;
        /** @description Only acts of this account. */
        actor?: string;
        /** @description Only acts of this kind, such as user.approve. */
        act?: string;
        /** @description The `next` of the previous page. */
        cursor?: string;
        /** @description Page size (default 100, maximum 500). */
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Acts: who did what to what. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["Act"][];
            next: string | null;
          };
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Identity is off on this service. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listAccessKeys: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Keys that are not revoked, oldest first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["AccessKey"][];
          };
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Identity is off on this service. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  createAccessKey: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "kind": "peer",
         *       "name": "rucio-finder",
         *       "days": 365
         *     }
         */
        "application/json": components["schemas"]["NewAccessKey"];
      };
    };
    responses: {
      /** @description The key, shown this once. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["MadeAccessKey"];
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The name is taken, or identity is off. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is larger than 1 MB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not application/json in UTF-8. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Its owner or its façade is missing, is none, or is not possible. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  revokeAccessKey: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is no longer valid. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Identity is off on this service. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  makeWorkerToken: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "operations": [
         *         "transform"
         *       ],
         *       "hours": 24
         *     }
         */
        "application/json": components["schemas"]["NewWorkerToken"];
      };
    };
    responses: {
      /** @description The token, shown this once. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["WorkerToken"];
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is larger than 1 MB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not application/json in UTF-8. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description An operation that this service has not. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listFacadeCallers: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Each façade. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["FacadeCallers"][];
          };
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Identity is off on this service. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  openFacade: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        facade: "servicex" | "isimip";
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "open_requests": 20,
         *       "files": 200,
         *       "calls_a_minute": 120
         *     }
         */
        "application/json": components["schemas"]["FacadeQuota"];
      };
    };
    responses: {
      /** @description The façade as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FacadeCallers"];
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Identity is off on this service. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is larger than 1 MB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not application/json in UTF-8. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  closeFacade: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        facade: "servicex" | "isimip";
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It takes none. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Identity is off on this service. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listGroups: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All groups, by name. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["Group"][];
          };
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Identity is off on this service. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  createGroup: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "name": "Calibration"
         *     }
         */
        "application/json": components["schemas"]["NewGroup"];
      };
    };
    responses: {
      /** @description The group, which has no members yet. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Group"];
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The name is taken, there are too many, or identity is off. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is larger than 1 MB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not application/json in UTF-8. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  deleteGroup: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The group's id. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is gone. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something is bound to it, or identity is off. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listGroupMembers: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The group's id. */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Its members. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["GroupMember"][];
          };
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Identity is off on this service. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  addGroupMember: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The group's id. */
        id: string;
        /** @description The id of a person's account. */
        user: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description They are in it. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Identity is off on this service. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  removeGroupMember: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The group's id. */
        id: string;
        /** @description The id of a person's account. */
        user: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description They are not in it. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found, or it belongs to another user. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Identity is off on this service. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listBindings: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All bindings. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            items: components["schemas"]["Binding"][];
          };
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Identity is off on this service. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  addBinding: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "kind": "root",
         *       "target": "/data/calibration",
         *       "group": "5b0e3f1c-6a0e-4a0b-9d7e-3a8f1f5f2c11"
         *     }
         */
        "application/json": components["schemas"]["Binding"];
      };
    };
    responses: {
      /** @description The binding, as it is kept. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Binding"];
        };
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such group. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There are too many, or identity is off. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is larger than 1 MB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The body is not application/json in UTF-8. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The target is none of its kind. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  removeBinding: {
    parameters: {
      query: {
        kind: "root" | "host" | "dataset";
        target: string;
        group: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is gone. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The input is wrong; `errors` says where. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description There is no such binding. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Identity is off on this service. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getHealth: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is alive. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            /** @constant */
            status: "alive";
          };
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getReadiness: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It can. A store that is full is in `warnings`: results wait, but requests are submitted, read and deleted. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Readiness"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description It cannot; `missing` says what is unavailable, in words. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Readiness"];
        };
      };
    };
  };
  getMetrics: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The metrics. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /** @example longshore_http_seconds_count 12 */
          "text/plain": string;
        };
      };
      /** @description With identity on: the caller has not signed in, or the token is wrong. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getOpenApi: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The OpenAPI 3.1 document of this service. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            [key: string]: unknown;
          };
        };
      };
      /** @description The Host or Origin is not this service's, or the caller may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description With identity on: too many calls; `detail` has the number that is allowed. */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Something that the service needs is unavailable; try again after Retry-After seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
}
