//! Sockets, with TLS where it is wanted.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use super::settings::Tls;
use crate::error::HeadOfficeError;

/// A caller that does not finish its handshake in this time is let go.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections whose handshake is done and that wait to be taken.
const READY: usize = 64;

/// An open socket.
pub(super) struct Listening {
    listener: TcpListener,
    addr: SocketAddr,
    tls: Option<TlsAcceptor>,
}

impl Listening {
    pub async fn open(listen: SocketAddr, tls: Option<&Tls>) -> Result<Self, HeadOfficeError> {
        let tls = tls.map(acceptor).transpose()?;
        let listening = |source| HeadOfficeError::Listen { address: listen.to_string(), source };
        let listener = TcpListener::bind(listen).await.map_err(listening)?;
        let addr = listener.local_addr().map_err(listening)?;
        Ok(Self { listener, addr, tls })
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    /// Answers until it is to stop, and then only the calls that are under way.
    pub async fn answer(self, app: Router, stopping: CancellationToken) {
        let shutdown = stopping.clone().cancelled_owned();
        let ended = match self.tls {
            None => axum::serve(self.listener, app).with_graceful_shutdown(shutdown).await,
            Some(tls) => {
                let (ready, shaken) = mpsc::channel(READY);
                let shaking = tokio::spawn(shake_hands(self.listener, tls, ready, stopping));
                let listener = Shaken { shaken, addr: self.addr };
                let ended = axum::serve(listener, app).with_graceful_shutdown(shutdown).await;
                shaking.abort();
                ended
            }
        };
        if let Err(error) = ended {
            tracing::error!(%error, "the server stopped");
        }
    }
}

/// Connections after their handshake: a slow one keeps nobody else waiting.
struct Shaken {
    shaken: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    addr: SocketAddr,
}

impl Listener for Shaken {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.shaken.recv().await {
            Some(connection) => connection,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.addr)
    }
}

async fn shake_hands(
    mut listener: TcpListener,
    tls: TlsAcceptor,
    ready: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
    stopping: CancellationToken,
) {
    loop {
        let (stream, from) = tokio::select! {
            () = stopping.cancelled() => return,
            accepted = Listener::accept(&mut listener) => accepted,
        };
        let (tls, ready) = (tls.clone(), ready.clone());
        tokio::spawn(async move {
            match tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)).await {
                Ok(Ok(stream)) => {
                    // Nobody takes it any more once the server has stopped.
                    let _ = ready.send((stream, from)).await;
                }
                Ok(Err(error)) => tracing::debug!(%error, "no TLS handshake"),
                Err(_) => tracing::debug!("a TLS handshake took too long"),
            }
        });
    }
}

fn acceptor(tls: &Tls) -> Result<TlsAcceptor, HeadOfficeError> {
    let unusable = |path: &Path| {
        let path = path.to_path_buf();
        move |reason: String| HeadOfficeError::Certificate { path, reason }
    };
    let read = |path: &Path| fs::read(path).map_err(HeadOfficeError::file(path));
    let certificates: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(&read(&tls.certificates)?)
            .collect::<Result<_, _>>()
            .map_err(|error| unusable(&tls.certificates)(error.to_string()))?;
    let key = PrivateKeyDer::from_pem_slice(&read(&tls.key)?)
        .map_err(|error| unusable(&tls.key)(error.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(&tls.certificates)(error.to_string()))?
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .map_err(|error| unusable(&tls.certificates)(error.to_string()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
