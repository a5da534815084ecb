//! Who stands at the desk: badge, then PIN, all offline.

use std::collections::HashMap;

use argon2::password_hash::PasswordVerifier;
use argon2::{Argon2, PasswordHash};
use jiff::{SignedDuration, Timestamp};
use returns::codes::Role;
use returns::event::StationEvent;
use returns::ids::{OperatorId, Subject};
use wire::{Actor, Operator};

use super::draft::new_event;
use super::{Coded, Desk, Outcome, Said, coded, say};
use crate::seam::Tone;

/// Wrong PINs before the badge is locked for a while.
const TRIES: u32 = 5;
/// Longest lock.
const LONGEST_LOCK: SignedDuration = SignedDuration::from_mins(15);
/// Most digits of a PIN.
const PIN_DIGITS: usize = 12;

/// Who is signed in, and a sign-in half done.
#[derive(Debug, Default)]
pub(crate) struct SignIn {
    session: Option<Session>,
    badge: Option<Operator>,
    pin: String,
    wrong: HashMap<OperatorId, Wrong>,
}

#[derive(Debug, Clone)]
struct Session {
    operator: Operator,
    /// The role that counts: an expired list grants no supervisor powers.
    role: Role,
}

#[derive(Debug, Default)]
struct Wrong {
    tries: u32,
    locked_until: Option<Timestamp>,
}

impl Desk {
    /// Who acts, or the refusal to act without anyone.
    pub(super) fn actor(&self) -> Result<Actor, Coded> {
        let session = self.sign_in.session.as_ref().ok_or_else(|| coded("sign-in-first", []))?;
        Ok(Actor { operator: session.operator.id.clone(), role: session.role })
    }

    /// Refuses where nobody is signed in.
    pub(crate) fn signed_in_or_refuse(&self) -> Result<(), Coded> {
        self.actor().map(drop)
    }

    pub(super) fn signed_in(&self) -> Option<(&Operator, Role)> {
        self.sign_in.session.as_ref().map(|session| (&session.operator, session.role))
    }

    pub(super) fn badge_shown(&self) -> Option<&Operator> {
        self.sign_in.badge.as_ref()
    }

    pub(super) fn digits_typed(&self) -> usize {
        self.sign_in.pin.len()
    }

    pub(super) fn locked_seconds(&self) -> Option<u32> {
        let badge = self.sign_in.badge.as_ref()?;
        let until = self.sign_in.wrong.get(&badge.id)?.locked_until?;
        let left = until.duration_since(self.clock.now()).as_secs();
        u32::try_from(left).ok().filter(|left| *left > 0)
    }

    /// A badge was scanned. Whoever is signed in is signed out: the bench changes hands by scanning.
    pub(super) fn badge(&mut self, badge: &str) -> Outcome {
        let operator = self.records().operator_by_badge(badge)?.ok_or_else(|| coded("badge-unknown", []))?;
        self.sign_out()?;
        self.sign_in.pin.clear();
        let initials = operator.initials.clone();
        self.sign_in.badge = Some(operator);
        Ok(Said::only(Tone::Ready, say("badge-read", [("initials", initials)])))
    }

    pub(super) fn digit(&mut self, digit: u8) -> Outcome {
        if self.sign_in.badge.is_none() {
            return Err(coded("badge-first", []));
        }
        if self.sign_in.pin.len() < PIN_DIGITS {
            self.sign_in.pin.push(char::from(b'0' + digit % 10));
        }
        Ok(Said::only(Tone::Ready, say("pin-digit", [])))
    }

    /// UNDO: the last digit; with none, the badge.
    pub(super) fn undo_digit(&mut self) -> Outcome {
        match self.sign_in.pin.pop() {
            Some(_) => Ok(Said::only(Tone::Ready, say("pin-digit", []))),
            None => self.forget_pin(),
        }
    }

    pub(super) fn forget_pin(&mut self) -> Outcome {
        self.sign_in.pin.clear();
        self.sign_in.badge = None;
        Ok(Said::only(Tone::Ready, say("ready", [])))
    }

    /// ENTER after the PIN.
    pub(super) fn enter_pin(&mut self) -> Outcome {
        let operator = self.sign_in.badge.clone().ok_or_else(|| coded("badge-first", []))?;
        if let Some(seconds) = self.locked_seconds() {
            self.sign_in.pin.clear();
            return Err(coded("pin-locked", [("seconds", seconds.to_string())]));
        }
        let pin = std::mem::take(&mut self.sign_in.pin);
        if !fits(&operator.pin_hash, &pin) {
            return Err(self.wrong_pin(&operator.id));
        }
        self.sign_in.wrong.remove(&operator.id);
        self.start_session(operator)
    }

    fn wrong_pin(&mut self, operator: &OperatorId) -> Coded {
        let now = self.clock.now();
        let wrong = self.sign_in.wrong.entry(operator.clone()).or_default();
        wrong.tries += 1;
        if wrong.tries < TRIES {
            return coded("pin-wrong", [("left", (TRIES - wrong.tries).to_string())]);
        }
        let doubled = SignedDuration::from_secs(30 << (wrong.tries - TRIES).min(10));
        let lock = doubled.min(LONGEST_LOCK);
        wrong.locked_until = now.checked_add(lock).ok();
        coded("pin-locked", [("seconds", lock.as_secs().to_string())])
    }

    fn start_session(&mut self, operator: Operator) -> Outcome {
        let now = self.clock.now();
        let list_expired = now > operator.valid_until;
        let grace_days =
            self.records().policy()?.map_or(0, |policy| policy.policy.review.supervisor_grace_days);
        let grace = SignedDuration::from_hours(24 * i64::from(grace_days));
        let powers_end = operator.valid_until.checked_add(grace).unwrap_or(operator.valid_until);
        let role =
            if now > powers_end && operator.role.may_supervise() { Role::Grader } else { operator.role };
        let actor = Actor { operator: operator.id.clone(), role };
        let event = StationEvent::OperatorSignedIn { operator: operator.id.clone(), role, list_expired };
        self.commit(vec![new_event(Subject::Station, event.into(), &actor, now)])?;
        let initials = operator.initials.clone();
        self.sign_in.session = Some(Session { operator, role });
        self.sign_in.badge = None;
        let (tone, code) = if list_expired {
            (Tone::Warning, "signed-in-list-expired")
        } else {
            (Tone::Accepted, "signed-in")
        };
        Ok(Said::saved(tone, say(code, [("initials", initials), ("role", role.to_string())])))
    }

    /// Signs out whoever is signed in. Work stays on the desk for the next one: all of it is on disk.
    pub(super) fn sign_out(&mut self) -> Outcome {
        self.work.asking = None;
        self.work.container = None;
        self.work.arrivals = None;
        self.work.bench_work = None;
        self.work.bulk = false;
        if let Ok(actor) = self.actor() {
            // The session ends even where nothing can be written any more: nobody may go on in this name.
            self.sign_in.session = None;
            let event = StationEvent::OperatorSignedOut { operator: actor.operator.clone() };
            self.commit(vec![new_event(Subject::Station, event.into(), &actor, self.clock.now())])?;
            // A shift's end is sealed: the station's own signature over all that was recorded.
            self.records().seal()?;
        }
        Ok(Said::only(Tone::Ready, say("signed-out", [])))
    }
}

fn fits(pin_hash: &str, pin: &str) -> bool {
    PasswordHash::new(pin_hash)
        .is_ok_and(|hash| Argon2::default().verify_password(pin.as_bytes(), &hash).is_ok())
}
