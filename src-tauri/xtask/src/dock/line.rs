//! The line between the demo's station and its head office: a TCP relay that can be cut.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};

/// The relay; it ends when this goes out of scope.
#[derive(Debug)]
pub struct Line {
    port: u16,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    cut: AtomicBool,
    gone: AtomicBool,
    open: Mutex<Vec<TcpStream>>,
}

impl Line {
    /// Lays a line to head office. A station keeps the address that it enrolled with: `port` lays the line there again.
    pub fn lay(head_office: SocketAddr, port: Option<u16>) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port.unwrap_or(0)))
            .context("the line's port on this machine is taken")?;
        let port = listener.local_addr().context("the line has no port")?.port();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for station in listener.incoming() {
                if shared.gone.load(Ordering::SeqCst) {
                    return;
                }
                // A connection that fails here is a line that fails: the station tries again.
                let _ = station.and_then(|station| relay(station, head_office, &shared));
            }
        });
        Ok(Self { port, state })
    }

    /// Its port on the loopback interface.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What the station takes for head office's address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Cuts the line in the middle of whatever it carries. Who calls is hung up on at once.
    pub fn cut(&self) {
        let mut open = self.state.open();
        self.state.cut.store(true, Ordering::SeqCst);
        for stream in open.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Mends it.
    pub fn mend(&self) {
        self.state.cut.store(false, Ordering::SeqCst);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.state.gone.store(true, Ordering::SeqCst);
        self.cut();
        // The listening thread sleeps until somebody calls.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

impl State {
    fn open(&self) -> std::sync::MutexGuard<'_, Vec<TcpStream>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn relay(station: TcpStream, head_office: SocketAddr, state: &State) -> io::Result<()> {
    // Under the lock, so that no connection slips through while the line is being cut.
    let mut open = state.open();
    if state.cut.load(Ordering::SeqCst) {
        return station.shutdown(Shutdown::Both);
    }
    let server = TcpStream::connect(head_office)?;
    open.push(station.try_clone()?);
    open.push(server.try_clone()?);
    drop(open);
    let (up_from, up_to) = (station.try_clone()?, server.try_clone()?);
    std::thread::spawn(move || copy(up_from, up_to));
    std::thread::spawn(move || copy(server, station));
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// A head office that says every byte back.
    fn echo() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for caller in listener.incoming().flatten() {
                std::thread::spawn(move || io::copy(&mut caller.try_clone().unwrap(), &mut &caller));
            }
        });
        address
    }

    fn said_back(caller: &mut TcpStream) -> bool {
        caller.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut back = [0];
        caller.write_all(b"x").is_ok() && caller.read_exact(&mut back).is_ok() && &back == b"x"
    }

    #[test]
    fn a_cut_ends_what_is_open_and_what_is_new_until_it_is_mended() {
        let line = Line::lay(echo(), None).unwrap();
        let call = || TcpStream::connect((Ipv4Addr::LOCALHOST, line.port())).unwrap();
        let mut before = call();
        assert!(said_back(&mut before));
        line.cut();
        assert!(!said_back(&mut before), "a connection survived the cut");
        assert!(!said_back(&mut call()), "a call came through a cut line");
        line.mend();
        assert!(said_back(&mut call()));
    }

    #[test]
    fn it_can_be_laid_again_at_the_same_port() {
        let address = echo();
        let port = {
            let line = Line::lay(address, None).unwrap();
            assert!(said_back(&mut TcpStream::connect((Ipv4Addr::LOCALHOST, line.port())).unwrap()));
            line.port()
        };
        let began = std::time::Instant::now();
        let line = loop {
            match Line::lay(address, Some(port)) {
                Ok(line) => break line,
                Err(error) if began.elapsed() > Duration::from_secs(20) => panic!("{error:#}"),
                Err(_) => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        assert_eq!(line.port(), port);
    }
}
