-- Each message is updated when it is taken; with room in its page the update needs no new entries in the indexes.
ALTER TABLE queue_messages SET (fillfactor = 50);
