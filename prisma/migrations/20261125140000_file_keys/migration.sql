-- A file's key carries its dataset, so that "is it known?" has one index to go by. With the dataset beside the key, the planner without
-- statistics went by (dataset_id, seq) and read all files of the dataset for each new one: minutes for a chunk.
UPDATE files SET path_key = sha256(int8send(dataset_id) || path_key);
CREATE UNIQUE INDEX files_path_key_key ON files (path_key);
DROP INDEX files_dataset_id_path_key_key;
