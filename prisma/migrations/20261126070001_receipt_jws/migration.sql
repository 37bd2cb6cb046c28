-- The protected header of the receipt's JWS, in base64url. NULL: a receipt of an earlier version,
-- whose signature is over the document alone.
ALTER TABLE receipts ADD COLUMN header TEXT;
