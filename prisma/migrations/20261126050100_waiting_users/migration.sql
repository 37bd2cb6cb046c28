-- `user_work.served_at` is when a file of the user was last started, or when work came after there was
-- none, whichever is later. With the time of the last start alone, users who had never been served went
-- before all others, and an endless row of them could pass over somebody who waits.

-- The row of sums exists from the first submit on, so that sums are always added to a row.
CREATE OR REPLACE FUNCTION fill_step_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT r.owner, r.priority INTO STRICT NEW.owner, NEW.priority
  FROM requests r WHERE r.id = NEW.request_id;
  INSERT INTO user_work (operation, owner) VALUES (NEW.operation, NEW.owner) ON CONFLICT DO NOTHING;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION add_to_user_work() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO user_work AS known (operation, owner, waiting, queued, running, served_at)
  SELECT operation, owner, sum(waiting), sum(queued), sum(running),
    CASE WHEN max(served_at) > max(served_before) THEN max(served_at) END
  FROM (
    SELECT operation, owner, waiting, queued, running, served_at, NULL::timestamptz AS served_before
    FROM steps_after
    UNION ALL
    SELECT operation, owner, -waiting, -queued, -running, NULL, served_at FROM steps_before
  ) change
  GROUP BY operation, owner
  HAVING sum(waiting) <> 0 OR sum(queued) <> 0 OR sum(running) <> 0
  ORDER BY operation, owner
  ON CONFLICT (operation, owner) DO UPDATE SET
    waiting = known.waiting + excluded.waiting, queued = known.queued + excluded.queued,
    running = known.running + excluded.running,
    served_at = CASE
      WHEN known.queued <= 0 AND excluded.queued > 0
        OR known.waiting + known.queued <= 0 AND excluded.waiting > 0 THEN clock_timestamp()
      ELSE greatest(known.served_at, excluded.served_at) END;
  RETURN NULL;
END $$;
