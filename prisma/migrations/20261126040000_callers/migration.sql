-- Whose request a receipt accounts for: it is asked after the request is deleted. Nullable, since a process of the
-- version before writes none; readers then take it from the signed document.
ALTER TABLE receipts ADD COLUMN owner text;
UPDATE receipts SET owner = convert_from(document, 'UTF8')::json #>> '{request,owner}';

-- Each user lists their own requests, newest first.
CREATE INDEX requests_owner_created_idx ON requests (owner, created_at, id);
