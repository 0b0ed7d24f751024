-- The end of each document's retention, as its manifest has it (0: not read yet), when its erasure was
-- decided, and how far it is (0: not begun, 1: begun, 2: done). What is held is not begun.
ALTER TABLE documents ADD COLUMN erase_due INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN erase_time INTEGER;
ALTER TABLE documents ADD COLUMN erasure INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
CREATE INDEX documents_by_erasure ON documents (erasure, held, erase_due);
