-- Lookups that outside finders are asked for by a message of the broker: which queue got it, when it
-- was published last and how often, and the name of its task, by which it is called off.
ALTER TABLE datasets
  ADD COLUMN asked_queue text,
  ADD COLUMN asked_task text,
  ADD COLUMN asked_at timestamptz,
  ADD COLUMN asked_times integer NOT NULL DEFAULT 0;
