//! What travels between a station and head office, and what both sides recompute: the event envelope and its
//! hash chain, receipts, feeds, signed documents, signed calls, return-label tokens. Pure: no I/O, no clock,
//! no randomness.

mod calls;
mod chain;
mod codec;
mod envelope;
mod epoch;
mod feed;
mod keys;
mod operator;
mod place;
mod return_label;
mod signature;
mod signed;

pub use calls::{
    BlobOffer, BlobState, Challenge, EnrolReply, EnrolRequest, EnrolledBefore, EpochHeld, EpochsReply,
    HelloReply, HelloRequest, Incarnation, Leaving, Limits, NextEpochReply, NextEpochRequest, Problem,
    Receipt, ThumbnailOffer, Verdict,
};
pub use chain::{Chain, ChainHash, Head, Seal, chain_hash};
pub use codec::{CodecError, DICTIONARY, MAX_BATCH_BYTES, pack, pack_with_dictionary, unpack};
pub use envelope::{Actor, Envelope, EnvelopeError, MAX_EVENT_BYTES};
pub use epoch::{Epoch, EpochError};
pub use feed::{Document, Feed, FeedChange, FeedItem, FeedPage, UnitsItem};
pub use keys::{KeyError, KeyId, PublicKey, SecretKey, SignatureBytes};
pub use operator::Operator;
pub use place::{Link, Place, fold_order};
pub use return_label::{ReturnLabel, ReturnLabelError};
pub use signature::{
    CONTENT_DIGEST, RS_NONCE, ReplyParts, RequestParts, SIGNATURE, SIGNATURE_INPUT, SignatureError,
    content_digest, request_claim, sign_reply, sign_request, verify_reply, verify_request,
};
pub use signed::{Signed, SignedError};
