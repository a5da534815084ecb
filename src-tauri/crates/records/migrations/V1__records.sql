-- The station's records. STRICT tables, everything NOT NULL: an absent text is '', an absent time 0.
-- Times are milliseconds since 1970.

CREATE TABLE enrolment (
  only_row          INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
  station           TEXT    NOT NULL,
  name              TEXT    NOT NULL,
  depot             TEXT    NOT NULL,
  epoch             TEXT    NOT NULL REFERENCES epochs (epoch),
  head_office_url   TEXT    NOT NULL,
  head_office_key   TEXT    NOT NULL,
  incarnation       TEXT    NOT NULL,
  lpn_block         TEXT    NOT NULL, -- JSON: block, start, next, end
  lpn_reserve_block INTEGER NOT NULL,
  lpn_further_block INTEGER NOT NULL, -- given for the day when lpn_block is used up; 0: none
  label_keys        TEXT    NOT NULL, -- JSON: hex keys
  sample_salt       TEXT    NOT NULL
) STRICT;

-- Epochs that this station has written, in the order in which it opened them.
CREATE TABLE epochs (
  epoch            TEXT    NOT NULL PRIMARY KEY,
  position         INTEGER NOT NULL UNIQUE,
  acknowledged_seq INTEGER NOT NULL DEFAULT 0,
  durable_seq      INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The station's own log. Never changed, never deleted.
CREATE TABLE events (
  epoch       TEXT    NOT NULL REFERENCES epochs (epoch),
  seq         INTEGER NOT NULL CHECK (seq > 0),
  event_id    TEXT    NOT NULL,
  subject     TEXT    NOT NULL,
  kind        TEXT    NOT NULL,
  recorded_ms INTEGER NOT NULL,
  bytes       BLOB    NOT NULL,
  hash        BLOB    NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (epoch, seq),
  UNIQUE (epoch, event_id)
) STRICT;
CREATE INDEX events_by_subject ON events (subject);
CREATE INDEX events_by_id ON events (event_id);
CREATE INDEX events_by_time ON events (recorded_ms);

-- Own events that head office has not confirmed yet.
CREATE TABLE outbox (
  epoch TEXT    NOT NULL,
  seq   INTEGER NOT NULL,
  PRIMARY KEY (epoch, seq),
  FOREIGN KEY (epoch, seq) REFERENCES events (epoch, seq)
) STRICT;

-- Events of other benches and of head office.
CREATE TABLE foreign_events (
  station     TEXT    NOT NULL,
  epoch       TEXT    NOT NULL,
  seq         INTEGER NOT NULL,
  event_id    TEXT    NOT NULL,
  subject     TEXT    NOT NULL,
  kind        TEXT    NOT NULL,
  recorded_ms INTEGER NOT NULL,
  bytes       BLOB    NOT NULL,
  PRIMARY KEY (station, epoch, seq)
) STRICT;
CREATE INDEX foreign_events_by_subject ON foreign_events (subject);

-- The last event of each subject, in fold order: what the next event has seen.
CREATE TABLE subjects (
  subject    TEXT NOT NULL PRIMARY KEY,
  last_event TEXT NOT NULL
) STRICT;

-- Projections. `state` is the fold of the subject's events; the other columns are taken from it for look-up.
-- `touched` counts up with every change, so that "recent" needs no clock.
CREATE TABLE units (
  id         TEXT    NOT NULL PRIMARY KEY,
  lpn        TEXT    NOT NULL,
  rma        TEXT    NOT NULL,
  serial     TEXT    NOT NULL,
  sku        TEXT    NOT NULL,
  parcel     TEXT    NOT NULL,
  container  TEXT    NOT NULL,
  stage      TEXT    NOT NULL,
  review     TEXT    NOT NULL,
  held       INTEGER NOT NULL,
  unreadable INTEGER NOT NULL,
  touched    INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  state      TEXT    NOT NULL
) STRICT;
CREATE INDEX units_by_lpn ON units (lpn);
CREATE INDEX units_by_rma ON units (rma);
CREATE INDEX units_by_serial ON units (serial);
CREATE INDEX units_by_sku ON units (sku);
CREATE INDEX units_by_parcel ON units (parcel);
CREATE INDEX units_by_container ON units (container);
CREATE INDEX units_by_touch ON units (touched);
CREATE INDEX units_by_review ON units (review);

CREATE TABLE parcels (
  id         TEXT    NOT NULL PRIMARY KEY,
  tracking   TEXT    NOT NULL,
  stage      TEXT    NOT NULL,
  unreadable INTEGER NOT NULL,
  touched    INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  state      TEXT    NOT NULL
) STRICT;
CREATE INDEX parcels_by_tracking ON parcels (tracking);
CREATE INDEX parcels_by_stage ON parcels (stage, touched);

CREATE TABLE containers (
  id         TEXT    NOT NULL PRIMARY KEY,
  code       TEXT    NOT NULL,
  stage      TEXT    NOT NULL,
  unreadable INTEGER NOT NULL,
  touched    INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  state      TEXT    NOT NULL
) STRICT;
CREATE INDEX containers_by_code ON containers (code);
CREATE INDEX containers_by_stage ON containers (stage, touched);

-- Photos that own events name. The file is there before the event is.
CREATE TABLE photos (
  sha256  TEXT    NOT NULL PRIMARY KEY,
  length  INTEGER NOT NULL,
  subject TEXT    NOT NULL,
  sent    INTEGER NOT NULL DEFAULT 0,
  purged  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX photos_by_subject ON photos (subject);
CREATE INDEX photos_unsent ON photos (sent) WHERE sent = 0;
CREATE INDEX photos_purged ON photos (purged) WHERE purged = 1;

-- Raw scans and free text. Purgeable: the event holds only the hash.
CREATE TABLE kept_texts (
  sha256    TEXT    NOT NULL PRIMARY KEY,
  bytes     BLOB    NOT NULL,
  kept_ms   INTEGER NOT NULL,
  purged_ms INTEGER NOT NULL DEFAULT 0
) STRICT;

-- How far each feed has come down.
CREATE TABLE feeds (
  feed       TEXT    NOT NULL PRIMARY KEY,
  cursor     TEXT    NOT NULL,
  current_ms INTEGER NOT NULL  -- when it was last seen to be complete
) STRICT;

-- Items that could not be trusted or read. The rest of their page went in.
CREATE TABLE refused_items (
  feed       TEXT    NOT NULL,
  item       TEXT    NOT NULL,
  code       TEXT    NOT NULL,
  value      TEXT    NOT NULL,
  refused_ms INTEGER NOT NULL,
  PRIMARY KEY (feed, item)
) STRICT;

CREATE TABLE rmas (
  number   TEXT    NOT NULL PRIMARY KEY,
  state    TEXT    NOT NULL,
  order_id TEXT    NOT NULL,
  label    TEXT    NOT NULL,
  rma      TEXT    NOT NULL
) STRICT;
CREATE INDEX rmas_by_order ON rmas (order_id);
CREATE INDEX rmas_by_label ON rmas (label);

CREATE TABLE rma_tracking (
  tracking TEXT NOT NULL,
  number   TEXT NOT NULL REFERENCES rmas (number) ON DELETE CASCADE,
  PRIMARY KEY (tracking, number)
) STRICT;
CREATE INDEX rma_tracking_by_number ON rma_tracking (number);

CREATE TABLE rma_skus (
  sku    TEXT NOT NULL,
  number TEXT NOT NULL REFERENCES rmas (number) ON DELETE CASCADE,
  PRIMARY KEY (sku, number)
) STRICT;
CREATE INDEX rma_skus_by_number ON rma_skus (number);

-- Signed by head office; kept as signed, verified again on loading.
CREATE TABLE items (
  key    TEXT NOT NULL PRIMARY KEY,
  sku    TEXT NOT NULL,
  signed TEXT NOT NULL
) STRICT;
CREATE INDEX items_by_sku ON items (sku);

CREATE TABLE item_gtins (
  gtin TEXT NOT NULL,
  key  TEXT NOT NULL REFERENCES items (key) ON DELETE CASCADE,
  PRIMARY KEY (gtin, key)
) STRICT;
CREATE INDEX item_gtins_by_key ON item_gtins (key);

CREATE TABLE operators (
  key    TEXT NOT NULL PRIMARY KEY,
  id     TEXT NOT NULL,
  badge  TEXT NOT NULL,
  signed TEXT NOT NULL
) STRICT;
CREATE INDEX operators_by_id ON operators (id);
CREATE INDEX operators_by_badge ON operators (badge);

CREATE TABLE documents (
  key    TEXT    NOT NULL PRIMARY KEY,
  kind   TEXT    NOT NULL, -- policy, checklist
  name   TEXT    NOT NULL, -- category of a checklist
  number INTEGER NOT NULL, -- number of a policy, version of a checklist
  signed TEXT    NOT NULL
) STRICT;
CREATE INDEX documents_by_kind ON documents (kind, name, number);

-- Claims of return labels, as they came.
CREATE TABLE label_claims (
  key   TEXT NOT NULL PRIMARY KEY,
  claim TEXT NOT NULL
) STRICT;

-- The station's signature over its head.
CREATE TABLE seals (
  epoch     TEXT    NOT NULL REFERENCES epochs (epoch),
  seq       INTEGER NOT NULL,
  hash      TEXT    NOT NULL,
  signature TEXT    NOT NULL,
  PRIMARY KEY (epoch, seq)
) STRICT;

-- What this bench was told: devices, language. JSON.
CREATE TABLE settings (
  key   TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
