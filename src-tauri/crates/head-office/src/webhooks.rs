//! Tells others of effects, signed, until they have taken them: at least once, with the effect's id, by which the
//! other side drops what comes twice. Headers and signature as in Standard Webhooks 1.0
//! (`webhook-id`, `webhook-timestamp`, `webhook-signature: v1,…`).

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::json;
use sha2::Sha256;

use crate::error::HeadOfficeError;
use crate::store::{Delivery, Outcome};

/// Deliveries taken at once by one process.
pub(crate) const AT_ONCE: usize = 20;
/// Seconds for which a process has what it took for itself; longer than a call may last.
pub(crate) const LEASE_S: i64 = 60;
const CALL_TIMEOUT: Duration = Duration::from_secs(15);

/// How patiently others are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Seconds until the second try; each further one waits four times as long, six hours at most.
    pub first_wait_s: i64,
    /// Tries until a person has to look.
    pub tries: u32,
}

impl Default for Patience {
    /// Twelve tries over a day and a half.
    fn default() -> Self {
        Self { first_wait_s: 5, tries: 12 }
    }
}

const LONGEST_WAIT_S: i64 = 6 * 60 * 60;

impl Patience {
    /// What becomes of a delivery that was not taken.
    fn after(self, failed: u32, now_s: i64, why: String) -> Outcome {
        if failed >= self.tries {
            return Outcome::Dead(why);
        }
        let factor = 4_i64.saturating_pow(failed.saturating_sub(1));
        Outcome::Again(now_s + self.first_wait_s.saturating_mul(factor).min(LONGEST_WAIT_S), why)
    }
}

/// The value of `webhook-signature`: HMAC-SHA-256 over id, timestamp and body.
pub fn signature(secret: &[u8], id: &str, timestamp_s: i64, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(format!("{id}.{timestamp_s}.").as_bytes());
    mac.update(body);
    format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

/// A client for them. It follows no redirect: what is signed for one place is for that place.
pub(crate) fn client() -> Result<reqwest::Client, HeadOfficeError> {
    // A second installation is refused, and then there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .timeout(CALL_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| HeadOfficeError::Stopped(error.to_string()))
}

/// Tells one of them one effect.
pub(crate) async fn deliver(client: &reqwest::Client, delivery: &Delivery, patience: Patience) -> Outcome {
    let id = hex::encode(delivery.effect);
    let body = json!({
        "effect": id,
        "kind": delivery.kind,
        "event_id": delivery.event_id,
        "subject": delivery.subject,
        "body": delivery.body,
    })
    .to_string();
    let now_s = Timestamp::now().as_second();
    let sent = client
        .post(&delivery.url)
        .header("content-type", "application/json")
        .header("webhook-id", &id)
        .header("webhook-timestamp", now_s)
        .header("webhook-signature", signature(&delivery.secret, &id, now_s, body.as_bytes()))
        .body(body)
        .send()
        .await;
    let failed = delivery.attempts.saturating_add(1);
    let why = match sent {
        Ok(reply) if reply.status().is_success() => return Outcome::Delivered,
        // "Do not come back" is an answer too.
        Ok(reply) if reply.status().as_u16() == 410 => return Outcome::Dead("status 410".to_owned()),
        Ok(reply) => format!("status {}", reply.status().as_u16()),
        Err(error) if error.is_timeout() => "timeout".to_owned(),
        Err(error) if error.is_connect() => "not reached".to_owned(),
        Err(_) => "broken off".to_owned(),
    };
    patience.after(failed, now_s, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let patience = Patience { first_wait_s: 5, tries: 12 };
        let wait = |failed| match patience.after(failed, 1000, String::new()) {
            Outcome::Again(next_s, _) => Some(next_s - 1000),
            _ => None,
        };
        assert_eq!([1, 2, 3, 8].map(wait), [Some(5), Some(20), Some(80), Some(LONGEST_WAIT_S)]);
        assert_eq!(wait(12), None);
    }

    #[test]
    fn the_signature_is_that_of_standard_webhooks() {
        // The example of their specification's libraries.
        let secret = BASE64_STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        assert_eq!(
            signature(&secret, id, 1_614_265_330, b"{\"test\": 2432232314}"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }
}
