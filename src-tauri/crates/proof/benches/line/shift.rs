//! A station with a long backlog, made without a line: a shift that was really worked, again and again with other units.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result};
use head_office::HeadOffice;
use head_office::enrolment::OneTimeCode;
use jiff::Timestamp;
use proof::dice::Dice;
use proof::ledger::Ledger;
use proof::station::read_only;
use proof::work::{Hand, StationClock};
use records::{NewEvent, Options, Records};
use returns::event::{Event, Parsed};
use returns::ids::EventId;
use returns::lpn::Lpn;
use serde_json::Value;
use uuid::Uuid;
use wire::{EnrolReply, Envelope, Feed, FeedPage, SecretKey};

/// Enrols a station at a head office in the same process, with all that comes down.
pub fn enrolled(office: &HeadOffice, folder: &Path, name: &str, url: &str) -> Result<Records> {
    let mut records = Records::open(folder, Options::default())?;
    let mut seed = [0; 32];
    seed[..name.len()].copy_from_slice(name.as_bytes());
    let key = SecretKey::from_seed(seed);
    records.keep_secret_key(&key)?;
    let (code, store) = (OneTimeCode::random(), office.store());
    store.add_code(&code, "LEJ2", name, Timestamp::now().as_second() + 60)?;
    let enrolled = store.redeem(&code, &key.public(), Timestamp::now())?;
    let reply = EnrolReply {
        station: enrolled.station.id,
        name: enrolled.station.name,
        depot: enrolled.station.depot,
        epoch: enrolled.epoch,
        lpn_block: enrolled.station.lpn_block,
        lpn_reserve_block: enrolled.station.lpn_reserve_block,
        label_keys: vec![office.public_key()],
        sample_salt: hex::encode(office.identity().sample_salt),
        incarnation: office.identity().incarnation.clone(),
    };
    records.enrol(&reply, url, office.public_key())?;
    for feed in [Feed::Documents, Feed::Catalogue, Feed::Rmas] {
        let mut after = 0;
        loop {
            let slice = store.keyed_page(feed, after, false)?;
            after = slice.position;
            let (items, more) = (slice.items, slice.more);
            records.apply_page(&FeedPage { feed, items, cursor: after.to_string(), more })?;
            if !more {
                break;
            }
        }
    }
    Ok(records)
}

/// Works at records for so many acts.
pub fn work(records: Records, aside: &Path, acts: u64) -> Result<Records> {
    let records = Arc::new(Mutex::new(records));
    let ledger = Ledger::open(&aside.join("ledger"))?;
    let mut hand = Hand::new(Arc::clone(&records), ledger, StationClock::default(), Dice::of(7));
    for _ in 0..acts {
        hand.act()?;
    }
    drop(hand);
    let records = Arc::into_inner(records).context("nobody else has the records")?;
    Ok(records.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
}

/// A backlog of so many events: what was worked at `model`, with other ids and numbers each time.
pub fn backlog(records: &mut Records, model: &Path, events: u64) -> Result<()> {
    let lines: Vec<Vec<u8>> = {
        let connection = read_only(&model.join("station.db"))?;
        let mut statement = connection.prepare("SELECT bytes FROM events ORDER BY epoch, seq")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        rows.collect::<Result<_, _>>()?
    };
    let envelopes: Vec<Envelope> = lines.iter().filter_map(|line| Envelope::parse(line).ok()).collect();
    // Photos go another way, and words would have to be kept.
    let plain = |envelope: &&Envelope| {
        let kind = envelope.kind.as_str();
        !kind.starts_with("station.") && !kind.ends_with(".photo-taken") && kind != "unit.noted"
    };
    let envelopes: Vec<&Envelope> = envelopes.iter().filter(plain).collect();
    let block = records.enrolment().context("enrolled")?.lpn_block.block;
    let (mut made, mut lpn, mut dice) = (0, 0, Dice::of(11));
    while made < events {
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        let mut batch = Vec::with_capacity(envelopes.len());
        for envelope in envelopes.iter().take(usize::try_from(events - made)?) {
            let subject = renamed(&Value::String(envelope.subject.to_string()), &mut names, &mut dice);
            let mut body = renamed(&envelope.body, &mut names, &mut dice);
            if envelope.kind == "unit.received" {
                lpn += 1;
                body["lpn"] = serde_json::to_value(Lpn::new(block, lpn)?)?;
            }
            let Parsed::Known(event) = Event::parse(&envelope.kind, envelope.version, &body) else {
                anyhow::bail!("an event that nobody knows: {body}");
            };
            batch.push(NewEvent {
                subject: serde_json::from_value(subject)?,
                event,
                event_id: EventId(fresh(&mut dice)),
                actor: envelope.actor.clone(),
                recorded: Timestamp::now(),
            });
        }
        made += batch.len() as u64;
        records.append(batch)?;
    }
    Ok(())
}

fn fresh(dice: &mut Dice) -> Uuid {
    let millis = Timestamp::now().as_millisecond().unsigned_abs();
    uuid::Builder::from_unix_timestamp_millis(millis, &dice.bytes(10).try_into().unwrap()).into_uuid()
}

/// The same value about other units: every UUID in it is another one, the same each time.
fn renamed(value: &Value, names: &mut BTreeMap<String, String>, dice: &mut Dice) -> Value {
    match value {
        Value::String(text) => {
            let (before, id) = text.rsplit_once(':').map_or(("", text.as_str()), |(before, id)| (before, id));
            if Uuid::parse_str(id).is_err() || id.len() != 36 {
                return value.clone();
            }
            let other = names.entry(id.to_owned()).or_insert_with(|| fresh(dice).to_string());
            Value::String(if before.is_empty() { other.clone() } else { format!("{before}:{other}") })
        }
        Value::Array(all) => Value::Array(all.iter().map(|one| renamed(one, names, dice)).collect()),
        Value::Object(all) => {
            Value::Object(all.iter().map(|(name, one)| (name.clone(), renamed(one, names, dice))).collect())
        }
        other => other.clone(),
    }
}
