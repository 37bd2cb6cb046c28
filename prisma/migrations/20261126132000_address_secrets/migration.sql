-- The secrets of addresses (user names, passwords, tokens, signatures), encrypted; files.paths and
-- request_files.location have the addresses without them. Only files with secrets have a row.
CREATE TABLE file_secrets (
  file_id bigint PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
  sealed bytea NOT NULL
);

-- A dataset with secrets is not used by later requests.
ALTER TABLE datasets ADD COLUMN has_secrets boolean NOT NULL DEFAULT false;

-- Without a foreign key: a task may have to release a location whose request was deleted. The sweep
-- removes the rows that neither a file of a request nor a task needs.
CREATE TABLE location_secrets (
  request_id uuid NOT NULL,
  file_id bigint NOT NULL,
  sealed bytea NOT NULL,
  PRIMARY KEY (request_id, file_id)
);

-- Files up to this id were checked for secrets that an earlier version stored in plain text.
ALTER TABLE service_identity ADD COLUMN files_separated_to bigint NOT NULL DEFAULT 0;
