-- What callers without a name may take of a façade, all of them together.
ALTER TABLE facade_callers
  ADD COLUMN most_files int NOT NULL DEFAULT 100,
  ADD COLUMN calls_a_minute int NOT NULL DEFAULT 60;
