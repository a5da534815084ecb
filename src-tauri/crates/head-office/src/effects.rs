//! What follows outside from what happened to a unit: a settlement to propose, stock to move, a customer to tell. Who does
//! it is told by a webhook, and knows the customer by the RMA alone.

use returns::UnitEvent;
use returns::ids::{EventId, Subject};
use returns::unit;
use serde_json::{Value, json};

use crate::store::Effect;

/// What the customer might get: of each decision that is not provisional.
pub const SETTLEMENT_PROPOSAL: &str = "settlement-proposal";
/// Goods went into the place of their disposition, or left the building: of each container closed or shipped, for each unit.
pub const STOCK_MOVE: &str = "stock-move";
/// Something that a customer may be told: that their goods are here, and what was decided.
pub const CUSTOMER_MESSAGE: &str = "customer-message";

/// The effects of one event, with the unit as it is after all that was read.
pub(crate) fn of(event: &UnitEvent, event_id: EventId, subject: Subject, state: &unit::State) -> Vec<Effect> {
    let effect = |kind: &'static str, body: Value| Effect { kind, event_id, subject, body };
    let message = |what: &str, settlement: Value| {
        let body = json!({ "message": what, "rma": state.rma, "line": state.line, "settlement": settlement });
        state.rma.is_some().then(|| effect(CUSTOMER_MESSAGE, body))
    };
    match event {
        UnitEvent::Received { line: Some(_), .. } | UnitEvent::MatchedLater { .. } => {
            message("RECEIVED", Value::Null).into_iter().collect()
        }
        UnitEvent::Dispositioned { decision, provisional: false } => {
            let proposal = json!({
                "lpn": state.lpn,
                "rma": state.rma,
                "line": state.line,
                "disposition": decision.disposition,
                "settlement": decision.settlement,
            });
            let told = message("DECIDED", json!(decision.settlement));
            std::iter::once(effect(SETTLEMENT_PROPOSAL, proposal)).chain(told).collect()
        }
        UnitEvent::Closed { container, shipped } => {
            let moved = json!({
                "lpn": state.lpn,
                "sku": state.sku,
                "serial": state.serial,
                "owner": state.owner,
                "grade": state.grade(),
                "disposition": state.disposition(),
                "container": container,
                "shipped": shipped,
            });
            vec![effect(STOCK_MOVE, moved)]
        }
        _ => Vec::new(),
    }
}
