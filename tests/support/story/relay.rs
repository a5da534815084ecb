//! The line between a station and head office, as bad as a test wants it. It relays call by call: one request
//! and its reply on each connection, so that each can be lost on its own.

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use returns::ids::StationId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use wire::{
    CONTENT_DIGEST, Incarnation, RS_NONCE, Receipt, ReplyParts, RequestParts, SIGNATURE, SIGNATURE_INPUT,
    SecretKey, content_digest, sign_reply,
};

/// What the line is like.
#[derive(Clone)]
pub enum Way {
    /// It carries everything.
    Open,
    /// It carries nothing: connections are closed, those under way too.
    Cut,
    /// Something else answers everything with 200 and a page of its own.
    Portal,
    /// It leads to another head office.
    Elsewhere(SocketAddr),
    /// Events are answered 200, with a receipt that head office's own key signed for this very request, but
    /// that is another station's.
    ReceiptOf(StationId, Box<SecretKey>),
}

/// What goes wrong once, with the next call of a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// Head office gets the call and answers it; the answer is lost.
    ReplyLost(&'static str),
    /// The call breaks off in the middle of its body.
    CallTorn(&'static str),
}

impl Mishap {
    fn method(self) -> &'static str {
        match self {
            Self::ReplyLost(method) | Self::CallTorn(method) => method,
        }
    }
}

#[derive(Default)]
struct Told {
    mishaps: VecDeque<Mishap>,
    calls: Vec<String>,
}

pub struct Relay {
    address: SocketAddr,
    way: watch::Sender<Way>,
    told: Arc<Mutex<Told>>,
}

impl Relay {
    pub async fn to(head_office: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (way, watched) = watch::channel(Way::Open);
        let told = Arc::new(Mutex::new(Told::default()));
        let shared = Arc::clone(&told);
        tokio::spawn(async move {
            while let Ok((station, _)) = listener.accept().await {
                let (told, mut way) = (Arc::clone(&shared), watched.clone());
                tokio::spawn(async move {
                    let now = way.borrow_and_update().clone();
                    tokio::select! {
                        // A call that fails here is a call that the line lost.
                        _ = carry(station, head_office, now, &told) => {}
                        _ = way.wait_for(|way| matches!(way, Way::Cut)) => {}
                    }
                });
            }
        });
        Self { address, way, told }
    }

    /// What the station takes for head office.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn set(&self, way: Way) {
        self.way.send_replace(way);
    }

    pub fn next(&self, mishap: Mishap) {
        self.told.lock().unwrap().mishaps.push_back(mishap);
    }

    /// Whether every mishap has happened.
    pub fn all_happened(&self) -> bool {
        self.told.lock().unwrap().mishaps.is_empty()
    }

    /// Calls that came, as method and path.
    pub fn calls(&self) -> Vec<String> {
        self.told.lock().unwrap().calls.clone()
    }
}

/// One call as it came.
struct Call {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    /// Request line, headers, empty line.
    head: Vec<u8>,
    body: Vec<u8>,
}

impl Call {
    async fn read(stream: &mut TcpStream) -> io::Result<Self> {
        let broken = || io::Error::from(io::ErrorKind::InvalidData);
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            if stream.read_buf(&mut bytes).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        };
        let mut body = bytes.split_off(end);
        let text = String::from_utf8(bytes.clone()).map_err(|_| broken())?;
        let mut lines = text.split("\r\n");
        let mut first = lines.next().unwrap_or_default().split(' ');
        let (Some(method), Some(target)) = (first.next(), first.next()) else { return Err(broken()) };
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers: Vec<(String, String)> =
            headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
        let call = Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
            head: bytes,
            body: Vec::new(),
        };
        let length: usize = call.header("content-length").parse().unwrap_or(0);
        while body.len() < length {
            if stream.read_buf(&mut body).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(Self { body, ..call })
    }

    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    /// The head with the wish that the connection ends after the reply.
    fn head_for_one(&self) -> Vec<u8> {
        let end = self.head.len() - 2;
        [&self.head[..end], b"connection: close\r\n\r\n"].concat()
    }
}

async fn carry(
    mut station: TcpStream,
    head_office: SocketAddr,
    way: Way,
    told: &Mutex<Told>,
) -> io::Result<()> {
    if matches!(way, Way::Cut) {
        return station.shutdown().await;
    }
    let call = Call::read(&mut station).await?;
    let mishap = {
        let mut told = told.lock().unwrap();
        told.calls.push(format!("{} {}", call.method, call.target));
        let place = told.mishaps.iter().position(|mishap| mishap.method() == call.method);
        place.and_then(|place| told.mishaps.remove(place))
    };
    match (&way, mishap) {
        (Way::Portal, _) => {
            answer(&mut station, &[], b"<html>Welcome to Hotel Seeblick. Room number?</html>").await
        }
        (Way::ReceiptOf(other, key), _) if call.method == "PUT" => {
            forged_receipt(&mut station, &call, *other, key).await
        }
        (Way::Elsewhere(other), _) => station.write_all(&pass_on(&call, *other).await?).await,
        (_, Some(Mishap::ReplyLost(_))) => pass_on(&call, head_office).await.map(|_| ()),
        (_, Some(Mishap::CallTorn(_))) => {
            let mut server = TcpStream::connect(head_office).await?;
            server.write_all(&call.head_for_one()).await?;
            server.write_all(&call.body[..call.body.len() / 2]).await?;
            server.shutdown().await
        }
        _ => station.write_all(&pass_on(&call, head_office).await?).await,
    }?;
    station.shutdown().await
}

/// Carries a call to a server and gives its whole reply.
async fn pass_on(call: &Call, server: SocketAddr) -> io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(server).await?;
    server.write_all(&call.head_for_one()).await?;
    server.write_all(&call.body).await?;
    let mut reply = Vec::new();
    server.read_to_end(&mut reply).await?;
    Ok(reply)
}

async fn answer(station: &mut TcpStream, headers: &[(&str, String)], body: &[u8]) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
    station.write_all(&[head.as_bytes(), b"\r\n", body].concat()).await
}

async fn forged_receipt(
    station: &mut TcpStream,
    call: &Call,
    other: StationId,
    key: &SecretKey,
) -> io::Result<()> {
    // /v1/stations/{s}/epochs/{e}/events/{first}-{last}
    let parts: Vec<&str> = call.target.split('/').collect();
    let (_, last) = parts[7].split_once('-').unwrap();
    let receipt = Receipt {
        station: other,
        epoch: parts[5].parse().unwrap(),
        stored_seq: last.parse().unwrap(),
        stored_hash: call.header("last-hash").parse().unwrap(),
        incarnation: Incarnation("whichever".to_owned()),
    };
    let body = serde_json::to_vec(&receipt).unwrap();
    let digest = content_digest(&body);
    let request = RequestParts {
        method: &call.method,
        path: &call.target,
        query: "",
        content_digest: call.header(CONTENT_DIGEST),
        station_nonce: call.header(RS_NONCE),
    };
    let (input, signature) = sign_reply(key, &ReplyParts { status: 200, content_digest: &digest }, &request);
    let headers = [(SIGNATURE_INPUT, input), (SIGNATURE, signature), (CONTENT_DIGEST, digest)];
    answer(station, &headers, &body).await
}
