-- One sequence orders the history of files and the moves of requests, whatever clocks do. Earlier
-- rows have none: the default is set apart from the column, so that no row is written again.
ALTER TABLE file_status ADD COLUMN seq bigint;
ALTER TABLE file_status ALTER COLUMN seq SET DEFAULT nextval('request_moves_id_seq');
