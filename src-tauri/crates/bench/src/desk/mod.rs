//! The desk: one person, one parcel, one unit, one question at a time. Synchronous and without devices: scans,
//! presses and news go in, events go to the records, a screen and a few wishes ([`Effect`]) come out.
//!
//! What stands on the screen follows from the unit's own state wherever it can; only what is not yet a fact
//! (an open question, a PIN half typed) is kept here, and is lost with the power without harm.

mod arrivals;
mod arrive;
mod asking;
mod beside;
mod blind;
mod containers;
mod detail;
mod draft;
mod explained;
mod in_hand;
mod insights;
mod inspect;
mod judge;
mod label;
mod lots;
mod matching;
mod matter;
mod meeting;
mod parcels;
mod photo;
mod press;
mod receive;
mod remembered;
mod review;
mod room;
mod rooms;
mod scan;
mod screen;
mod sign_in;
mod stow;
mod sync_room;
mod views;
mod weigh;
mod work;

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use barcodes::meaning::Meaning;
use devices::Reading;
use jiff::Timestamp;
use jiff::civil::Date;
use records::{Records, RecordsError};
use returns::Refusal;
use returns::codes::LabelKind;
use returns::ids::{ContainerId, ParcelId, QuestionId, UnitId};
use returns::lpn::Lpn;
use serde_json::Value;

use crate::clock::Clock;
use crate::keeping::Keeping;
use crate::seam::{Band, Coded, Cue, DeviceView, LineState, Saved, Say, Tone};
use crate::stream::Stream;
use asking::Asking;
pub(crate) use draft::new_event;
use sign_in::SignIn;

/// What the desk would like to have done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Print this label.
    Print(PrintWish),
    /// Print the contents list of this container.
    PrintContents(ContainerId),
    /// Look at the line: something waits.
    Kick,
    /// Play a sound.
    Sound(Cue),
    /// Rooms beside the bench changed.
    RoomsChanged,
}

/// A label to print.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PrintWish {
    /// Of this unit.
    pub(crate) unit: UnitId,
    /// Which of its labels.
    pub(crate) label: LabelKind,
    /// Its print number.
    pub(crate) print: u32,
}

/// What the desk hears of the line to head office.
#[derive(Debug, Clone, Default)]
pub(crate) struct LineNews {
    /// Its state; none where no head office is set up.
    pub(crate) state: Option<LineState>,
    /// Since when.
    pub(crate) since: Option<Timestamp>,
    /// The last receipt.
    pub(crate) last_sent: Option<Timestamp>,
    /// Why the last try failed.
    pub(crate) trouble: Option<Say>,
    /// When it is tried again.
    pub(crate) next_try: Option<Timestamp>,
}

/// What came of one scan or press: a message, and whether what it reports is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    tone: Tone,
    say: Say,
    saved: bool,
}

/// A message, or the reason why nothing happened.
pub(crate) type Outcome = Result<Said, Coded>;

/// What lies on the desk.
#[derive(Debug, Default)]
struct Work {
    parcel: Option<ParcelId>,
    unit: Option<UnitId>,
    container: Option<ContainerId>,
    asking: Option<Asking>,
    /// Page of the list that is picked from.
    asking_page: usize,
    /// Cartons are scanned as they arrive.
    arrivals: Option<arrivals::Arrivals>,
    /// The next product is counted by hand.
    bulk: bool,
    /// The next unit's number stands on a label of a roll already.
    preprinted: Option<Lpn>,
    /// The serial of the unit on the desk was read as it came in: its question is answered by it.
    serial_read: bool,
    /// A technician's work on the unit on the desk.
    bench_work: Option<work::BenchWork>,
    /// Meanings of the scan that was ambiguous.
    readings: Vec<Meaning>,
    /// What kind of scan that was.
    reading_kind: Option<remembered::ScanKind>,
    /// What it said beside its meanings.
    reading_beside: Option<Say>,
    /// An answered question that is asked again (UNDO).
    revisit: Option<QuestionId>,
    /// Page of the finding chips.
    page: usize,
}

/// The desk.
pub(crate) struct Desk {
    records: Arc<Mutex<Records>>,
    clock: Clock,
    /// Latest picture of the camera.
    picture: Box<dyn Fn() -> Option<bytes::Bytes> + Send>,
    /// Latest reading of the scale.
    pub(crate) scale: Box<dyn Fn() -> Option<Arc<Reading>> + Send>,
    /// How the live stream looks.
    pub(crate) stream: Stream,
    /// Photos are looked at before they are kept.
    pub(crate) judges_photos: bool,
    sign_in: SignIn,
    work: Work,
    band: Band,
    /// What the scan that is being taken says beside its meaning.
    beside: Option<Say>,
    revision: u64,
    pub(crate) effects: Vec<Effect>,
    pub(crate) line: LineNews,
    pub(crate) devices: Vec<DeviceView>,
    pub(crate) camera: Option<String>,
    pub(crate) camera_works: bool,
    pub(crate) codes_in_view: bool,
    pub(crate) simulated: bool,
    pub(crate) disk_free_percent: Option<u8>,
    /// How the records are kept.
    pub(crate) keeping: Keeping,
    /// The room kept on the disk was used, and the person was told.
    told_of_reserve: bool,
    started: Timestamp,
    /// The picture of a label is drawn once: unit, label, print number, address of the picture.
    label_picture: RefCell<Option<(UnitId, LabelKind, u32, String)>>,
    /// Labels on their way to the printer.
    printing: HashSet<PrintWish>,
    /// The contents list that was printed last, and where it went.
    listed: Option<(ContainerId, String)>,
}

impl Desk {
    /// A desk over these records.
    pub(crate) fn new(
        records: Arc<Mutex<Records>>,
        clock: Clock,
        picture: Box<dyn Fn() -> Option<bytes::Bytes> + Send>,
    ) -> Self {
        let started = clock.now();
        Self {
            records,
            clock,
            picture,
            scale: Box::new(|| None),
            stream: Stream::default(),
            judges_photos: false,
            sign_in: SignIn::default(),
            work: Work::default(),
            band: Band {
                tone: Tone::Ready,
                say: say("ready", []),
                at: None,
                beside: None,
                saved: None,
                blink: 0,
            },
            beside: None,
            revision: 1,
            effects: Vec::new(),
            line: LineNews::default(),
            devices: Vec::new(),
            camera: None,
            camera_works: false,
            codes_in_view: false,
            simulated: false,
            disk_free_percent: None,
            keeping: Keeping::bare(),
            told_of_reserve: false,
            started,
            label_picture: RefCell::new(None),
            printing: HashSet::new(),
            listed: None,
        }
    }

    /// Something outside changed what the screen shows.
    pub(crate) fn touched(&mut self) {
        self.revision += 1;
    }

    /// Grows with every change of the screen.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// The line has news: what the band called saved here may be sent now.
    pub(crate) fn line_changed(&mut self) {
        if self.band.saved == Some(Saved::Here) && self.all_sent() {
            self.band.saved = Some(Saved::Sent);
        }
        self.touched();
    }

    /// A scanner sent more than could be taken, or half a scan: say so, for nobody else will.
    pub(crate) fn scan_lost(&mut self, device: &str, bytes: u64) {
        let words = [("device", device.to_owned()), ("bytes", bytes.to_string())];
        let _ = self.tell(Err(coded("scan-lost", words)));
    }

    /// The person has read the message.
    pub(crate) fn acknowledge(&mut self) {
        if self.band.tone == Tone::Rejected || self.band.tone == Tone::Warning {
            self.band = Band {
                tone: Tone::Ready,
                say: say("ready", []),
                beside: None,
                saved: None,
                ..self.band.clone()
            };
        }
        self.touched();
    }

    /// Shows what came of a scan or press, and plays its sound.
    fn tell(&mut self, outcome: Outcome) -> Result<(), Coded> {
        let outcome = outcome.map(|said| self.or_reserve_used(said));
        let (band, cue, result) = match outcome {
            Ok(said) => {
                let cue = match said.tone {
                    Tone::Ready => None,
                    Tone::Accepted => Some(Cue::Accepted),
                    Tone::Warning => Some(Cue::Warning),
                    Tone::Rejected | Tone::Locked => Some(Cue::Rejected),
                    Tone::Supervisor => Some(Cue::Supervisor),
                };
                let saved = said.saved.then_some(Saved::Here);
                ((said.tone, said.say, saved), cue, Ok(()))
            }
            Err(coded) => {
                let (tone, cue) = match coded.code.as_str() {
                    "supervisor-only" | "held" | "own-grading" | "review-pending" => {
                        (Tone::Supervisor, Cue::Supervisor)
                    }
                    "pin-locked" => (Tone::Locked, Cue::Rejected),
                    _ => (Tone::Rejected, Cue::Rejected),
                };
                let said = Say { code: coded.code.clone(), args: coded.args.clone() };
                ((tone, said, None), Some(cue), Err(coded))
            }
        };
        let (tone, said, saved) = band;
        self.band = Band {
            tone,
            say: said,
            at: Some(self.clock.now().to_string()),
            beside: self.beside.take(),
            saved,
            blink: self.band.blink + 1,
        };
        self.effects.extend(cue.map(Effect::Sound));
        self.touched();
        result
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts the unit aside; all about it is on disk.
    fn set_unit_aside(&mut self) {
        self.work.unit = None;
        self.work.asking = None;
        self.work.revisit = None;
        self.work.page = 0;
        self.work.serial_read = false;
        self.work.bench_work = None;
    }

    /// Asks a question of the desk's own; its first page is shown.
    fn ask(&mut self, asking: Asking) {
        self.work.asking = Some(asking);
        self.work.asking_page = 0;
    }

    /// The day that is recorded (UTC, so that every depot decides alike).
    fn today(&self) -> Date {
        self.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date()
    }

    /// When the day began here.
    fn midnight(&self) -> Timestamp {
        let midnight = self.clock.now().to_zoned(jiff::tz::TimeZone::system()).start_of_day();
        midnight.map_or(self.started, |midnight| midnight.timestamp())
    }
}

/// A message with arguments.
pub(crate) fn say<const N: usize>(code: &str, args: [(&str, String); N]) -> Say {
    Say {
        code: code.to_owned(),
        args: args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    }
}

/// A refusal with arguments.
pub(crate) fn coded<const N: usize>(code: &str, args: [(&str, String); N]) -> Coded {
    let Say { code, args } = say(code, args);
    Coded { code, args }
}

impl Said {
    fn saved(tone: Tone, say: Say) -> Self {
        Self { tone, say, saved: true }
    }

    fn only(tone: Tone, say: Say) -> Self {
        Self { tone, say, saved: false }
    }
}

impl From<Refusal> for Coded {
    /// The refusal's own fields become the arguments.
    fn from(refusal: Refusal) -> Self {
        let mut args = std::collections::BTreeMap::new();
        if let Ok(Value::Object(fields)) = serde_json::to_value(&refusal) {
            for (name, value) in fields.into_iter().filter(|(name, _)| name != "refusal") {
                args.insert(name, plain(value));
            }
        }
        Self { code: refusal.code().to_owned(), args }
    }
}

impl From<RecordsError> for Coded {
    fn from(error: RecordsError) -> Self {
        tracing::error!(code = error.code(), %error, "records");
        coded(error.code(), [("detail", error.to_string())])
    }
}

/// A JSON value as an argument: texts without quotes, lists with commas.
fn plain(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Array(values) => values.into_iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
