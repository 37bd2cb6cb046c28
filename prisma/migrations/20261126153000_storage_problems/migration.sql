-- Workers of the operation last gave a file back since nothing could be written: when, whether it
-- was a disk or the store, and their sentence. Tells users why files wait.
ALTER TABLE operation_activity
  ADD COLUMN storage_problem_at timestamptz,
  ADD COLUMN storage_problem_class text,
  ADD COLUMN storage_problem text;
