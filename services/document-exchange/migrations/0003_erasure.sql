-- The end of each document's retention, as its manifest has it (0: not read yet), and its erasure:
-- when it was decided, and whether it is done. What is held stays.
ALTER TABLE documents ADD COLUMN erase_due INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN erase_time INTEGER;
ALTER TABLE documents ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
CREATE INDEX documents_by_erasure ON documents (erased, held, erase_due);
