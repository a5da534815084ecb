//! The archive itself: members in, members out, and the signature over the whole file.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use sha2::{Digest, Sha256};
use wire::{KeyError, PublicKey, SecretKey, SignatureBytes};
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::RecordsError;

pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const MANIFEST_SIGNATURE: &str = "manifest.sig";
pub(super) const EVENTS: &str = "events.jsonl";
pub(super) const SUMMARY: &str = "summary.txt";

const COMMENT: &str = "rs-evidence-1 ";
/// An Ed25519 signature in hex.
const SIGNATURE_DIGITS: usize = 128;
/// The most that a pack's members may take together, unpacked: 1 GiB.
const MOST_BYTES: u64 = 1 << 30;

/// What the signature over the manifest covers.
pub(super) fn manifest_message(manifest: &[u8]) -> Vec<u8> {
    [b"rs-evidence-1".as_slice(), manifest].concat()
}

fn file_message(before_comment: &[u8]) -> Vec<u8> {
    [b"rs-evidence-file-1".as_slice(), &Sha256::digest(before_comment)].concat()
}

/// A signature as the pack writes it: lower-case hex, one spelling only.
pub(super) fn signature(text: &[u8]) -> Result<SignatureBytes, KeyError> {
    let mut bytes = [0; 64];
    let lower = !text.iter().any(u8::is_ascii_uppercase);
    match hex::decode_to_slice(text, &mut bytes) {
        Ok(()) if lower => Ok(SignatureBytes(bytes)),
        _ => Err(KeyError::WrongSignature),
    }
}

fn failed(error: ZipError) -> RecordsError {
    RecordsError::Pack(error.to_string())
}

/// Writes the archive, its last bytes a signature over all before them. Pictures are stored, the rest is deflated.
pub(super) fn write(members: &[(String, Vec<u8>)], key: &SecretKey) -> Result<Vec<u8>, RecordsError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let stored = name.ends_with(".jpg");
        let method = if stored { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        zip.start_file(name.as_str(), options).map_err(failed)?;
        zip.write_all(bytes).map_err(|error| RecordsError::Pack(error.to_string()))?;
    }
    let unsigned = format!("{COMMENT}{}", "0".repeat(SIGNATURE_DIGITS));
    zip.set_comment(unsigned.as_str()).map_err(failed)?;
    let mut file = zip.finish().map_err(failed)?.into_inner();
    file.truncate(file.len().saturating_sub(unsigned.len()));
    let signed = hex::encode(key.sign(&file_message(&file)).0);
    file.extend(COMMENT.as_bytes());
    file.extend(signed.as_bytes());
    Ok(file)
}

/// Whether this key signed the whole file.
pub(super) fn verify_file(file: &[u8], key: &PublicKey) -> Result<(), KeyError> {
    let at = file.len().checked_sub(COMMENT.len() + SIGNATURE_DIGITS).ok_or(KeyError::WrongSignature)?;
    let (before, comment) = file.split_at_checked(at).ok_or(KeyError::WrongSignature)?;
    let text = comment.strip_prefix(COMMENT.as_bytes()).ok_or(KeyError::WrongSignature)?;
    key.verify(&file_message(before), &signature(text)?)
}

/// Every member by name.
///
/// # Errors
/// `pack-unreadable`: no archive, a name twice, or more than [`MOST_BYTES`].
pub(super) fn read(file: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, RecordsError> {
    let mut zip = ZipArchive::new(Cursor::new(file)).map_err(failed)?;
    let mut members = BTreeMap::new();
    let mut room = MOST_BYTES;
    for index in 0..zip.len() {
        let member = zip.by_index(index).map_err(failed)?;
        let name = member.name().map_err(failed)?.into_owned();
        let mut bytes = Vec::new();
        member
            .take(room.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| RecordsError::Pack(format!("{name}: {error}")))?;
        room = room
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| RecordsError::Pack(format!("it unpacks to more than {MOST_BYTES} bytes")))?;
        if members.insert(name.clone(), bytes).is_some() {
            return Err(RecordsError::Pack(format!("{name} is in it twice")));
        }
    }
    Ok(members)
}
