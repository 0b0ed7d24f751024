-- What was exchanged in a year is counted without reading the others.
CREATE INDEX documents_by_time ON documents (submit_time, revision);
