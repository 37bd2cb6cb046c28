-- How often the task was leased: what an agent reports by queue may come late, or twice, and must
-- not end a later turn.
ALTER TABLE tasks ADD COLUMN turn int NOT NULL DEFAULT 0;
