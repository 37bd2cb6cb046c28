-- Rows of ServiceX databases that were taken over, by their old ids: a later import leaves them out.
CREATE TABLE imported_rows (
  source text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('user', 'dataset', 'request')),
  old_id text NOT NULL,
  new_id text NOT NULL,
  imported_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (source, kind, old_id));

-- Tokens that people hold of ServiceX. Earlier rows fulfil the check: they are not read again.
ALTER TABLE api_tokens DROP CONSTRAINT api_tokens_made_by_check;
ALTER TABLE api_tokens ADD CONSTRAINT api_tokens_made_by_check
  CHECK (made_by IN ('page', 'api', 'device', 'command', 'import')) NOT VALID;
