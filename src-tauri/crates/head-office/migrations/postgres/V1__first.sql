-- The same tables as in SQLite (migrations/sqlite). No foreign keys: they would cost a look-up for each event, and
-- whoever writes holds the row that is referred to.
-- Who head office is: one row, written at the first start. A restored store gets a new incarnation.
CREATE TABLE head_office (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    incarnation TEXT COLLATE "C" NOT NULL,
    sample_salt BYTEA NOT NULL,
    public_key BYTEA NOT NULL,
    created_s BIGINT NOT NULL,
    restored_s BIGINT NOT NULL DEFAULT 0
);

-- Counters that must never skip or repeat: moved only inside the transaction that uses the number.
CREATE TABLE positions (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL
);

-- One-time codes, by hash. `station` is empty until the code is redeemed.
CREATE TABLE enrolment_codes (
    code_hash BYTEA NOT NULL PRIMARY KEY,
    depot TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    expires_s BIGINT NOT NULL,
    station BYTEA NOT NULL DEFAULT ''
);

CREATE TABLE stations (
    station BYTEA NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    depot TEXT COLLATE "C" NOT NULL,
    public_key BYTEA NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('active', 'revoked')),
    lpn_block BIGINT NOT NULL,
    lpn_reserve_block BIGINT NOT NULL,
    enrolled_s BIGINT NOT NULL,
    lpn_next_block BIGINT NOT NULL DEFAULT 0
);

CREATE UNIQUE INDEX stations_active_name ON stations (name) WHERE state = 'active';

-- What a station last said of itself.
CREATE TABLE hellos (
    station BYTEA NOT NULL PRIMARY KEY,
    epoch TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    instance TEXT COLLATE "C" NOT NULL,
    schema BIGINT NOT NULL,
    backlog BIGINT NOT NULL,
    said_s BIGINT NOT NULL,
    instance_before TEXT COLLATE "C" NOT NULL DEFAULT '',
    cloned BIGINT NOT NULL DEFAULT 0
);

-- The end of each chain. The row is the lock under which events are appended.
CREATE TABLE heads (
    station BYTEA NOT NULL,
    epoch TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('open', 'closed')),
    PRIMARY KEY (station, epoch)
);

-- Every event in its original bytes. `envelope` is 0 for bytes that came as unreadable.
CREATE TABLE events (
    position BIGINT NOT NULL PRIMARY KEY,
    station BYTEA NOT NULL,
    epoch TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    bytes BYTEA NOT NULL,
    depot TEXT COLLATE "C" NOT NULL,
    envelope BIGINT NOT NULL,
    received_s BIGINT NOT NULL,
    UNIQUE (station, epoch, seq)
);

CREATE INDEX events_depot ON events (depot, position);

-- From here on: what was read out of the events. All of it can be derived again.
CREATE TABLE readings (
    position BIGINT NOT NULL PRIMARY KEY,
    event_id TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    verdict TEXT COLLATE "C" NOT NULL CHECK (verdict IN ('known', 'unknown', 'repeated'))
);

CREATE INDEX readings_event ON readings (event_id);
CREATE INDEX readings_subject ON readings (subject);

-- Events that could not be interpreted, for a person to look at.
CREATE TABLE quarantine (
    position BIGINT NOT NULL PRIMARY KEY,
    code TEXT COLLATE "C" NOT NULL
);

CREATE TABLE units (
    unit TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    depot TEXT COLLATE "C" NOT NULL,
    lpn TEXT COLLATE "C" NOT NULL,
    rma TEXT COLLATE "C" NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    review TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL
);

CREATE INDEX units_rma ON units (rma) WHERE rma <> '';
CREATE INDEX units_review ON units (review) WHERE review = 'PENDING';

CREATE TABLE parcels (
    parcel TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    depot TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL
);

CREATE TABLE containers (
    container TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    depot TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL
);

-- What follows from events, exactly once by id.
CREATE TABLE effects (
    effect BYTEA NOT NULL PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    event_id TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL
);

-- RMAs as they were imported; the feed adds what came in since.
CREATE TABLE rmas (
    number TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    imported TEXT COLLATE "C" NOT NULL
);

-- The newest change of each key of each keyed feed. A change takes a new position, so nothing is ever
-- written behind a reader's cursor.
CREATE TABLE feed_items (
    feed TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    change TEXT COLLATE "C" NOT NULL CHECK (change IN ('put', 'gone')),
    value TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (feed, key)
);

CREATE UNIQUE INDEX feed_items_position ON feed_items (feed, position);

-- Photos held whole, in the folder of blobs.
CREATE TABLE blobs (
    sha256 BYTEA NOT NULL PRIMARY KEY,
    length BIGINT NOT NULL,
    station BYTEA NOT NULL,
    received_s BIGINT NOT NULL
);

-- Photos on their way, per station: nobody can spoil another's upload.
CREATE TABLE blob_offers (
    station BYTEA NOT NULL,
    sha256 BYTEA NOT NULL,
    length BIGINT NOT NULL,
    PRIMARY KEY (station, sha256)
);

-- Up to where a verified backup holds each chain.
CREATE TABLE durable (
    station BYTEA NOT NULL,
    epoch TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (station, epoch)
);

-- Backups that were verified.
CREATE TABLE backups (
    backup TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    place TEXT COLLATE "C" NOT NULL,
    taken_s BIGINT NOT NULL,
    verified_s BIGINT NOT NULL,
    events BIGINT NOT NULL,
    blobs BIGINT NOT NULL
);

-- Who is told of effects.
CREATE TABLE webhooks (
    webhook TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    url TEXT COLLATE "C" NOT NULL,
    secret BYTEA NOT NULL,
    added_s BIGINT NOT NULL
);

-- What each of them must still be told, was told, or could not be told.
CREATE TABLE deliveries (
    webhook TEXT COLLATE "C" NOT NULL,
    effect BYTEA NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
    attempts BIGINT NOT NULL,
    next_s BIGINT NOT NULL,
    trouble TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (webhook, effect)
);

CREATE INDEX deliveries_waiting ON deliveries (next_s) WHERE state = 'waiting';

-- How far a block of LPNs is used.
CREATE INDEX units_lpn ON units (lpn);
