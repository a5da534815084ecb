//! Name and password of a camera, and addresses in which they may stand.

use std::fmt;

use percent_encoding::percent_decode_str;
use reqwest::Url;
use serde::{Deserialize, Serialize};

/// Name and password of a camera.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The name.
    pub user: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn").field("user", &self.user).finish_non_exhaustive()
    }
}

impl SignIn {
    /// An address by itself, and the name and password that stood in it (RFC 3986, 3.2.1).
    pub fn apart(address: &str) -> (String, Option<Self>) {
        let Ok(mut url) = Url::parse(address) else { return (address.to_owned(), None) };
        if url.username().is_empty() && url.password().is_none() {
            return (address.to_owned(), None);
        }
        let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let sign_in =
            Self { user: plain(url.username()), password: plain(url.password().unwrap_or_default()) };
        // Only addresses without a host refuse this, and they have no password either.
        let _ = url.set_password(None);
        let _ = url.set_username("");
        (url.into(), Some(sign_in))
    }
}

/// The address without a name and password that may stand in it.
pub(super) fn without_password(address: &str) -> String {
    SignIn::apart(address).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_password_are_taken_out_of_an_address() {
        let (address, sign_in) = SignIn::apart("http://dock:p%40ss%3A1@10.20.4.60:8080/video?n=1");
        assert_eq!(address, "http://10.20.4.60:8080/video?n=1");
        assert_eq!(sign_in, Some(SignIn { user: "dock".to_owned(), password: "p@ss:1".to_owned() }));
        let (address, sign_in) = SignIn::apart("rtsp://dock@cam/stream1");
        assert_eq!(
            (address.as_str(), sign_in.map(|s| s.password)),
            ("rtsp://cam/stream1", Some(String::new()))
        );
        for plain in ["http://10.20.4.60/video", "no address", ""] {
            assert_eq!(SignIn::apart(plain), (plain.to_owned(), None));
        }
    }

    #[test]
    fn no_password_is_told_by_debug() {
        let sign_in = SignIn { user: "dock".to_owned(), password: "s3cret".to_owned() };
        let told = format!("{sign_in:?}");
        assert!(told.contains("dock") && !told.contains("s3cret"), "{told}");
    }
}
