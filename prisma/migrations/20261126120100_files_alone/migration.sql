-- A worker died that had the file: it runs again by itself.
ALTER TABLE request_files ADD COLUMN alone boolean NOT NULL DEFAULT false;
