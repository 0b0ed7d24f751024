-- Uploads that are open. The context is kept as digests by field: what was written stays out.
CREATE TABLE uploads (
  id TEXT NOT NULL PRIMARY KEY,
  document_id TEXT NOT NULL,
  owner TEXT NOT NULL,
  content_length INTEGER NOT NULL,
  description_length INTEGER NOT NULL,
  recipients TEXT NOT NULL,
  flags INTEGER NOT NULL,
  context_digests TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  expire_time INTEGER NOT NULL
);
CREATE INDEX uploads_by_document ON uploads (document_id);
CREATE INDEX uploads_by_owner ON uploads (owner);
CREATE INDEX uploads_by_expiry ON uploads (expire_time);

-- Documents, by the revision of their submission. Manifests and headers are objects of the payload
-- store.
CREATE TABLE documents (
  revision INTEGER NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  sender TEXT NOT NULL,
  sender_side TEXT NOT NULL,
  manifest_sha256 BLOB NOT NULL,
  thread TEXT NOT NULL,
  case_reference TEXT NOT NULL,
  operational INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  content_length INTEGER NOT NULL,
  description_length INTEGER NOT NULL,
  controller TEXT NOT NULL,
  submit_time INTEGER NOT NULL,
  registry_store TEXT NOT NULL,
  registry_number INTEGER NOT NULL
);
CREATE INDEX documents_by_sender ON documents (sender_side, revision);
CREATE INDEX documents_by_case ON documents (case_reference, revision);

CREATE TABLE recipients (
  revision INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  document_id TEXT NOT NULL,
  spiffe_id TEXT NOT NULL,
  side TEXT NOT NULL,
  own INTEGER NOT NULL,
  state INTEGER NOT NULL,
  reason TEXT NOT NULL,
  handed_over INTEGER NOT NULL,
  waiting INTEGER NOT NULL,
  delivery_due INTEGER,
  retrieval_due INTEGER,
  PRIMARY KEY (revision, ordinal)
);
CREATE INDEX recipients_by_side ON recipients (side, own, revision);
CREATE INDEX recipients_waiting ON recipients (side, waiting, revision);
CREATE INDEX recipients_by_delivery ON recipients (delivery_due);
CREATE INDEX recipients_by_retrieval ON recipients (retrieval_due);

-- Restrictions that originators added after delivery.
CREATE TABLE restrictions (
  document_revision INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  use TEXT NOT NULL,
  partners TEXT NOT NULL,
  by_partner TEXT NOT NULL,
  PRIMARY KEY (document_revision, revision)
);

-- Case-specific decisions. Conditions, grounds and evidence are sealed under an expiry key.
CREATE TABLE decisions (
  revision INTEGER NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind INTEGER NOT NULL,
  partner TEXT NOT NULL,
  counterparts TEXT NOT NULL,
  case_reference TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  sealed_text BLOB NOT NULL,
  recorded_by TEXT NOT NULL,
  side TEXT NOT NULL,
  record_time INTEGER NOT NULL,
  withdraw_time INTEGER,
  changed_revision INTEGER NOT NULL
);
CREATE INDEX decisions_by_case ON decisions (case_reference, revision);

-- Evidence, in the order of the ledger.
CREATE TABLE statements (
  leaf_index INTEGER NOT NULL PRIMARY KEY,
  document_id TEXT NOT NULL,
  kind INTEGER NOT NULL,
  sender TEXT NOT NULL,
  recipient TEXT NOT NULL,
  statement BLOB NOT NULL,
  signature BLOB NOT NULL,
  confirmation BLOB NOT NULL,
  confirmation_signature BLOB NOT NULL,
  commit_time INTEGER NOT NULL
);
CREATE INDEX statements_by_document ON statements (document_id, leaf_index);

-- Records of transfers made and refused (EJR 38(d), EUDPR 94(4)). Verdicts are sealed.
CREATE TABLE transfer_records (
  revision INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  commit_time INTEGER NOT NULL,
  document_id TEXT NOT NULL,
  attempt TEXT NOT NULL,
  sender TEXT NOT NULL,
  recipient TEXT NOT NULL,
  refused INTEGER NOT NULL,
  sealed_verdict BLOB NOT NULL,
  leaf_index INTEGER NOT NULL,
  PRIMARY KEY (revision, ordinal)
);
CREATE INDEX transfer_records_by_document ON transfer_records (document_id, recipient, revision);
