-- The claim that started the file: repeated, it gets the same files.
ALTER TABLE request_files ADD COLUMN claim_id uuid;
