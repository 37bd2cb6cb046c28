// Who may make which call, written out by hand: test/http/matrix.test.ts tries each of them. A new
// call gets a line here, or that test fails.

/**
 * `+` may, `1` 401, `3` 403, `4` 404. The columns: the owner, another person, a token of the owner
 * for reading; accounts that are new, pending, rejected, suspended, deleted; an administrator, and
 * their token without the scope; no token, one that is expired, revoked, forged, or an API token;
 * a worker, and one of another request; a key of the owner, and one of another service; a session
 * of the owner in a browser, and one that has ended; no token, while façades take such
 * callers.
 */
const table = `
          own oth rdr new pen rej sus del adm adu non exp rev frg api wrk wro key peer ses out fac
open       +   +   +   +   +   +   +   1   +   +   +   1   1   1   1   +   +   +   +   +   +   +
begin      +   +   +   +   +   +   +   +   +   +   +   +   +   +   +   +   +   +   +   +   +   +
leave      +   +   +   +   +   +   +   1   +   +   +   1   1   1   1   3   3   3   3   +   +   +
list       +   +   +   1   1   1   1   1   +   +   1   1   1   1   1   3   3   +   3   +   1   1
flist      +   +   +   1   1   1   1   1   +   +   1   1   1   1   1   3   3   +   3   +   1   +
mine       +   +   +   1   1   1   1   1   +   +   1   1   1   1   1   3   3   3   3   +   1   1
me         +   +   +   +   +   +   +   1   +   +   1   1   1   1   1   3   3   3   3   +   1   1
myself     +   +   3   +   +   +   +   1   +   +   1   1   1   1   1   3   3   3   3   +   1   1
read       +   4   +   1   1   1   1   1   +   4   1   1   1   1   1   3   3   +   3   +   1   1
fread      +   4   +   1   1   1   1   1   +   4   1   1   1   1   1   3   3   +   3   +   1   4
job        +   4   +   1   1   1   1   1   4   4   1   1   1   1   1   3   3   +   3   +   1   4
endjob     +   4   3   1   1   1   1   1   4   4   1   1   1   1   1   3   3   +   3   +   1   1
gone       4   4   4   1   1   1   1   1   4   4   1   1   1   1   1   3   3   4   3   4   1   1
fgone      4   4   4   1   1   1   1   1   4   4   1   1   1   1   1   3   3   4   3   4   1   4
change     +   4   3   1   1   1   1   1   +   4   1   1   1   1   1   3   3   +   3   +   1   1
byget      +   4   3   1   1   1   1   1   +   4   1   1   1   1   1   3   3   +   3   3   1   1
cgone      4   4   3   1   1   1   1   1   4   4   1   1   1   1   1   3   3   4   3   4   1   1
end        +   4   3   1   1   1   1   1   +   4   1   1   1   1   1   3   3   3   3   +   1   1
submit     +   +   3   1   1   1   1   1   +   +   1   1   1   1   1   3   3   +   3   +   1   1
fsubmit    +   +   3   1   1   1   1   1   +   +   1   1   1   1   1   3   3   +   3   +   1   +
make       +   +   3   1   1   1   1   1   +   +   1   1   1   1   1   3   3   3   3   +   1   1
replace    +   4   3   1   1   1   1   1   4   4   1   1   1   1   1   3   3   3   3   +   1   1
hold       +   4   +   1   1   1   1   1   +   4   1   1   1   1   1   3   3   3   3   +   1   1
first      3   3   3   3   3   3   3   1   3   3   3   1   1   1   1   3   3   3   3   3   3   3
become     3   3   3   3   3   3   3   1   3   3   1   1   1   1   1   3   3   3   3   3   1   1
admin      3   3   3   1   1   1   1   1   +   3   1   1   1   1   1   3   3   3   3   3   1   1
notice     3   3   3   1   1   1   1   1   4   3   1   1   1   1   1   3   3   3   3   3   1   1
finder     3   3   3   1   1   1   1   1   +   3   1   1   1   1   1   3   3   3   +   3   1   1
work       3   3   3   1   1   1   1   1   3   3   1   1   1   1   1   +   +   3   3   3   1   1
report     3   3   3   1   1   1   1   1   3   3   1   1   1   1   1   +   4   3   3   3   1   1
tasks      3   3   3   1   1   1   1   1   3   3   1   1   1   1   1   +   3   3   3   3   1   1
task       3   3   3   1   1   1   1   1   3   3   1   1   1   1   1   4   4   3   3   3   1   1
attempt    +   +   +   +   +   +   +   +   +   +   +   +   +   +   +   +   +   +   +   +   +   +
wake       4   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4
refresh    1   1   1   1   1   1   1   1   1   1   1   1   1   1   +   1   1   1   1   1   1   1
zip        4   4   4   4   4   4   4   1   4   4   4   1   1   1   1   4   4   4   4   4   4   4
link       1   1   1   1   1   1   1   1   1   1   1   1   1   1   1   1   1   1   1   1   1   1
object     3   3   3   3   3   3   3   3   3   3   3   3   3   3   3   3   3   3   3   3   3   3
`;

/**
 * `list`, `submit`: everybody their own, and so `mine`, `make`, `end` of tokens, `me`, `myself` of
 * accounts. `notice`: there is none, nor such a group.
 * `hold`: a token. `first`, `become`: the first administrator, whom there is already.
 * `read`, `change`: of a request of the owner; `gone`, `cgone`: of none; `byget`: as links do it.
 * `job`, `endjob`: a job of the owner, by its id, which a job of another may have, too.
 * `flist`, `fread`, `fgone`, `fsubmit`: of a façade that may take callers without a name.
 * `attempt`, `object`, `link`, `zip`, `refresh`, `wake`: what they send proves it, not who calls.
 */
const calls: Record<string, string> = {
  open: `
    GET /healthz
    GET /readyz
    GET /assets/pages.css
    GET /assets/live.js
    GET /assets/icon.svg
    GET /docs
    GET /openapi.json
    GET /.well-known/longshore-keys
    GET /.well-known/oauth-authorization-server
    GET /.well-known/wlcg-tape-rest-api
    GET /v1/operations
    GET /isimip/api/v1
    GET /isimip/api/v2
    GET /
    GET /servicex
    GET /multiple-codegen-list
    GET /.servicex
    GET /about
    GET /dashboard
    GET /global-dashboard
    GET /monitor
    GET /logs
    GET /api-token
    POST /slack
    GET /sign-out
    GET /signed-out
    GET /profile/new
    GET /profile/edit`,
  begin: `
    GET /sign-in
    GET /auth-callback
    POST /oauth/device_authorization
    POST /oauth/token
    POST /oauth/revoke`,
  leave: `
    POST /sign-out`,
  list: `
    GET /v1/requests
    GET /v1/datasets
    GET /servicex/datasets
    POST /api/v1/tape/archiveinfo`,
  flist: `
    GET /servicex/transformation`,
  read: `
    GET /v1/requests/{id}
    GET /v1/requests/{id}/events
    GET /v1/requests/{id}/files
    GET /v1/requests/{id}/files/{file}
    GET /v1/requests/{id}/results
    GET /v1/requests/{id}/errors
    GET /v1/requests/{id}/receipt
    GET /v1/requests/{id}/s3
    GET /v1/datasets/{dataset}
    GET /v1/datasets/{dataset}/files
    GET /servicex/datasets/{id}
    GET /transformation-request/{id}
    GET /transformation-request//{id}
    GET /transformation-request/{id}/results
    GET /transformation-request//{id}/results
    GET /requests/{id}
    GET /requests/{id}/progress
    GET /requests/{id}/files/{file}
    GET /requests/{id}/s3`,
  fread: `
    GET /servicex/transformation/{id}
    GET /servicex/transformation/{id}/status
    GET /servicex/transformation/{id}/errors
    GET /servicex/transformation/{id}/results`,
  job: `
    GET /isimip/api/v1/{id}
    GET /isimip/api/v2/{id}`,
  endjob: `
    DELETE /isimip/api/v1/{id}
    DELETE /isimip/api/v2/{id}`,
  fgone: `
    GET /servicex/transformation/{id}/deployment-status`,
  gone: `
    GET /api/v1/tape/stage/{id}
    GET /requests/{id}/results/{result}`,
  change: `
    POST /v1/requests/{id}/cancel
    POST /v1/requests/{id}/redrive
    POST /v1/requests/{id}/revoke-keys
    DELETE /v1/requests/{id}
    DELETE /v1/datasets/{dataset}
    POST /servicex/transformation/{id}/cancel
    DELETE /servicex/transformation/{id}
    DELETE /servicex/datasets/{id}
    POST /requests/{id}/cancel
    POST /requests/{id}/redrive
    GET /requests/{id}/delete
    POST /requests/{id}/delete`,
  cgone: `
    DELETE /api/v1/tape/stage/{id}
    POST /api/v1/tape/stage/{id}/cancel
    POST /api/v1/tape/release/{id}`,
  byget: `
    GET /servicex/transformation/{id}/cancel`,
  submit: `
    POST /api/v1/tape/stage
    POST /v1/requests
    POST /v1/dry-runs`,
  fsubmit: `
    POST /servicex/transformation
    POST /isimip/api/v1
    POST /isimip/api/v2`,
  mine: `
    GET /v1/tokens
    GET /tokens
    GET /device
    POST /device`,
  me: `
    GET /profile
    GET /v1/me`,
  myself: `
    PUT /v1/me
    POST /profile`,
  make: `
    POST /v1/tokens
    POST /tokens`,
  end: `
    DELETE /v1/tokens/{id}
    POST /tokens/{id}/revoke`,
  replace: `
    POST /v1/tokens/{id}/replace
    POST /tokens/{id}/replace`,
  hold: `
    GET /tokens/{id}`,
  first: `
    GET /first-admin`,
  become: `
    POST /first-admin`,
  admin: `
    GET /metrics
    GET /v1/limits
    POST /v1/worker-tokens
    GET /v1/users
    GET /v1/users/{user}
    POST /v1/users/{user}/approve
    POST /v1/users/{user}/reject
    POST /v1/users/{user}/suspend
    POST /v1/users/{user}/restore
    PUT /v1/users/{user}/admin
    DELETE /v1/users/{user}/admin
    DELETE /v1/users/{user}
    GET /v1/acts
    GET /v1/notices
    GET /admin/notices
    GET /admin/acts
    GET /admin/groups
    POST /admin/groups
    GET /admin/users
    GET /admin/users/{user}
    GET /admin/users/{user}/delete
    POST /admin/users/{user}/approve
    POST /admin/users/{user}/reject
    POST /admin/users/{user}/suspend
    POST /admin/users/{user}/restore
    POST /admin/users/{user}/admin
    POST /admin/users/{user}/no-admin
    POST /admin/users/{user}/delete
    GET /users
    DELETE /users
    DELETE /users/{id}
    GET /pending
    DELETE /pending
    POST /accept
    GET /v1/groups
    POST /v1/groups
    GET /v1/bindings
    DELETE /v1/bindings
    GET /admin/keys
    POST /admin/keys
    POST /admin/keys/{id}/revoke
    GET /v1/access-keys
    POST /v1/access-keys
    DELETE /v1/access-keys/{id}
    GET /v1/facades
    PUT /v1/facades/{facade}/anonymous
    DELETE /v1/facades/{facade}/anonymous
    PUT /v1/limits/operations/{operation}
    PUT /v1/limits/users/{owner}`,
  notice: `
    DELETE /v1/groups/{id}
    GET /v1/groups/{id}/members
    PUT /v1/groups/{id}/members/{user}
    DELETE /v1/groups/{id}/members/{user}
    POST /v1/bindings
    GET /admin/groups/{id}
    GET /admin/groups/{id}/unbind
    POST /admin/groups/{id}/join
    POST /admin/groups/{id}/leave
    POST /admin/groups/{id}/bind
    POST /admin/groups/{id}/unbind
    POST /admin/groups/{id}/delete
    POST /v1/notices/{notice}/again
    POST /admin/notices/{notice}/again`,
  finder: `
    PUT /servicex/internal/transformation/{id}/files
    PUT /servicex/internal/transformation/{id}/complete
    PUT /servicex/internal/transformation/{id}/error
    POST /servicex/internal/transformation/{id}/start
    POST /servicex/internal/transformation/{id}/status`,
  work: `
    POST /v1/work/claim
    POST /v1/work/heartbeat
    POST /v1/work/reports
    GET /v1/work/settings`,
  report: `
    PUT /servicex/internal/transformation/{id}/file-complete
    POST /servicex/internal/transformation/{id}/{file}/status`,
  tasks: `
    POST /v1/tasks/claim`,
  task: `
    GET /v1/tasks/{task}/files
    POST /v1/tasks/{task}/progress
    GET /v1/work/tasks/{task}/replicas/{replica}`,
  attempt: `
    PUT /servicex/internal/w/{token}/transformation/{id}/file-complete
    POST /servicex/internal/w/{token}/transformation/{id}/{file}/status`,
  wake: `
    POST /v1/callbacks/{operation}`,
  refresh: `
    POST /token/refresh`,
  zip: `
    GET /isimip/output/{request}/{signature}/{name}`,
  link: `
    GET /open`,
  object: `
    GET /objects/{id}/{result}
    PUT /objects/{id}/{result}`,
};

const words = (line: string) => line.split(/\s+/).filter((word) => word !== "");
const [head = "", ...rows] = table.split("\n").filter((line) => line.trim() !== "");
const marks = new Map(rows.map(words).map(([name = "", ...row]) => [name, row]));

/** The credentials that are tried, in the order of the columns. */
export const columns = words(head);

/** `METHOD path`, each with its row: what each credential is answered. */
export const decided = new Map(
  Object.entries(calls).flatMap(([name, lines]) =>
    lines
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "")
      .map((line) => [line, marks.get(name) ?? []] as const),
  ),
);
