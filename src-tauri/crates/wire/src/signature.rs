//! Signed calls: one small fixed profile of HTTP Message Signatures (RFC 9421) with Content-Digest (RFC 9530).
//!
//! A request's signature covers method, path, query, content digest and `rs-nonce` (the station's own nonce);
//! its `nonce` parameter is head office's challenge, its `keyid` the station. A reply's signature covers the
//! status, the content digest and the request's method, path and query; its `nonce` parameter is the request's
//! `rs-nonce`. No `created`: a bench's clock proves nothing. Anything but exactly this form is refused.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use crate::{PublicKey, SecretKey, SignatureBytes};

/// Header of the body's digest.
pub const CONTENT_DIGEST: &str = "content-digest";
/// Header of the station's nonce, which the reply must sign.
pub const RS_NONCE: &str = "rs-nonce";
/// Header of what was signed.
pub const SIGNATURE_INPUT: &str = "signature-input";
/// Header of the signature.
pub const SIGNATURE: &str = "signature";

const REQUEST_COMPONENTS: &str = r#"("@method" "@path" "@query" "content-digest" "rs-nonce")"#;
const REPLY_COMPONENTS: &str = r#"("@status" "content-digest" "@method";req "@path";req "@query";req)"#;

/// Why a signature is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// A header is missing or not of the profile's form.
    #[error("no signature of the expected form")]
    Missing,
    /// The body is not the one that was digested.
    #[error("the body does not fit its digest")]
    WrongDigest,
    /// Signed for another nonce: a replay or a stale challenge.
    #[error("signed for another nonce")]
    WrongNonce,
    /// The signature does not fit.
    #[error("the signature does not fit")]
    WrongSignature,
}

impl SignatureError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "call-unsigned",
            Self::WrongDigest => "call-digest-wrong",
            Self::WrongNonce => "call-nonce-wrong",
            Self::WrongSignature => "call-signature-wrong",
        }
    }
}

/// What of a request is signed.
#[derive(Debug, Clone, Copy)]
pub struct RequestParts<'a> {
    /// Upper case.
    pub method: &'a str,
    /// Absolute path, as sent.
    pub path: &'a str,
    /// Without `?`; empty if none.
    pub query: &'a str,
    /// Value of `content-digest`.
    pub content_digest: &'a str,
    /// Value of `rs-nonce`: the station's nonce.
    pub station_nonce: &'a str,
}

/// What of a reply is signed, beside its request's method, path and query.
#[derive(Debug, Clone, Copy)]
pub struct ReplyParts<'a> {
    /// HTTP status.
    pub status: u16,
    /// Value of `content-digest`.
    pub content_digest: &'a str,
}

/// Value of `content-digest` for a body.
pub fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", BASE64_STANDARD.encode(Sha256::digest(body)))
}

fn safe(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn input(components: &str, nonce: &str, key_id: &str) -> String {
    format!(r#"{components};nonce="{nonce}";keyid="{key_id}";alg="ed25519""#)
}

fn request_base(parts: &RequestParts<'_>, input: &str) -> String {
    format!(
        "\"@method\": {}\n\"@path\": {}\n\"@query\": ?{}\n\"content-digest\": {}\n\"rs-nonce\": {}\n\"@signature-params\": {input}",
        parts.method, parts.path, parts.query, parts.content_digest, parts.station_nonce,
    )
}

fn reply_base(reply: &ReplyParts<'_>, request: &RequestParts<'_>, input: &str) -> String {
    format!(
        "\"@status\": {}\n\"content-digest\": {}\n\"@method\";req: {}\n\"@path\";req: {}\n\"@query\";req: ?{}\n\"@signature-params\": {input}",
        reply.status, reply.content_digest, request.method, request.path, request.query,
    )
}

fn label(input: &str) -> String {
    format!("rs={input}")
}

fn signature_value(signature: &SignatureBytes) -> String {
    format!("rs=:{}:", BASE64_STANDARD.encode(signature.0))
}

fn parse_signature(value: &str) -> Result<SignatureBytes, SignatureError> {
    let text =
        value.strip_prefix("rs=:").and_then(|rest| rest.strip_suffix(':')).ok_or(SignatureError::Missing)?;
    let bytes = BASE64_STANDARD.decode(text).map_err(|_| SignatureError::Missing)?;
    SignatureBytes::from_slice(&bytes).map_err(|_| SignatureError::Missing)
}

/// Nonce and key id of a `signature-input` of exactly the profile's form.
fn parse_input<'a>(value: &'a str, components: &str) -> Result<(&'a str, &'a str), SignatureError> {
    let rest = value
        .strip_prefix("rs=")
        .and_then(|rest| rest.strip_prefix(components))
        .and_then(|rest| rest.strip_prefix(";nonce=\""))
        .and_then(|rest| rest.strip_suffix("\";alg=\"ed25519\""))
        .ok_or(SignatureError::Missing)?;
    let (nonce, key_id) = rest.split_once("\";keyid=\"").ok_or(SignatureError::Missing)?;
    if safe(nonce) && safe(key_id) { Ok((nonce, key_id)) } else { Err(SignatureError::Missing) }
}

/// Values of `signature-input` and `signature` for a request; `challenge` is head office's nonce, `key_id` the
/// station's id (or, at enrolment, its key's id).
pub fn sign_request(
    key: &SecretKey,
    key_id: &str,
    challenge: &str,
    parts: &RequestParts<'_>,
) -> (String, String) {
    let input = input(REQUEST_COMPONENTS, challenge, key_id);
    let signature = key.sign(request_base(parts, &input).as_bytes());
    (label(&input), signature_value(&signature))
}

/// Who claims to have signed a request and which challenge they used: `(key id, challenge)`. Nothing is proved
/// before [`verify_request`].
pub fn request_claim(signature_input: &str) -> Result<(&str, &str), SignatureError> {
    parse_input(signature_input, REQUEST_COMPONENTS).map(|(nonce, key_id)| (key_id, nonce))
}

/// Whether the key signed this request. The caller has checked the challenge and the body's digest.
pub fn verify_request(
    key: &PublicKey,
    signature_input: &str,
    signature: &str,
    parts: &RequestParts<'_>,
) -> Result<(), SignatureError> {
    let (nonce, key_id) = parse_input(signature_input, REQUEST_COMPONENTS)?;
    let base = request_base(parts, &input(REQUEST_COMPONENTS, nonce, key_id));
    key.verify(base.as_bytes(), &parse_signature(signature)?).map_err(|_| SignatureError::WrongSignature)
}

/// Values of `signature-input` and `signature` for a reply to the given request.
pub fn sign_reply(key: &SecretKey, reply: &ReplyParts<'_>, request: &RequestParts<'_>) -> (String, String) {
    let input = input(REPLY_COMPONENTS, request.station_nonce, &key.public().id().0);
    let signature = key.sign(reply_base(reply, request, &input).as_bytes());
    (label(&input), signature_value(&signature))
}

/// Whether head office's pinned key signed this reply to this very request, over exactly this body.
pub fn verify_reply(
    key: &PublicKey,
    signature_input: &str,
    signature: &str,
    reply: &ReplyParts<'_>,
    body: &[u8],
    request: &RequestParts<'_>,
) -> Result<(), SignatureError> {
    if content_digest(body) != reply.content_digest {
        return Err(SignatureError::WrongDigest);
    }
    let (nonce, key_id) = parse_input(signature_input, REPLY_COMPONENTS)?;
    if nonce != request.station_nonce {
        return Err(SignatureError::WrongNonce);
    }
    let base = reply_base(reply, request, &input(REPLY_COMPONENTS, nonce, key_id));
    key.verify(base.as_bytes(), &parse_signature(signature)?).map_err(|_| SignatureError::WrongSignature)
}
