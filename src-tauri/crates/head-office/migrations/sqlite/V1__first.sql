-- Who head office is: one row, written at the first start. A restored store gets a new incarnation.
CREATE TABLE head_office (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    incarnation TEXT NOT NULL,
    sample_salt BLOB NOT NULL,
    public_key BLOB NOT NULL,
    created_s INTEGER NOT NULL
) STRICT;

-- Counters that must never skip or repeat: moved only inside the transaction that uses the number.
CREATE TABLE positions (
    name TEXT NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One-time codes, by hash. `station` is empty until the code is redeemed.
CREATE TABLE enrolment_codes (
    code_hash BLOB NOT NULL PRIMARY KEY,
    depot TEXT NOT NULL,
    name TEXT NOT NULL,
    expires_s INTEGER NOT NULL,
    station BLOB NOT NULL DEFAULT x''
) STRICT, WITHOUT ROWID;

CREATE TABLE stations (
    station BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    depot TEXT NOT NULL,
    public_key BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'revoked')),
    lpn_block INTEGER NOT NULL,
    lpn_reserve_block INTEGER NOT NULL,
    enrolled_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX stations_active_name ON stations (name) WHERE state = 'active';

-- What a station last said of itself.
CREATE TABLE hellos (
    station BLOB NOT NULL PRIMARY KEY REFERENCES stations (station),
    epoch TEXT NOT NULL,
    seq INTEGER NOT NULL,
    instance TEXT NOT NULL,
    schema INTEGER NOT NULL,
    backlog INTEGER NOT NULL,
    said_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The end of each chain. The row is the lock under which events are appended.
CREATE TABLE heads (
    station BLOB NOT NULL REFERENCES stations (station),
    epoch TEXT NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    PRIMARY KEY (station, epoch)
) STRICT, WITHOUT ROWID;

-- Every event in its original bytes. `envelope` is 0 for bytes that came as unreadable.
CREATE TABLE events (
    position INTEGER NOT NULL PRIMARY KEY,
    station BLOB NOT NULL,
    epoch TEXT NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    bytes BLOB NOT NULL,
    depot TEXT NOT NULL,
    envelope INTEGER NOT NULL,
    received_s INTEGER NOT NULL,
    UNIQUE (station, epoch, seq),
    FOREIGN KEY (station, epoch) REFERENCES heads (station, epoch)
) STRICT;

CREATE INDEX events_depot ON events (depot, position);

-- From here on: what was read out of the events. All of it can be derived again.
CREATE TABLE readings (
    position INTEGER NOT NULL PRIMARY KEY REFERENCES events (position),
    event_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('known', 'unknown', 'repeated'))
) STRICT;

CREATE INDEX readings_event ON readings (event_id);
CREATE INDEX readings_subject ON readings (subject);

-- Events that could not be interpreted, for a person to look at.
CREATE TABLE quarantine (
    position INTEGER NOT NULL PRIMARY KEY REFERENCES events (position),
    code TEXT NOT NULL
) STRICT;

CREATE TABLE units (
    unit TEXT NOT NULL PRIMARY KEY,
    depot TEXT NOT NULL,
    lpn TEXT NOT NULL,
    rma TEXT NOT NULL,
    stage TEXT NOT NULL,
    review TEXT NOT NULL,
    state TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX units_rma ON units (rma) WHERE rma <> '';
CREATE INDEX units_review ON units (review) WHERE review = 'PENDING';

CREATE TABLE parcels (
    parcel TEXT NOT NULL PRIMARY KEY,
    depot TEXT NOT NULL,
    state TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE containers (
    container TEXT NOT NULL PRIMARY KEY,
    depot TEXT NOT NULL,
    state TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What follows from events, exactly once by id.
CREATE TABLE effects (
    effect BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    event_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- RMAs as they were imported; the feed adds what came in since.
CREATE TABLE rmas (
    number TEXT NOT NULL PRIMARY KEY,
    imported TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The newest change of each key of each keyed feed. A change takes a new position, so nothing is ever
-- written behind a reader's cursor.
CREATE TABLE feed_items (
    feed TEXT NOT NULL,
    key TEXT NOT NULL,
    position INTEGER NOT NULL,
    change TEXT NOT NULL CHECK (change IN ('put', 'gone')),
    value TEXT NOT NULL,
    PRIMARY KEY (feed, key)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX feed_items_position ON feed_items (feed, position);

-- Photos held whole, in the folder of blobs.
CREATE TABLE blobs (
    sha256 BLOB NOT NULL PRIMARY KEY,
    length INTEGER NOT NULL,
    station BLOB NOT NULL,
    received_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Photos on their way, per station: nobody can spoil another's upload.
CREATE TABLE blob_offers (
    station BLOB NOT NULL,
    sha256 BLOB NOT NULL,
    length INTEGER NOT NULL,
    PRIMARY KEY (station, sha256)
) STRICT, WITHOUT ROWID;
