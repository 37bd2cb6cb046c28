// Everything a ServiceX client calls, a file each.
import type { Endpoint } from "../../endpoint.ts";
import { slackInteraction } from "../slack/receiver.ts";
import { cancelByGet, cancelByPost } from "./cancel.ts";
import { deleteDataset, getDataset, listAllDatasets } from "./datasets.ts";
import { deleteTransformation } from "./delete.ts";
import { deploymentStatus } from "./deployment-status.ts";
import { errors } from "./errors.ts";
import { generatorList, info } from "./info.ts";
import { list } from "./list.ts";
import { one } from "./one.ts";
import { results } from "./results.ts";
import { status } from "./status.ts";
import { submitTransformation } from "./submit.ts";
import { refreshToken } from "./token.ts";
import {
  acceptUser,
  deletePending,
  deleteUser,
  deleteUsers,
  listPending,
  listUsers,
} from "./users.ts";

export const publicEndpoints: Endpoint[] = [
  info,
  generatorList,
  submitTransformation,
  list,
  one,
  deleteTransformation,
  status,
  errors,
  deploymentStatus,
  cancelByGet,
  cancelByPost,
  results,
  listAllDatasets,
  getDataset,
  deleteDataset,
  refreshToken,
  slackInteraction,
  listUsers,
  deleteUsers,
  deleteUser,
  listPending,
  deletePending,
  acceptUser,
];
