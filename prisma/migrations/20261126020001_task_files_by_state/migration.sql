-- What a task owes is a look by task and state: a poll of a thousand files reads none of them.
CREATE INDEX task_files_task_id_state_idx ON task_files (task_id, state);
