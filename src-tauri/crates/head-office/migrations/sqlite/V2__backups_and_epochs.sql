-- Since when this life counts, where it began with a restored backup; 0 otherwise.
ALTER TABLE head_office ADD COLUMN restored_s INTEGER NOT NULL DEFAULT 0;

-- The newest further LPN block that a station was given; 0 for none.
ALTER TABLE stations ADD COLUMN lpn_next_block INTEGER NOT NULL DEFAULT 0;

-- The nonce before the last one: two that alternate mean a cloned disk.
ALTER TABLE hellos ADD COLUMN instance_before TEXT NOT NULL DEFAULT '';
ALTER TABLE hellos ADD COLUMN cloned INTEGER NOT NULL DEFAULT 0;

-- Up to where a verified backup holds each chain.
CREATE TABLE durable (
    station BLOB NOT NULL,
    epoch TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (station, epoch)
) STRICT, WITHOUT ROWID;

-- Backups that were verified.
CREATE TABLE backups (
    backup TEXT NOT NULL PRIMARY KEY,
    place TEXT NOT NULL,
    taken_s INTEGER NOT NULL,
    verified_s INTEGER NOT NULL,
    events INTEGER NOT NULL,
    blobs INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who is told of effects.
CREATE TABLE webhooks (
    webhook TEXT NOT NULL PRIMARY KEY,
    url TEXT NOT NULL,
    secret BLOB NOT NULL,
    added_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What each of them must still be told, was told, or could not be told.
CREATE TABLE deliveries (
    webhook TEXT NOT NULL REFERENCES webhooks (webhook),
    effect BLOB NOT NULL REFERENCES effects (effect),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
    attempts INTEGER NOT NULL,
    next_s INTEGER NOT NULL,
    trouble TEXT NOT NULL,
    PRIMARY KEY (webhook, effect)
) STRICT, WITHOUT ROWID;

CREATE INDEX deliveries_waiting ON deliveries (next_s) WHERE state = 'waiting';

-- How far a block of LPNs is used.
CREATE INDEX units_lpn ON units (lpn);
