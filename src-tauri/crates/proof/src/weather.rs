//! The line between a station and head office, and what can be wrong with it: a proxy on loopback that knows where one
//! message ends, so that it can lose, repeat, hold back, cut and alter exactly one.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use anyhow::{Result, bail};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::dice::Dice;
use crate::http::Messages;
use crate::office::Addresses;

/// What a line is like. Rates are per thousand messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// As it should be.
    Clear,
    /// Nobody is reached, and what was open breaks.
    Cut,
    /// What a station says gets lost; the connection stands.
    DeafUp,
    /// Head office gets everything, and its answers get lost.
    DeafDown,
    /// So thin, and slow to begin.
    Slow {
        /// Bytes in a second.
        bytes_per_second: u64,
        /// Wait before each message.
        latency_ms: u64,
    },
    /// Connections break at any place.
    Lossy(u64),
    /// Head office did what it was asked, and the connection breaks before the answer.
    ResetBeforeReply(u64),
    /// A message arrives twice.
    Twice(u64),
    /// A message is held back and arrives again after later ones.
    LateAgain(u64),
    /// Only the beginning arrives, of a question or of an answer.
    Truncated(u64),
    /// One bit is another.
    FlippedBit(u64),
    /// A captive portal answers 200 to everything.
    Portal,
}

/// What a hotel answers to everything.
fn portal() -> Vec<u8> {
    let page = "<html>Welcome! Your room number, please: <form></form></html>";
    format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n{page}", page.len())
        .into_bytes()
}

/// How long a message may take that nobody answers.
const PATIENCE: Duration = Duration::from_secs(60);

/// One station's line.
#[derive(Debug)]
pub struct Sky {
    /// Where the station calls.
    pub url: String,
    weather: watch::Sender<Weather>,
    counted: Arc<Counted>,
    listening: JoinHandle<()>,
}

/// What a line did.
#[derive(Debug, Default)]
struct Counted {
    messages: AtomicU64,
    spoilt: AtomicU64,
    dice: AtomicU64,
}

impl Sky {
    /// A line in clear weather. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// Where no port is free.
    pub async fn over(upstream: Addresses, seed: u64) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (weather, watched) = watch::channel(Weather::Clear);
        let counted = Arc::new(Counted { dice: AtomicU64::new(seed), ..Counted::default() });
        let (to, counts) = (upstream, Arc::clone(&counted));
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let line = Carrier {
                    weather: watched.clone(),
                    upstream: Arc::clone(&to),
                    counted: Arc::clone(&counts),
                    held_back: None,
                };
                tokio::spawn(line.serve(stream));
            }
        });
        Ok(Self { url, weather, counted, listening })
    }

    /// The weather changes.
    pub fn set(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }

    /// The weather now.
    pub fn weather(&self) -> Weather {
        *self.weather.borrow()
    }

    /// Messages that the weather spoilt so far.
    pub fn spoilt(&self) -> u64 {
        self.counted.spoilt.load(Ordering::Relaxed)
    }

    /// Messages that came, spoilt or not.
    pub fn messages(&self) -> u64 {
        self.counted.messages.load(Ordering::Relaxed)
    }
}

impl Drop for Sky {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// One connection of a station.
struct Carrier {
    weather: watch::Receiver<Weather>,
    upstream: Addresses,
    counted: Arc<Counted>,
    held_back: Option<Vec<u8>>,
}

impl Carrier {
    async fn serve(mut self, mut stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let mut cut = self.weather.clone();
        let (reader, mut writer) = stream.split();
        let mut questions = Messages::of(reader);
        loop {
            let carried = tokio::select! {
                () = is_cut(&mut cut) => Err(anyhow::anyhow!("cut")),
                carried = self.carry(&mut questions, &mut writer) => carried,
            };
            match carried {
                Ok(true) => {}
                Ok(false) | Err(_) => break,
            }
        }
    }

    fn dice(&self) -> Dice {
        Dice::of(self.counted.dice.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed))
    }

    fn spoil(&self) {
        self.counted.spoilt.fetch_add(1, Ordering::Relaxed);
    }

    /// Carries one question up and its answer down. False where the connection is over.
    async fn carry<R, W>(&mut self, questions: &mut Messages<R>, down: &mut W) -> Result<bool>
    where
        R: tokio::io::AsyncRead + Unpin,
        W: tokio::io::AsyncWrite + Unpin,
    {
        let Some(mut question) = questions.next().await? else { return Ok(false) };
        self.counted.messages.fetch_add(1, Ordering::Relaxed);
        let weather = *self.weather.borrow();
        let mut dice = self.dice();
        match weather {
            Weather::Cut => bail!("cut"),
            Weather::Portal => {
                self.spoil();
                down.write_all(&portal()).await?;
                return Ok(true);
            }
            Weather::DeafUp => {
                self.spoil();
                tokio::time::sleep(PATIENCE).await;
                bail!("never heard");
            }
            Weather::Slow { bytes_per_second, latency_ms } => {
                self.spoil();
                wait(question.len(), bytes_per_second, latency_ms).await;
            }
            Weather::Lossy(rate) if dice.chance(rate) => {
                self.spoil();
                bail!("lost");
            }
            Weather::Truncated(rate) if dice.chance(rate) && dice.chance(500) => {
                self.spoil();
                let part = usize::try_from(dice.below(question.len() as u64)).unwrap_or(0);
                question.truncate(part);
                self.send_only(&question).await?;
                bail!("truncated");
            }
            Weather::FlippedBit(rate) if dice.chance(rate) && dice.chance(500) => {
                self.spoil();
                flip(&mut question, &mut dice);
            }
            Weather::Twice(rate) if dice.chance(rate) => {
                self.spoil();
                // What head office says to the first one, nobody hears.
                let _ = self.ask(&question).await;
            }
            Weather::LateAgain(rate) => {
                if let Some(late) = self.held_back.take().filter(|_| dice.chance(700)) {
                    self.spoil();
                    let _ = self.ask(&late).await;
                } else if dice.chance(rate) {
                    self.held_back = Some(question.clone());
                }
            }
            _ => {}
        }
        let mut answer = self.ask(&question).await?;
        match weather {
            Weather::DeafDown => {
                self.spoil();
                tokio::time::sleep(PATIENCE).await;
                bail!("never answered");
            }
            Weather::Slow { bytes_per_second, latency_ms } => {
                wait(answer.len(), bytes_per_second, latency_ms).await;
            }
            Weather::ResetBeforeReply(rate) if dice.chance(rate) => {
                self.spoil();
                bail!("reset");
            }
            Weather::Truncated(rate) if dice.chance(rate) => {
                self.spoil();
                let part = usize::try_from(dice.below(answer.len() as u64)).unwrap_or(0);
                answer.truncate(part);
                down.write_all(&answer).await?;
                down.flush().await?;
                bail!("truncated");
            }
            Weather::FlippedBit(rate) if dice.chance(rate) => {
                self.spoil();
                flip(&mut answer, &mut dice);
            }
            _ => {}
        }
        down.write_all(&answer).await?;
        Ok(true)
    }

    async fn connect(&self) -> Result<TcpStream> {
        let addresses = self.upstream.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // Any of several servers, as they come.
        let Some(address) = self.dice().pick(&addresses).copied() else { bail!("nobody is there") };
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// One message to head office, on a connection of its own, and its answer.
    async fn ask(&self, question: &[u8]) -> Result<Vec<u8>> {
        let mut stream = self.connect().await?;
        stream.write_all(question).await?;
        match tokio::time::timeout(PATIENCE, Messages::of(&mut stream).next()).await?? {
            Some(answer) => Ok(answer),
            None => bail!("no answer"),
        }
    }

    async fn send_only(&self, part: &[u8]) -> Result<()> {
        let mut stream = self.connect().await?;
        stream.write_all(part).await?;
        stream.shutdown().await?;
        Ok(())
    }
}

async fn is_cut(weather: &mut watch::Receiver<Weather>) {
    if weather.wait_for(|weather| *weather == Weather::Cut).await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn wait(bytes: usize, bytes_per_second: u64, latency_ms: u64) {
    let millis = (bytes as u64).saturating_mul(1000).checked_div(bytes_per_second).unwrap_or(0);
    tokio::time::sleep(Duration::from_millis(latency_ms + millis)).await;
}

/// Another bit, in the second half of the message: mostly in what it carries, not in how it is addressed.
fn flip(message: &mut [u8], dice: &mut Dice) {
    let half = message.len() as u64 / 2;
    let at = usize::try_from(half + dice.below(message.len() as u64 - half)).unwrap_or(0);
    let bit = dice.below(8);
    if let Some(byte) = message.get_mut(at) {
        *byte ^= 1 << bit;
    }
}
