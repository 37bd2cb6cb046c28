-- Files of a request's own, such as masks: objects in its bucket. They are stored, and noted here,
-- before the request is recorded: those of a submit that was killed in between have no request.
CREATE TABLE attachments (
  request_id uuid NOT NULL,
  name       text NOT NULL,
  size       bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (request_id, name)
);
