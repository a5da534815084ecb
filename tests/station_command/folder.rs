//! A station's data folder, made as a station makes it.

use std::path::Path;

use jiff::Timestamp;
use records::{NewEvent, Options, Records};
use returns::codes::{IntakeKind, Role};
use returns::event::{Event, UnitEvent};
use returns::ids::{EventId, OperatorId, PhotoRole, Sha256Hex, StationId, Subject, UnitId};
use returns::lpn::Lpn;
use uuid::Uuid;
use wire::{Actor, EnrolReply, Epoch, Incarnation, SecretKey};

pub fn head_office() -> SecretKey {
    SecretKey::from_seed([7; 32])
}

pub fn open(dir: &Path) -> Records {
    Records::open(dir, Options { program: "test".to_owned(), ..Options::default() }).unwrap()
}

/// Enrolled with a head office that exists only as a key.
pub fn enrolled(dir: &Path, url: &str) -> Records {
    let mut records = open(dir);
    records.keep_secret_key(&SecretKey::from_seed([9; 32])).unwrap();
    let reply = EnrolReply {
        station: StationId([1; 16]),
        name: "LEJ2-B04".to_owned(),
        depot: "LEJ2".to_owned(),
        epoch: Epoch::Numbered(1),
        lpn_block: 417,
        lpn_reserve_block: 418,
        label_keys: vec![head_office().public()],
        sample_salt: "00ff".to_owned(),
        incarnation: Incarnation("first".to_owned()),
    };
    records.enrol(&reply, url, head_office().public()).unwrap();
    records
}

pub fn append(records: &mut Records, subject: Subject, event: impl Into<Event>) {
    let actor = Actor { operator: OperatorId::new("op-1").unwrap(), role: Role::Grader };
    let event_id = EventId(Uuid::now_v7());
    let event = NewEvent { subject, event: event.into(), event_id, actor, recorded: Timestamp::now() };
    records.append(vec![event]).unwrap();
}

/// Receives a unit and reads its serial: two events.
pub fn receive(records: &mut Records, serial: &str) -> (UnitId, Lpn) {
    let unit = UnitId(Uuid::now_v7());
    let lpn = records.next_lpn().unwrap();
    let received = UnitEvent::Received {
        lpn,
        preprinted: false,
        intake: IntakeKind::Blind,
        at: Timestamp::now(),
        parcel: None,
        rma: None,
        line: None,
        sku: None,
        owner: None,
    };
    append(records, Subject::Unit(unit), received);
    append(records, Subject::Unit(unit), UnitEvent::SerialRead { serial: serial.parse().unwrap() });
    (unit, lpn)
}

/// Takes a photo of a unit: one event.
pub fn photograph(records: &mut Records, unit: UnitId) -> Sha256Hex {
    let picture = image::GrayImage::new(16, 16);
    let mut jpeg = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
    let jpeg = jpeg.into_inner();
    let hash = records.photos().keep(&jpeg).unwrap();
    let role = PhotoRole::new("FRONT").unwrap();
    append(
        records,
        Subject::Unit(unit),
        UnitEvent::PhotoTaken { role, hash, len: jpeg.len() as u64, flaws: vec![], by: None },
    );
    hash
}

/// Changes the database behind the records' back.
pub fn tamper(dir: &Path, sql: &str) {
    rusqlite::Connection::open(dir.join("station.db")).unwrap().execute_batch(sql).unwrap();
}

/// As a newer release would leave it.
pub fn make_newer(dir: &Path) {
    tamper(
        dir,
        "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
         SELECT 99, 'of_tomorrow', applied_on, checksum FROM refinery_schema_history LIMIT 1",
    );
}
