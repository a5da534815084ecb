//! What may happen now to a unit.

use super::command::Command;
use super::state::State;
use super::{apply, correct, dispose, inspect, receive, regrade, review, stage};
use crate::event::UnitEvent;
use crate::facts::Facts;
use crate::refusal::Refusal;
use crate::signal;

/// What may happen now to a unit, or why not. A refused command changes nothing. All events that come back are
/// about this unit; where a container is concerned too, the caller commits its events in the same transaction.
pub fn decide(state: &State, command: &Command, facts: &Facts<'_>) -> Result<Vec<UnitEvent>, Refusal> {
    if state.unreadable {
        return Err(Refusal::Unreadable);
    }
    let events = decided(state, command, facts)?;
    Ok(if compares(command) { with_signals(state, facts, events) } else { events })
}

/// Commands after which something may be seen not to fit.
const fn compares(command: &Command) -> bool {
    matches!(
        command,
        Command::Receive { .. }
            | Command::MatchLater
            | Command::ReIdentify { .. }
            | Command::ReadSerial { .. }
            | Command::Weigh { .. }
            | Command::Grade
    )
}

/// The events, and what does not fit after them.
fn with_signals(state: &State, facts: &Facts<'_>, mut events: Vec<UnitEvent>) -> Vec<UnitEvent> {
    let mut after = state.clone();
    events.iter().for_each(|event| apply::apply(&mut after, event));
    events.extend(signal::changed(&after, facts));
    events
}

fn decided(state: &State, command: &Command, facts: &Facts<'_>) -> Result<Vec<UnitEvent>, Refusal> {
    match command {
        Command::Receive { intake, parcel, sku, lpn } => {
            receive::receive(state, facts, *intake, *parcel, sku.as_ref(), *lpn)
        }
        Command::MatchLater => receive::match_later(state, facts),
        Command::ReIdentify { sku } => receive::re_identify(state, facts, sku),
        Command::ReadSerial { serial } => receive::read_serial(state, facts, serial),
        Command::ReadLot { lot, expiry } => receive::read_lot(state, facts, lot.as_ref(), *expiry),
        Command::Weigh { weight_grams } => receive::weigh(state, *weight_grams),

        Command::StartInspection => inspect::start(state, facts),
        Command::Answer(answer) => inspect::answer(state, facts, answer),
        Command::AddFinding { finding } => inspect::add_finding(state, facts, *finding),
        Command::RemoveFinding { finding } => inspect::remove_finding(state, facts, *finding),
        Command::TakePhoto { role, hash, len, flaws } => {
            inspect::take_photo(state, facts, role, *hash, *len, flaws)
        }
        Command::SkipPhoto { role, reason } => inspect::skip_photo(state, facts, role, *reason),
        Command::Note { hash } => inspect::note(state, *hash),
        Command::Grade => inspect::grade(state, facts),

        Command::OverrideGrade { grade, reason, note } => {
            dispose::override_grade(state, facts, *grade, *reason, *note)
        }
        Command::OverrideDisposition { disposition, reason, note } => {
            dispose::override_disposition(state, facts, *disposition, *reason, *note)
        }
        Command::Dispose => dispose::dispose(state, facts),
        Command::DisposeProvisionally => dispose::provisionally(state, facts),

        Command::RegradeBlind { answers, findings } => regrade::blind(state, facts, answers, findings),
        Command::FinishWork { work, part, seconds, result } => {
            regrade::work(state, facts, *work, part.as_ref(), *seconds, *result)
        }
        Command::Review(verdict) => review::review(state, facts, verdict),
        Command::AnswerClaim { acceptance, response } => {
            review::answer_claim(state, facts, *acceptance, *response)
        }
        Command::Hold { reason } => review::hold(state, *reason),
        Command::Release { reason } => review::release(state, facts, *reason),
        Command::Contest { first, second } => review::contest(state, *first, *second),
        Command::SettleContest { stands, decision } => {
            review::settle_contest(state, facts, *stands, decision.as_deref())
        }

        Command::RequestLabel { label } => stage::request_label(state, *label),
        Command::LabelPrinted { label, print } => stage::label_printed(state, *label, *print),
        Command::ConfirmLabel { lpn, print } => stage::confirm_label(state, *lpn, *print),
        Command::Locate { shelf } => stage::locate(state, shelf.as_ref()),
        Command::Stage { container } => stage::stage(state, facts, *container),
        Command::TakeOut => stage::take_out(state),
        Command::Close => stage::close(state, facts),

        Command::SwapLabels { other } => correct::swap_labels(state, *other),
        Command::Regrade { reason } => correct::regrade(state, *reason),
        Command::Void { reason } => correct::void(state, facts, *reason),
        Command::Amend(amendment) => correct::amend(state, facts, amendment),
        Command::FinishTask { task } => correct::finish_task(state, facts, *task),
    }
}
