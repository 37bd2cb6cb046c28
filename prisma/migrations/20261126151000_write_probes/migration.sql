-- What /readyz writes to know whether the database can be written: each check inserts a row and
-- deletes it in one transaction. A row fills a page, so that a full disk is seen as well.
CREATE TABLE write_probes (
  id      uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  padding text NOT NULL DEFAULT repeat('x', 7000)
);
ALTER TABLE write_probes ALTER COLUMN padding SET STORAGE PLAIN;
