//! Replies: JSON of `wire`, and refusals as `wire::Problem`.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use wire::Problem;

use crate::error::HeadOfficeError;
use crate::ledger::BatchRefusal;
use crate::store::{AppendRefusal, EnrolRefusal};

/// Seconds after which a call is repeated that found no store.
const STORE_RETRY_S: u64 = 5;

/// A call that is not granted: a status and a stable code with what its words need.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    problem: Problem,
    retry_after_s: Option<u64>,
}

impl Refusal {
    pub fn new(status: StatusCode, code: &str) -> Self {
        let problem = Problem { code: code.to_owned(), args: BTreeMap::new() };
        Self { status, problem, retry_after_s: None }
    }

    /// Not now: the caller asks again after so many seconds.
    pub fn later(status: StatusCode, code: &str, retry_after_s: u64) -> Self {
        Self { retry_after_s: Some(retry_after_s), ..Self::new(status, code) }
    }

    /// A call whose form is wrong.
    pub fn bad(code: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code)
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.problem.args.insert(name.to_owned(), value.to_string());
        self
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        tracing::info!(status = self.status.as_u16(), code = self.problem.code, "refused");
        let mut reply = (self.status, Json(self.problem)).into_response();
        if let Some(seconds) = self.retry_after_s {
            reply.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        reply
    }
}

impl From<HeadOfficeError> for Refusal {
    fn from(error: HeadOfficeError) -> Self {
        tracing::error!(code = error.code(), %error, "head office's own trouble");
        match error {
            HeadOfficeError::DiskFull(_) => Self::new(StatusCode::INSUFFICIENT_STORAGE, "disk-full"),
            HeadOfficeError::Unreachable(_) | HeadOfficeError::Objects(_) => {
                Self::later(StatusCode::SERVICE_UNAVAILABLE, "store-unreachable", STORE_RETRY_S)
            }
            _ => Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }
}

impl From<BatchRefusal> for Refusal {
    fn from(refusal: BatchRefusal) -> Self {
        let code = refusal.code();
        match refusal {
            BatchRefusal::WrongCount { named, found } => {
                Self::bad(code).with("named", named).with("found", found)
            }
            BatchRefusal::WrongHash => Self::bad(code),
            BatchRefusal::Unreadable { seq, code: why } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, code).with("seq", seq).with("why", why)
            }
            BatchRefusal::Gap { stored } => Self::new(StatusCode::CONFLICT, code)
                .with("stored_seq", stored.seq)
                .with("stored_hash", stored.hash),
            BatchRefusal::Fork { seq, stored } => Self::new(StatusCode::CONFLICT, code)
                .with("seq", seq)
                .with("stored_seq", stored.seq)
                .with("stored_hash", stored.hash),
        }
    }
}

impl From<AppendRefusal> for Refusal {
    fn from(refusal: AppendRefusal) -> Self {
        match refusal {
            AppendRefusal::Batch(batch) => batch.into(),
            AppendRefusal::EpochUnknown => Self::new(StatusCode::CONFLICT, "epoch-unknown"),
            AppendRefusal::EpochClosed => Self::new(StatusCode::GONE, "epoch-closed"),
            AppendRefusal::Trouble(error) => error.into(),
        }
    }
}

impl From<EnrolRefusal> for Refusal {
    fn from(refusal: EnrolRefusal) -> Self {
        let code = refusal.code();
        match refusal {
            EnrolRefusal::Trouble(HeadOfficeError::LpnBlocksUsedUp) => Self::new(StatusCode::CONFLICT, code),
            EnrolRefusal::Trouble(error) => error.into(),
            EnrolRefusal::KnownKey
            | EnrolRefusal::NameTaken
            | EnrolRefusal::OtherStation
            | EnrolRefusal::BlocksUnknown => Self::new(StatusCode::CONFLICT, code),
            EnrolRefusal::UnknownCode | EnrolRefusal::UsedCode | EnrolRefusal::ExpiredCode => {
                Self::new(StatusCode::FORBIDDEN, code)
            }
        }
    }
}
