-- Photos that left this disk, that are to come back, or that are nowhere. One that has no row is here, or was never sent.

CREATE TABLE photo_places (
  photo      TEXT    NOT NULL PRIMARY KEY REFERENCES photos (sha256) ON DELETE CASCADE,
  state      TEXT    NOT NULL CHECK (state IN ('HERE', 'PRUNED', 'WANTED', 'LOST')),
  -- What was being written when head office said that it holds it: a backup of a later event has it too.
  sent_epoch TEXT    NOT NULL DEFAULT '',
  sent_seq   INTEGER NOT NULL DEFAULT 0,
  sent_ms    INTEGER NOT NULL DEFAULT 0 -- by head office's clock
) STRICT, WITHOUT ROWID;
CREATE INDEX photo_places_by_state ON photo_places (state, sent_ms);

-- What was sent before counts as sent now.
INSERT INTO photo_places (photo, state, sent_epoch, sent_seq, sent_ms)
  SELECT p.sha256, 'HERE', n.epoch, coalesce((SELECT max(seq) FROM events e WHERE e.epoch = n.epoch), 0),
    coalesce((SELECT CAST(value AS INTEGER) FROM settings WHERE key = 'head-office-time-ms'), 0)
  FROM photos p, enrolment n WHERE p.sent = 1 AND p.purged = 0;

-- The sync room asks how many RMAs there are every few seconds.
INSERT INTO tallies (name, count) VALUES ('rmas', (SELECT count(*) FROM rmas));
CREATE TRIGGER rmas_added AFTER INSERT ON rmas BEGIN
  UPDATE tallies SET count = count + 1 WHERE name = 'rmas';
END;
CREATE TRIGGER rmas_gone AFTER DELETE ON rmas BEGIN
  UPDATE tallies SET count = count - 1 WHERE name = 'rmas';
END;
