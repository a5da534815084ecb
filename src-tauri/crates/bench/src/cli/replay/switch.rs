//! A line that can be cut: a TCP relay between the station and head office.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// The relay. Cut, it closes every connection and takes no new one.
pub(crate) struct Switch {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    cut: bool,
    open: Vec<TcpStream>,
}

impl Switch {
    /// Relays a free loopback port to head office.
    pub(crate) fn to(head_office: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        thread::Builder::new().name("line".to_owned()).spawn(move || {
            for station in listener.incoming().flatten() {
                // A connection that fails here is a line that fails: the station tries again.
                let _ = relay(station, head_office, &shared);
            }
        })?;
        Ok(Self { address, state })
    }

    /// What the station takes for head office.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Cuts the line, in the middle of whatever it carries, or mends it.
    pub(crate) fn set(&self, cut: bool) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.cut = cut;
        if cut {
            for stream in state.open.drain(..) {
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
    }
}

fn relay(station: TcpStream, head_office: SocketAddr, state: &Mutex<State>) -> io::Result<()> {
    let mut shared = state.lock().unwrap_or_else(PoisonError::into_inner);
    if shared.cut {
        return station.shutdown(Shutdown::Both);
    }
    let server = TcpStream::connect(head_office)?;
    shared.open.push(station.try_clone()?);
    shared.open.push(server.try_clone()?);
    drop(shared);
    let (up, down) = ((station.try_clone()?, server.try_clone()?), (server, station));
    thread::spawn(move || copy(up.0, up.1));
    thread::spawn(move || copy(down.0, down.1));
    Ok(())
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(read) = from.read(&mut buffer) {
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        if to.write_all(bytes).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
    let _ = from.shutdown(Shutdown::Read);
}
