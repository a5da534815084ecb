//! Photos in an object store that speaks S3, which several server processes may share.
//!
//! A photo on its way is one object for each piece, named by its offset and created only where there is none: of two
//! processes that take the same piece, one is told that it is there already. Nothing is kept in a process.

use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::aws::{AmazonS3, AmazonS3Builder, S3ConditionalPut};
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use returns::ids::{Sha256Hex, StationId};
use sha2::{Digest, Sha256};

use super::{Blobs, Written, shelved};
use crate::background::Background;
use crate::error::HeadOfficeError;

/// From here on a photo goes up in parts; S3 wants all but the last to be at least this long.
const PART_BYTES: usize = 5 * 1024 * 1024;

/// Where the object store is. What is not named comes from the environment, as S3's own tools read it
/// (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT`).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Objects {
    /// The bucket. It must be there.
    pub bucket: String,
    /// Address of the store, where it is not Amazon's.
    pub endpoint: Option<String>,
    /// Name and secret of the account.
    pub credentials: Option<(String, String)>,
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Objects").field("bucket", &self.bucket).field("endpoint", &self.endpoint).finish()
    }
}

/// The store, opened.
#[derive(Debug)]
pub(crate) struct Bucket {
    store: AmazonS3,
    background: Background,
}

impl Bucket {
    pub fn open(at: &Objects) -> Result<Self, HeadOfficeError> {
        // A second installation is refused, and then there is one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(&at.bucket)
            .with_conditional_put(S3ConditionalPut::ETagMatch);
        if let Some(endpoint) = &at.endpoint {
            builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http:"));
        }
        if let Some((name, secret)) = &at.credentials {
            builder = builder.with_access_key_id(name).with_secret_access_key(secret);
        }
        let background = Background::start("objects")?;
        let store = builder.build()?;
        Ok(Self { store, background })
    }

    async fn pieces(&self, folder: &Path) -> Result<Vec<ObjectMeta>, HeadOfficeError> {
        let mut pieces: Vec<ObjectMeta> = self.store.list(Some(folder)).try_collect().await?;
        pieces.sort_by(|one, other| one.location.cmp(&other.location));
        Ok(pieces)
    }

    async fn take(
        &self,
        folder: &Path,
        sha256: &Sha256Hex,
        length: u64,
        offset: u64,
        piece: &[u8],
    ) -> Result<Written, HeadOfficeError> {
        let held = end_of(&self.pieces(folder).await?);
        if held != offset {
            return Ok(Written::OtherOffset(held));
        }
        let held = held + piece.len() as u64;
        if held > length {
            return Ok(Written::TooLong);
        }
        if !piece.is_empty() {
            let place = folder.clone().join(format!("{offset:012}"));
            let payload = PutPayload::from(Bytes::copy_from_slice(piece));
            match self.store.put_opts(&place, payload, PutMode::Create.into()).await {
                Ok(_) => {}
                Err(object_store::Error::AlreadyExists { .. }) => {
                    return Ok(Written::OtherOffset(end_of(&self.pieces(folder).await?)));
                }
                Err(error) => return Err(error.into()),
            }
        }
        if held < length {
            return Ok(Written::Partial(held));
        }
        let pieces = self.pieces(folder).await?;
        let mut whole = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        for piece in &pieces {
            whole.extend_from_slice(&self.store.get(&piece.location).await?.bytes().await?);
        }
        let fits = fits(sha256, &whole);
        if fits {
            self.settle(sha256, whole).await?;
        }
        for piece in &pieces {
            self.store.delete(&piece.location).await?;
        }
        Ok(if fits { Written::Whole } else { Written::WrongHash })
    }

    /// Puts a whole photo in its place. One that is there already is left, unless it is not what its name says.
    async fn settle(&self, sha256: &Sha256Hex, bytes: Vec<u8>) -> Result<(), HeadOfficeError> {
        let place = place(sha256);
        if bytes.len() > PART_BYTES {
            let mut upload = self.store.put_multipart(&place).await?;
            let done = send_parts(&mut *upload, bytes).await;
            if done.is_err() {
                // Parts of an upload that never ends would be kept, and paid for.
                let _ = upload.abort().await;
            }
            return done;
        }
        let payload = PutPayload::from(bytes);
        match self.store.put_opts(&place, payload.clone(), PutMode::Create.into()).await {
            Err(object_store::Error::AlreadyExists { .. }) => {
                let there = self.store.get(&place).await?.bytes().await?;
                if !fits(sha256, &there) {
                    self.store.put(&place, payload).await?;
                }
                Ok(())
            }
            other => {
                other?;
                Ok(())
            }
        }
    }
}

impl Blobs for Bucket {
    fn holds(&self, sha256: &Sha256Hex, length: u64) -> Result<bool, HeadOfficeError> {
        self.background.wait(async {
            match self.store.head(&place(sha256)).await {
                Ok(found) => Ok(found.size == length),
                Err(object_store::Error::NotFound { .. }) => Ok(false),
                Err(error) => Err(error.into()),
            }
        })
    }

    fn hash_fits(&self, sha256: &Sha256Hex) -> Result<bool, HeadOfficeError> {
        Ok(fits(sha256, &self.read(sha256)?))
    }

    fn read(&self, sha256: &Sha256Hex) -> Result<Vec<u8>, HeadOfficeError> {
        self.background.wait(async { Ok(self.store.get(&place(sha256)).await?.bytes().await?.to_vec()) })
    }

    fn keep(&self, sha256: &Sha256Hex, bytes: Vec<u8>) -> Result<(), HeadOfficeError> {
        self.background.wait(self.settle(sha256, bytes))
    }

    fn partial_bytes(&self, station: &StationId, sha256: &Sha256Hex) -> Result<u64, HeadOfficeError> {
        let folder = folder(station, sha256);
        Ok(end_of(&self.background.wait(self.pieces(&folder))?))
    }

    fn write(
        &self,
        station: &StationId,
        sha256: &Sha256Hex,
        length: u64,
        offset: u64,
        piece: &[u8],
    ) -> Result<Written, HeadOfficeError> {
        let folder = folder(station, sha256);
        self.background.wait(self.take(&folder, sha256, length, offset, piece))
    }

    fn answers(&self) -> Result<(), HeadOfficeError> {
        self.background.wait(async {
            match self.store.head(&Path::from("probe")).await {
                Ok(_) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(error.into()),
            }
        })
    }
}

async fn send_parts(upload: &mut dyn MultipartUpload, bytes: Vec<u8>) -> Result<(), HeadOfficeError> {
    let mut rest = Bytes::from(bytes);
    while !rest.is_empty() {
        let part = rest.split_to(rest.len().min(PART_BYTES));
        upload.put_part(part.into()).await?;
    }
    upload.complete().await?;
    Ok(())
}

/// Where the pieces end, as far as none is missing.
fn end_of(pieces: &[ObjectMeta]) -> u64 {
    let mut end = 0;
    for piece in pieces {
        let offset = piece.location.filename().and_then(|name| name.parse::<u64>().ok());
        if offset != Some(end) {
            break;
        }
        end += piece.size;
    }
    end
}

fn fits(sha256: &Sha256Hex, bytes: &[u8]) -> bool {
    <[u8; 32]>::from(Sha256::digest(bytes)) == *sha256.as_bytes()
}

fn place(sha256: &Sha256Hex) -> Path {
    Path::from(shelved(sha256))
}

fn folder(station: &StationId, sha256: &Sha256Hex) -> Path {
    Path::from(format!("partial/{station}-{sha256}"))
}
