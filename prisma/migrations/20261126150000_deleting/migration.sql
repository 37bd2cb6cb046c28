-- A request that is being deleted: no longer shown, its results and rows are removed in chunks.
-- Earlier rows fulfil the check: they are not read again.
ALTER TABLE requests DROP CONSTRAINT requests_state_check;
ALTER TABLE requests ADD CONSTRAINT requests_state_check CHECK (state IN
  ('submitted', 'lookup', 'running', 'canceling', 'complete', 'failed', 'canceled', 'deleting'))
  NOT VALID;
CREATE INDEX requests_deleting_idx ON requests (id) WHERE state = 'deleting';

-- Results that nobody reads any more: their objects are removed, then their rows.
CREATE INDEX results_marked_idx ON results (request_id, name) WHERE deleted_at IS NOT NULL;
