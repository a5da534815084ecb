-- Epochs that the station opened alone, what a person must be told of, small pictures, and counts that need no walk.
-- STRICT, everything NOT NULL: an absent text is '', an absent time 0.

-- '' where head office gave the number; else why the station had to open it alone: restored, cloned, rebuilt.
ALTER TABLE epochs ADD COLUMN because TEXT NOT NULL DEFAULT '';
-- Events up to here have lost their bytes: head office holds them durably. Their hashes stay.
ALTER TABLE epochs ADD COLUMN pruned_seq INTEGER NOT NULL DEFAULT 0;

-- Own events that head office did not take at their first place, and that went on unchanged at another.
CREATE TABLE moved_events (
  epoch    TEXT    NOT NULL,
  seq      INTEGER NOT NULL,
  hash     BLOB    NOT NULL CHECK (length(hash) = 32),
  event_id TEXT    NOT NULL,
  moved_ms INTEGER NOT NULL,
  PRIMARY KEY (epoch, seq, hash)
) STRICT;

-- What happened to the records themselves, until a person has seen it. `args` is JSON.
CREATE TABLE incidents (
  id      INTEGER NOT NULL PRIMARY KEY,
  code    TEXT    NOT NULL,
  args    TEXT    NOT NULL,
  at_ms   INTEGER NOT NULL,
  seen_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX incidents_unseen ON incidents (id) WHERE seen_ms = 0;

-- Small pictures of photos: they go up before the photos.
CREATE TABLE thumbnails (
  photo  TEXT    NOT NULL PRIMARY KEY REFERENCES photos (sha256) ON DELETE CASCADE,
  sha256 TEXT    NOT NULL,
  length INTEGER NOT NULL,
  sent   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX thumbnails_unsent ON thumbnails (sent) WHERE sent = 0;

-- Counts kept by triggers: a screen asks for them every few seconds.
CREATE TABLE tallies (
  name  TEXT    NOT NULL PRIMARY KEY,
  count INTEGER NOT NULL
) STRICT;
INSERT INTO tallies (name, count) VALUES
  ('photos', (SELECT count(*) FROM photos)),
  ('photos-waiting', (SELECT count(*) FROM photos WHERE sent = 0 AND purged = 0)),
  ('thumbnails', 0),
  ('thumbnails-waiting', 0);
CREATE TRIGGER photos_added AFTER INSERT ON photos BEGIN
  UPDATE tallies SET count = count + 1 WHERE name = 'photos';
  UPDATE tallies SET count = count + 1 WHERE name = 'photos-waiting' AND new.sent = 0 AND new.purged = 0;
END;
CREATE TRIGGER photos_changed AFTER UPDATE OF sent, purged ON photos
  WHEN (new.sent = 0 AND new.purged = 0) <> (old.sent = 0 AND old.purged = 0) BEGIN
  UPDATE tallies SET count = count + iif(new.sent = 0 AND new.purged = 0, 1, -1) WHERE name = 'photos-waiting';
END;
CREATE TRIGGER photos_gone AFTER DELETE ON photos BEGIN
  UPDATE tallies SET count = count - 1 WHERE name = 'photos';
  UPDATE tallies SET count = count - 1 WHERE name = 'photos-waiting' AND old.sent = 0 AND old.purged = 0;
END;
CREATE TRIGGER thumbnails_added AFTER INSERT ON thumbnails BEGIN
  UPDATE tallies SET count = count + 1 WHERE name = 'thumbnails';
  UPDATE tallies SET count = count + 1 WHERE name = 'thumbnails-waiting' AND new.sent = 0;
END;
CREATE TRIGGER thumbnails_changed AFTER UPDATE OF sent ON thumbnails WHEN (new.sent = 0) <> (old.sent = 0) BEGIN
  UPDATE tallies SET count = count + iif(new.sent = 0, 1, -1) WHERE name = 'thumbnails-waiting';
END;
CREATE TRIGGER thumbnails_gone AFTER DELETE ON thumbnails BEGIN
  UPDATE tallies SET count = count - 1 WHERE name = 'thumbnails';
  UPDATE tallies SET count = count - 1 WHERE name = 'thumbnails-waiting' AND old.sent = 0;
END;

-- A photo is sent once; the next one is found without passing over purged ones.
DROP INDEX photos_unsent;
CREATE INDEX photos_waiting ON photos (sent) WHERE sent = 0 AND purged = 0;

-- Today's counts by kind, from the index alone.
DROP INDEX events_by_time;
CREATE INDEX events_by_time ON events (recorded_ms, kind);
