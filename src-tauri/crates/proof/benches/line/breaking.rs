//! Photos over a line that breaks every minute: a relay on loopback that carries so many bytes a second, counts them, and
//! breaks all connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use head_office::HeadOffice;
use jiff::Timestamp;
use proof::dice::Dice;
use proof::office::Listening;
use proof::process::Companion;
use proof::station::{Order, Said};
use returns::codes::{IntakeKind, Role};
use returns::event::UnitEvent;
use returns::ids::{EventId, OperatorId, PhotoRole, Subject, UnitId};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use uuid::Uuid;
use wire::Actor;

use crate::{shift, thin};

const BYTES_PER_SECOND: u64 = 125_000;
const BETWEEN_CUTS: Duration = Duration::from_secs(60);
const CUT_FOR: Duration = Duration::from_secs(3);
const PHOTO_BYTES: usize = 300_000;

pub struct Carried {
    pub cuts: u64,
    pub seconds: f64,
    pub kept_bytes: u64,
    pub sent_bytes: u64,
    /// Photo bytes kept, of what the line could have carried while it was up.
    pub used: f64,
}

/// Sends photos for so long.
pub async fn photos(time: Duration) -> Result<Carried> {
    let dir = tempfile::tempdir()?;
    let (office_dir, station_dir) = (dir.path().join("office"), dir.path().join("station"));
    {
        let office = HeadOffice::open_or_create(&office_dir)?;
        office.import(&thin::sources(), Timestamp::now())?;
        let mut records = shift::enrolled(&office, &station_dir, "PHOTOS", "http://127.0.0.1:1")?;
        let wanted = time.as_secs() * BYTES_PER_SECOND * 5 / 4;
        photograph(&mut records, wanted.div_ceil(PHOTO_BYTES as u64))?;
    }
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_proof"));
    command.arg("office").arg("--data").arg(&office_dir);
    let mut server = Companion::start(command, "head office", &dir.path().join("office.log"))?;
    let ready: Listening = server.hear(Duration::from_secs(60)).await?;
    let relay = Relay::to(ready.listening.trim_start_matches("http://").to_owned()).await?;
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_proof"));
    command.arg("station").arg("--data").arg(&station_dir).args(["--url", &relay.url, "--depot-pace"]);
    command.arg("--ledger").arg(dir.path().join("ledger"));
    let mut station = Companion::start(command, "station", &dir.path().join("station.log"))?;
    let begun = Instant::now();
    let _: Said = station.hear(Duration::from_secs(60)).await?;
    let mut cuts = 0;
    while begun.elapsed() + BETWEEN_CUTS < time {
        tokio::time::sleep(BETWEEN_CUTS - CUT_FOR).await;
        relay.up.store(false, Ordering::SeqCst);
        cuts += 1;
        tokio::time::sleep(CUT_FOR).await;
        relay.up.store(true, Ordering::SeqCst);
    }
    tokio::time::sleep(time.saturating_sub(begun.elapsed())).await;
    let seconds = begun.elapsed().as_secs_f64();
    station.tell(&Order::Look).await?;
    match station.hear(Duration::from_secs(60)).await? {
        Said::Is(standing) if standing.photos > 0 => {}
        other => bail!("the line was never busy to the end: {other:?}"),
    }
    let sent_bytes = relay.sent.load(Ordering::SeqCst);
    station.kill().await;
    server.kill().await;
    // What head office holds of photos, whole or on their way.
    let kept_bytes = bytes_below(&office_dir.join("blobs"))?;
    let up = seconds - cuts as f64 * CUT_FOR.as_secs_f64();
    let used = kept_bytes as f64 / (BYTES_PER_SECOND as f64 * up);
    Ok(Carried { cuts, seconds, kept_bytes, sent_bytes, used })
}

fn photograph(records: &mut records::Records, photos: u64) -> Result<()> {
    let mut dice = Dice::of(5);
    let actor = Actor { operator: OperatorId::new("op-1")?, role: Role::Grader };
    for _ in 0..photos {
        let jpeg = dice.bytes(PHOTO_BYTES);
        let hash = records.photos().keep(&jpeg)?;
        let unit = Subject::Unit(UnitId(Uuid::now_v7()));
        let received = UnitEvent::Received {
            lpn: records.next_lpn()?,
            preprinted: false,
            intake: IntakeKind::Blind,
            at: Timestamp::now(),
            parcel: None,
            rma: None,
            line: None,
            sku: None,
            owner: None,
        };
        let role = PhotoRole::new("FRONT")?;
        let taken = UnitEvent::PhotoTaken { role, hash, len: PHOTO_BYTES as u64, by: None, flaws: vec![] };
        let events = [received, taken].map(|event| records::NewEvent {
            subject: unit,
            event: event.into(),
            event_id: EventId(Uuid::now_v7()),
            actor: actor.clone(),
            recorded: Timestamp::now(),
        });
        records.append(events.to_vec())?;
    }
    Ok(())
}

fn bytes_below(folder: &std::path::Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        bytes +=
            if entry.file_type()?.is_dir() { bytes_below(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}

struct Relay {
    url: String,
    up: Arc<AtomicBool>,
    sent: Arc<AtomicU64>,
}

impl Relay {
    async fn to(upstream: String) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (up, sent) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU64::new(0)));
        // When the line is free again: one line for all connections.
        let free = Arc::new(Mutex::new(tokio::time::Instant::now()));
        let (is_up, counted) = (Arc::clone(&up), Arc::clone(&sent));
        tokio::spawn(async move {
            while let Ok((down, _)) = listener.accept().await {
                let (upstream, is_up, counted) = (upstream.clone(), Arc::clone(&is_up), Arc::clone(&counted));
                let free = Arc::clone(&free);
                tokio::spawn(async move {
                    let broken = async {
                        while is_up.load(Ordering::SeqCst) {
                            tokio::time::sleep(Duration::from_millis(5)).await;
                        }
                    };
                    tokio::select! {
                        () = broken => {}
                        _ = carry(down, &upstream, &counted, &free) => {}
                    }
                });
            }
        });
        Ok(Self { url, up, sent })
    }
}

async fn carry(
    mut down: TcpStream,
    upstream: &str,
    sent: &AtomicU64,
    free: &Mutex<tokio::time::Instant>,
) -> std::io::Result<()> {
    let mut up = TcpStream::connect(upstream).await?;
    let (mut from_station, mut to_station) = down.split();
    let (mut from_office, mut to_office) = up.split();
    let upwards = async {
        let mut piece = vec![0; 4096];
        loop {
            let read = from_station.read(&mut piece).await?;
            if read == 0 {
                return Ok::<(), std::io::Error>(());
            }
            let until = {
                let mut free = free.lock().await;
                let now = tokio::time::Instant::now();
                *free = (*free).max(now) + Duration::from_micros(read as u64 * 1_000_000 / BYTES_PER_SECOND);
                *free
            };
            tokio::time::sleep_until(until).await;
            sent.fetch_add(read as u64, Ordering::SeqCst);
            to_office.write_all(&piece[..read]).await?;
        }
    };
    tokio::select! {
        outcome = upwards => outcome,
        outcome = tokio::io::copy(&mut from_office, &mut to_station) => outcome.map(drop),
    }
}
