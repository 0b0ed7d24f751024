-- Statements in the order of their commits: leaf indices begin anew when the ledger is succeeded, times
-- do not go back.
CREATE TABLE statements_by_time (
  leaf_index INTEGER NOT NULL,
  document_id TEXT NOT NULL,
  kind INTEGER NOT NULL,
  sender TEXT NOT NULL,
  recipient TEXT NOT NULL,
  statement BLOB NOT NULL,
  signature BLOB NOT NULL,
  confirmation BLOB NOT NULL,
  confirmation_signature BLOB NOT NULL,
  commit_time INTEGER NOT NULL,
  PRIMARY KEY (commit_time, leaf_index)
);
INSERT INTO statements_by_time SELECT leaf_index, document_id, kind, sender, recipient, statement,
  signature, confirmation, confirmation_signature, commit_time FROM statements;
DROP TABLE statements;
ALTER TABLE statements_by_time RENAME TO statements;
CREATE INDEX statements_by_document ON statements (document_id, commit_time, leaf_index);
