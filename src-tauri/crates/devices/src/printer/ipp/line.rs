//! One request to an IPP printer, one answer (RFC 8010).
//!
//! Own code rather than the ipp crate's client: that one goes through a proxy where the environment names one, sends
//! chunked bodies, which small printers refuse, and builds a new TLS client for each request.

use std::error::Error as _;
use std::io::Cursor;
use std::panic::catch_unwind;
use std::time::Duration;

use bytes::Bytes;
use ipp::parser::{IppParseError, IppParser};
use ipp::prelude::*;
use ipp::reader::IppReader;
use reqwest::header::CONTENT_TYPE;

use crate::printer::PrintFault;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A printer that takes longer than this to answer one request does not answer.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
/// What a printer says about itself takes some kilobytes.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;
const DEFAULT_PORT: u16 = 631;

/// The way to one printer.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) uri: Uri,
    endpoint: String,
    client: reqwest::Client,
}

impl Line {
    pub(super) fn new(address: &str) -> Result<Self, PrintFault> {
        let bad_address =
            || PrintFault::Unreachable { detail: format!("{address:?} is no printer's address") };
        let uri: Uri = address.parse().map_err(|_| bad_address())?;
        let endpoint = endpoint(&uri).ok_or_else(bad_address)?;
        crate::tls::install_provider();
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            .build()
            .map_err(|error| unreachable(&error))?;
        Ok(Self { uri, endpoint, client })
    }

    /// Sends a request, with the document behind it where there is one; yields the answer whatever its status.
    pub(super) async fn ask(
        &self,
        request: impl Into<IppRequestResponse>,
        document: Option<&Bytes>,
    ) -> Result<IppRequestResponse, PrintFault> {
        let mut body = request.into().to_bytes().to_vec();
        body.extend_from_slice(document.map(Bytes::as_ref).unwrap_or_default());
        let mut answer = self
            .client
            .post(&self.endpoint)
            .header(CONTENT_TYPE, "application/ipp")
            .body(body)
            .send()
            .await
            .map_err(|error| unreachable(&error))?;
        if !answer.status().is_success() {
            return Err(PrintFault::Rejected { detail: format!("HTTP {}", answer.status().as_u16()) });
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| unreachable(&error))? {
            if bytes.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(PrintFault::Rejected { detail: "an answer without end".to_owned() });
            }
            bytes.extend_from_slice(&chunk);
        }
        read_answer(bytes)
    }

    /// The same, and the answer is that the printer did it.
    pub(super) async fn ask_successfully(
        &self,
        request: impl Into<IppRequestResponse>,
    ) -> Result<IppRequestResponse, PrintFault> {
        let answer = self.ask(request, None).await?;
        accepted(&answer)?;
        Ok(answer)
    }
}

/// Reads a printer's answer.
///
/// # Errors
/// [`PrintFault::Rejected`] where the bytes are no IPP message.
pub fn read_answer(bytes: Vec<u8>) -> Result<IppRequestResponse, PrintFault> {
    // The parser trusts the length inside a textWithLanguage (RFC 8010, 3.9) and panics where it lies.
    let parsed = catch_unwind(|| IppParser::new(IppReader::new(Cursor::new(bytes))).parse());
    match parsed {
        Ok(answer) => answer.map_err(|error| rejected(&error)),
        Err(_) => Err(PrintFault::Rejected { detail: "an answer that contradicts itself".to_owned() }),
    }
}

/// The answer's status as a fault, unless it is a success (RFC 8011, appendix B).
pub(super) fn accepted(answer: &IppRequestResponse) -> Result<(), PrintFault> {
    let status = answer.header().status_code();
    if status.is_success() {
        return Ok(());
    }
    Err(PrintFault::Rejected { detail: format!("0x{:04x} {status}", answer.header().operation_or_status) })
}

/// Bytes that are no IPP, in either direction.
pub(super) fn rejected(error: &IppParseError) -> PrintFault {
    PrintFault::Rejected { detail: error.to_string() }
}

fn unreachable(error: &reqwest::Error) -> PrintFault {
    let cause = error.source().map(|source| format!(": {source}")).unwrap_or_default();
    PrintFault::Unreachable { detail: format!("{error}{cause}") }
}

/// The HTTP address behind an IPP one (RFC 8010, 4.1; RFC 7472): port 631 unless given, with TLS too.
fn endpoint(uri: &Uri) -> Option<String> {
    let authority = uri.authority()?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let (scheme, is_ipp) = match uri.scheme_str()? {
        "ipp" => ("http", true),
        "ipps" => ("https", true),
        "http" => ("http", false),
        "https" => ("https", false),
        _ => return None,
    };
    let port = if is_ipp && authority.port().is_none() { format!(":{DEFAULT_PORT}") } else { String::new() };
    Some(format!("{scheme}://{authority}{port}{path}"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn a_value_longer_than_its_message_is_no_answer() {
        let answer = |text: &[u8]| {
            let head = b"\x02\x00\x00\x00\x00\x00\x00\x01\x01\x35\x00\x0estatus-message\x00\x0a";
            read_answer([head.as_slice(), text, b"\x03"].concat())
        };
        assert!(answer(b"\x00\x02en\x00\x04okay").is_ok());
        assert!(answer(b"\x00\x02en\x7f\xffokay").is_err());
        assert!(answer(b"\x7f\xffen\x00\x04okay").is_err());
    }

    #[rstest]
    #[case("ipp://10.20.4.61/ipp/print", Some("http://10.20.4.61:631/ipp/print"))]
    #[case("ipp://printer.local:8631/ipp/print", Some("http://printer.local:8631/ipp/print"))]
    #[case("ipps://printer.local/ipp/print", Some("https://printer.local:631/ipp/print"))]
    #[case("http://10.20.4.61/printers/labels", Some("http://10.20.4.61/printers/labels"))]
    #[case("ipp://[fe80::1]/ipp", Some("http://[fe80::1]:631/ipp"))]
    #[case("ftp://10.20.4.61/", None)]
    #[case("labels", None)]
    fn printers_are_called_by_http(#[case] address: &str, #[case] expected: Option<&str>) {
        assert_eq!(endpoint(&address.parse().unwrap()).as_deref(), expected);
    }
}
