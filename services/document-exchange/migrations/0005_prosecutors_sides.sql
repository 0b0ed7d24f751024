-- A liaison prosecutor is a side by himself, and not of the unit in his name.
UPDATE documents SET sender_side = sender WHERE sender LIKE 'spiffe://%/agency/liaison-prosecutor/%';
UPDATE recipients SET side = spiffe_id WHERE spiffe_id LIKE 'spiffe://%/agency/liaison-prosecutor/%';
UPDATE decisions SET side = recorded_by WHERE recorded_by LIKE 'spiffe://%/agency/liaison-prosecutor/%';
