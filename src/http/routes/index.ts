import type { Route } from "../route.ts";
import { createAccessKey, listAccessKeys, revokeAccessKey } from "./access-keys.ts";
import { listAllActs } from "./acts.ts";
import { addBinding, listAllBindings, removeBinding } from "./bindings.ts";
import { callBackOperation } from "./callbacks.ts";
import { deleteDataset, getDataset, listAllDatasets, listFilesOfDataset } from "./datasets.ts";
import { dryRunRequest } from "./dry-runs.ts";
import { deleteRequest, listRequestErrors, redriveRequest } from "./ended.ts";
import { watchRequest } from "./events.ts";
import { closeFacadeToAnyone, listFacadeCallers, openFacadeToAnyone } from "./facades.ts";
import { getRequestFile, listRequestFiles } from "./files.ts";
import {
  addGroupMember,
  listAllGroups,
  listGroupMembers,
  makeGroup,
  removeGroup,
  removeGroupMember,
} from "./groups.ts";
import { getHealth, getMetrics, getReadiness } from "./health.ts";
import { getS3Access, revokeRequestKeys } from "./keys.ts";
import { getLimits, putOperationLimits, putUserShare } from "./limits.ts";
import { getMe, putMe } from "./me.ts";
import { listAllNotices, sendFailedNotice } from "./notices.ts";
import { getOpenApi } from "./openapi.ts";
import { listOperations } from "./operations.ts";
import {
  approveUser,
  deleteUser,
  getUser,
  listUsers,
  makeAdministrator,
  rejectUser,
  restoreUser,
  suspendUser,
  unmakeAdministrator,
} from "./people.ts";
import { getReceipt, getReceiptKeys } from "./receipt.ts";
import { readTaskReplica } from "./replicas.ts";
import { cancelRequest, getRequest, listAllRequests, submitRequest } from "./requests.ts";
import { listRequestResults } from "./results.ts";
import { claimServiceTasks, listFilesOfTask, reportTaskProgress } from "./tasks.ts";
import { createApiToken, listApiTokens, replaceApiToken, revokeApiToken } from "./tokens.ts";
import { claimWork, heartbeatWork, reportWork, workSettings } from "./work.ts";
import { makeWorkerToken } from "./worker-tokens.ts";

/** In the order in which they are tried: the busiest first. */
export const routes: Route[] = [
  reportWork,
  heartbeatWork,
  claimWork,
  workSettings,
  readTaskReplica,
  submitRequest,
  dryRunRequest,
  listAllRequests,
  getRequest,
  watchRequest,
  cancelRequest,
  listRequestFiles,
  getRequestFile,
  listRequestResults,
  listRequestErrors,
  redriveRequest,
  deleteRequest,
  getS3Access,
  revokeRequestKeys,
  getReceipt,
  getReceiptKeys,
  listAllDatasets,
  getDataset,
  listFilesOfDataset,
  deleteDataset,
  claimServiceTasks,
  reportTaskProgress,
  listFilesOfTask,
  callBackOperation,
  listOperations,
  getLimits,
  putOperationLimits,
  putUserShare,
  listApiTokens,
  createApiToken,
  replaceApiToken,
  revokeApiToken,
  listAllNotices,
  sendFailedNotice,
  getMe,
  putMe,
  listUsers,
  getUser,
  approveUser,
  rejectUser,
  suspendUser,
  restoreUser,
  makeAdministrator,
  unmakeAdministrator,
  deleteUser,
  listAllActs,
  listAccessKeys,
  createAccessKey,
  revokeAccessKey,
  makeWorkerToken,
  listFacadeCallers,
  openFacadeToAnyone,
  closeFacadeToAnyone,
  listAllGroups,
  makeGroup,
  removeGroup,
  listGroupMembers,
  addGroupMember,
  removeGroupMember,
  listAllBindings,
  addBinding,
  removeBinding,
  getHealth,
  getReadiness,
  getMetrics,
  getOpenApi(() => routes),
];
