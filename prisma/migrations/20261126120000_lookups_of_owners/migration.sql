-- Whose slot a lookup takes, and for how long it has been worked on.
ALTER TABLE datasets
  ADD COLUMN lookup_owner text,
  ADD COLUMN lookup_seconds double precision NOT NULL DEFAULT 0;
