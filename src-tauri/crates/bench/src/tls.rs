//! The one TLS provider of the process.

/// Installs ring, once; somebody else's choice made before stands.
pub(crate) fn install() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
