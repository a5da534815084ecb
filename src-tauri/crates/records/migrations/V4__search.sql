-- Searching a million units: every three characters of what a person looks for lead to the rows that hold them.
-- The words themselves stand in their own tables; an index keeps only where they are.

CREATE VIRTUAL TABLE unit_search USING fts5 (
  words, content='', contentless_delete=1, tokenize='trigram', detail='none'
);
INSERT INTO unit_search (rowid, words) SELECT rowid, lpn || ' ' || rma || ' ' || serial || ' ' || sku FROM units;
CREATE TRIGGER unit_search_added AFTER INSERT ON units BEGIN
  INSERT INTO unit_search (rowid, words)
    VALUES (new.rowid, new.lpn || ' ' || new.rma || ' ' || new.serial || ' ' || new.sku);
END;
CREATE TRIGGER unit_search_changed AFTER UPDATE OF lpn, rma, serial, sku ON units
  WHEN new.lpn <> old.lpn OR new.rma <> old.rma OR new.serial <> old.serial OR new.sku <> old.sku BEGIN
  DELETE FROM unit_search WHERE rowid = old.rowid;
  INSERT INTO unit_search (rowid, words)
    VALUES (new.rowid, new.lpn || ' ' || new.rma || ' ' || new.serial || ' ' || new.sku);
END;
CREATE TRIGGER unit_search_gone AFTER DELETE ON units BEGIN
  DELETE FROM unit_search WHERE rowid = old.rowid;
END;

CREATE VIRTUAL TABLE parcel_search USING fts5 (
  words, content='', contentless_delete=1, tokenize='trigram', detail='none'
);
INSERT INTO parcel_search (rowid, words) SELECT rowid, tracking FROM parcels;
CREATE TRIGGER parcel_search_added AFTER INSERT ON parcels BEGIN
  INSERT INTO parcel_search (rowid, words) VALUES (new.rowid, new.tracking);
END;
CREATE TRIGGER parcel_search_changed AFTER UPDATE OF tracking ON parcels WHEN new.tracking <> old.tracking BEGIN
  DELETE FROM parcel_search WHERE rowid = old.rowid;
  INSERT INTO parcel_search (rowid, words) VALUES (new.rowid, new.tracking);
END;
CREATE TRIGGER parcel_search_gone AFTER DELETE ON parcels BEGIN
  DELETE FROM parcel_search WHERE rowid = old.rowid;
END;

CREATE VIRTUAL TABLE rma_search USING fts5 (
  words, content='', contentless_delete=1, tokenize='trigram', detail='none'
);
INSERT INTO rma_search (rowid, words) SELECT rowid, number || ' ' || order_id FROM rmas;
CREATE TRIGGER rma_search_added AFTER INSERT ON rmas BEGIN
  INSERT INTO rma_search (rowid, words) VALUES (new.rowid, new.number || ' ' || new.order_id);
END;
CREATE TRIGGER rma_search_gone AFTER DELETE ON rmas BEGIN
  DELETE FROM rma_search WHERE rowid = old.rowid;
END;

CREATE VIRTUAL TABLE tracking_search USING fts5 (
  words, content='', contentless_delete=1, tokenize='trigram', detail='none'
);
INSERT INTO tracking_search (rowid, words) SELECT rowid, tracking FROM rma_tracking;
CREATE TRIGGER tracking_search_added AFTER INSERT ON rma_tracking BEGIN
  INSERT INTO tracking_search (rowid, words) VALUES (new.rowid, new.tracking);
END;
CREATE TRIGGER tracking_search_gone AFTER DELETE ON rma_tracking BEGIN
  DELETE FROM tracking_search WHERE rowid = old.rowid;
END;

-- Few of many units leave work for a person.
CREATE INDEX units_with_tasks ON units (updated_ms, touched) WHERE state ->> 'tasks' <> '[]';
