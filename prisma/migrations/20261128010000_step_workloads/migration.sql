-- What a step's containers run, where our own worker program cannot do its work: as its generator
-- answered when the request was submitted.
CREATE TABLE step_workloads (
  request_id uuid NOT NULL,
  step smallint NOT NULL,
  run_id uuid NOT NULL UNIQUE,       -- names its queue and its containers
  image text NOT NULL,
  language text NOT NULL,
  command text NOT NULL,
  format text NOT NULL CHECK (format IN ('parquet', 'root-file', 'root-rntuple', 'arrow')),
  destination text NOT NULL CHECK (destination IN ('object-store', 'volume')),
  files jsonb NOT NULL,              -- generated code: base64 by file name
  PRIMARY KEY (request_id, step),
  FOREIGN KEY (request_id, step) REFERENCES request_steps (request_id, step) ON DELETE CASCADE);
