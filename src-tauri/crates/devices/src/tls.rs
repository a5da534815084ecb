//! HTTP clients are built without a cryptography provider of their own; ring has to be installed before the first.

use std::sync::Once;

/// Installs ring as the process's provider unless the program has chosen one already.
pub(crate) fn install_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // An error here means that another thread installed one in between, which is as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
    });
}
