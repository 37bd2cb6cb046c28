-- What the object store's own mark of a result was when it was recorded: a result that somebody
-- replaced afterwards is found by it. Null for earlier results and for stores in a folder.
ALTER TABLE results ADD COLUMN etag text;
