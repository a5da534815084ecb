-- What the insights count, what an arrival is compared with, and what a search needs beside V1.
-- STRICT, everything NOT NULL: an absent text is '', an absent time 0, an absent figure -1.

-- One row for each unit that is not voided, from its events alone: documents may be gone by the time of a question.
CREATE TABLE figures (
  unit             TEXT    NOT NULL PRIMARY KEY,
  station          TEXT    NOT NULL, -- where it was received
  parcel           TEXT    NOT NULL,
  rma              TEXT    NOT NULL,
  line             TEXT    NOT NULL,
  sku              TEXT    NOT NULL,
  stage            TEXT    NOT NULL,
  category         TEXT    NOT NULL,
  owner            TEXT    NOT NULL,
  cycle            TEXT    NOT NULL,
  intake           TEXT    NOT NULL,
  reason           TEXT    NOT NULL,
  preference       TEXT    NOT NULL,
  grader           TEXT    NOT NULL,
  grade            TEXT    NOT NULL,
  function         TEXT    NOT NULL,
  disposition      TEXT    NOT NULL,
  settlement       TEXT    NOT NULL,
  currency         TEXT    NOT NULL, -- of value and recovered
  value_minor      INTEGER NOT NULL, -- as new
  recovered_minor  INTEGER NOT NULL, -- net, as decided; counts only with recovered_known
  recovered_known  INTEGER NOT NULL,
  weight_grams     INTEGER NOT NULL,
  sampled          INTEGER NOT NULL,
  claimed_defect   INTEGER NOT NULL, -- graded, and the customer claimed a fault
  no_fault         INTEGER NOT NULL, -- and none was found
  avoidable        INTEGER NOT NULL, -- the reason is one that better goods, words or packing avoid
  empty_box        INTEGER NOT NULL,
  docked_ms        INTEGER NOT NULL, -- its parcel arrived
  received_ms      INTEGER NOT NULL,
  graded_ms        INTEGER NOT NULL, -- the first time; so have the next three
  decided_ms       INTEGER NOT NULL,
  staged_ms        INTEGER NOT NULL,
  closed_ms        INTEGER NOT NULL,
  -- From the dock (parcel's arrival where known, else receipt) to the first decision that was not provisional.
  dock_ms          INTEGER NOT NULL GENERATED ALWAYS AS (
    CASE WHEN decided_ms = 0 THEN -1
         ELSE max(decided_ms - CASE WHEN docked_ms > 0 THEN min(docked_ms, received_ms) ELSE received_ms END, 0)
    END) VIRTUAL
) STRICT;
CREATE INDEX figures_by_outcome ON figures (category, disposition, sku, received_ms, weight_grams)
  WHERE disposition <> '';
CREATE INDEX figures_by_recovery ON figures (category, grade, currency, received_ms, value_minor, recovered_minor,
  recovered_known) WHERE disposition <> '' AND grade <> '';
CREATE INDEX figures_by_dock ON figures (category, dock_ms, received_ms) WHERE decided_ms > 0;
CREATE INDEX figures_by_claim ON figures (category, sku, no_fault, received_ms) WHERE claimed_defect = 1;
CREATE INDEX figures_by_avoidable ON figures (sku, category, reason, received_ms) WHERE avoidable = 1;
CREATE INDEX figures_graded ON figures (received_ms) WHERE grade <> '';
CREATE INDEX figures_by_sku ON figures (sku, received_ms);
CREATE INDEX figures_by_line ON figures (rma, line);
CREATE INDEX figures_by_parcel ON figures (parcel);
CREATE INDEX figures_empty_boxes ON figures (rma, received_ms) WHERE empty_box = 1;

-- What was found on graded units; '' where nothing was.
CREATE TABLE figure_findings (
  unit        TEXT    NOT NULL,
  finding     TEXT    NOT NULL,
  reason      TEXT    NOT NULL,
  received_ms INTEGER NOT NULL,
  PRIMARY KEY (unit, finding)
) STRICT, WITHOUT ROWID;
CREATE INDEX figure_findings_by_reason ON figure_findings (reason, finding, received_ms);

-- Blind second inspections; they stay when inspection starts again.
CREATE TABLE figure_blinds (
  event_id     TEXT    NOT NULL PRIMARY KEY,
  unit         TEXT    NOT NULL,
  category     TEXT    NOT NULL,
  grader       TEXT    NOT NULL,
  second       TEXT    NOT NULL, -- who graded blind
  first_grade  TEXT    NOT NULL,
  second_grade TEXT    NOT NULL,
  received_ms  INTEGER NOT NULL
) STRICT;
CREATE INDEX figure_blinds_by_unit ON figure_blinds (unit);

CREATE TABLE figure_answers (
  event_id TEXT NOT NULL,
  question TEXT NOT NULL,
  first    TEXT NOT NULL,
  second   TEXT NOT NULL,
  PRIMARY KEY (event_id, question)
) STRICT, WITHOUT ROWID;

-- Steps done in each quarter of an hour (milliseconds since 1970 / 900000), by station and operator.
CREATE TABLE step_counts (
  quarter  INTEGER NOT NULL,
  step     TEXT    NOT NULL,
  station  TEXT    NOT NULL,
  operator TEXT    NOT NULL,
  events   INTEGER NOT NULL,
  PRIMARY KEY (step, quarter, station, operator)
) STRICT, WITHOUT ROWID;

-- Where and when parcels arrived, and with which RMAs.
CREATE TABLE parcel_figures (
  parcel     TEXT    NOT NULL PRIMARY KEY,
  station    TEXT    NOT NULL,
  tracking   TEXT    NOT NULL,
  arrived_ms INTEGER NOT NULL,
  empty      INTEGER NOT NULL -- nothing was in it, or its box was empty
) STRICT;

CREATE TABLE parcel_rmas (
  rma    TEXT NOT NULL,
  parcel TEXT NOT NULL,
  PRIMARY KEY (rma, parcel)
) STRICT, WITHOUT ROWID;
CREATE INDEX parcel_rmas_by_parcel ON parcel_rmas (parcel);

-- Every policy that was in force here, as signed: a decision names it by hash, and must be provable later.
CREATE TABLE policies (
  hash   TEXT    NOT NULL PRIMARY KEY,
  number INTEGER NOT NULL,
  signed TEXT    NOT NULL
) STRICT;

-- Few of many units are under way or held.
CREATE INDEX units_by_stage ON units (stage, touched);
CREATE INDEX units_held ON units (held) WHERE held = 1;

ALTER TABLE rmas ADD COLUMN customer TEXT NOT NULL DEFAULT '';
UPDATE rmas SET customer = coalesce(rma ->> '$.customer', '');
CREATE INDEX rmas_by_customer ON rmas (customer) WHERE customer <> '';

CREATE TABLE rma_serials (
  serial TEXT NOT NULL,
  number TEXT NOT NULL REFERENCES rmas (number) ON DELETE CASCADE,
  PRIMARY KEY (serial, number)
) STRICT;
CREATE INDEX rma_serials_by_number ON rma_serials (number);
INSERT OR IGNORE INTO rma_serials (serial, number)
  SELECT serial.value, rmas.number
  FROM rmas, json_each(rmas.rma, '$.lines') AS line, json_each(line.value, '$.serials_shipped') AS serial;

-- Work that a migration leaves to the program: done and deleted in one transaction when the records open for writing.
CREATE TABLE upkeep (
  task TEXT NOT NULL PRIMARY KEY
) STRICT;
INSERT INTO upkeep (task) VALUES ('fill-figures');
