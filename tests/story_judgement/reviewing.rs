//! Another disposition, the claim, notes, what the reviewer saw, and nobody there to review.

use bench::seam::{Reply, Request, WaitsFor};
use returns::codes::{
    Acceptance, Disposition, HoldReason, OverrideReason, ReviewOutcome, ReviewState, SellerResponse,
    Settlement, Stage as UnitStage,
};
use returns::ids::UnitId;

use crate::desk::{TO, bench, end, number};
use crate::people::{
    RH, ask, change, detail, graded, leave, newer_policy, refused, row, second_supervisor, verdict,
};
use crate::story::depot::Depot;
use crate::story::hands::{JACKET, SHIRT};
use crate::story::station::{KW, Station, told};

#[tokio::test(flavor = "multi_thread")]
async fn another_disposition_is_a_supervisors_choice_and_a_second_ones_word() {
    let (depot, station, _dir) = bench().await;
    second_supervisor(&depot, &station).await;
    let unit = graded(&station, &SHIRT).await;
    let wish = Request::OverrideDisposition {
        unit,
        disposition: Disposition::Liquidate,
        reason: OverrideReason::WorseThanComputed,
    };
    assert_eq!(refused(&station, wish.clone()).await, "supervisor-only");

    station.sign_in(TO).await;
    let shown = change(&station, wish).await;
    assert_eq!(shown.decision.unwrap().disposition, Disposition::Liquidate);
    assert_eq!(shown.blocked.unwrap().code, "own-grading", "who chose it does not approve it");
    assert_eq!(row(&station, unit).await.unwrap().waits_for, [WaitsFor::Review]);
    assert_eq!(refused(&station, verdict(unit, ReviewOutcome::Approved)).await, "own-grading");

    station.sign_in(RH).await;
    assert_eq!(detail(&station, unit).await.blocked, None);
    ask(&station, verdict(unit, ReviewOutcome::Approved)).await.unwrap();
    let state = station.unit(unit).unwrap();
    assert_eq!(state.disposition(), Some(Disposition::Liquidate));
    assert_eq!((state.stage, row(&station, unit).await), (Some(UnitStage::Dispositioned), None));
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_is_answered_once_and_by_a_supervisor() {
    let (depot, station, _dir) = bench().await;
    let unit = graded(&station, &SHIRT).await;
    let answer = |acceptance, response| Request::AnswerClaim { unit, acceptance, response };
    let accept = answer(Acceptance::Accepted, Some(SellerResponse::ALL[0]));
    assert_eq!(refused(&station, accept.clone()).await, "supervisor-only");
    station.sign_in(TO).await;
    let shown = change(&station, answer(Acceptance::ManualInterventionRequired, None)).await;
    assert_eq!((shown.acceptance, shown.response), (Acceptance::ManualInterventionRequired, None));
    let shown = change(&station, accept).await;
    assert_eq!((shown.acceptance, shown.response), (Acceptance::Accepted, Some(SellerResponse::ALL[0])));
    assert_eq!(refused(&station, answer(Acceptance::Rejected, None)).await, "claim-settled");
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_read_again_and_its_words_are_in_no_event() {
    let (depot, station, _dir) = bench().await;
    let unit = graded(&station, &SHIRT).await;
    let note = |text: String| Request::Note { unit, text };
    assert_eq!(refused(&station, note("  ".to_owned())).await, "note-empty");
    assert_eq!(refused(&station, note("x".repeat(2001))).await, "note-too-long");
    let words = "Der Karton war naß; die Ware nicht. ✓";
    let shown = change(&station, note(format!(" {words}\n"))).await;
    assert_eq!(shown.notes.len(), 1);
    assert_eq!(shown.notes[0].text.as_deref(), Some(words));
    assert_eq!(shown.notes[0].operator, "KW");
    let told = "Karton war".as_bytes();
    assert!(station.lines().iter().all(|line| !line.windows(told.len()).any(|part| part == told)));
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_since_the_reviewer_looked_is_looked_at_again() {
    let (depot, station, _dir) = bench().await;
    let unit = graded(&station, &SHIRT).await;
    station.press("OVERRIDE").await;
    station.press("GRADE-C").await;
    station.press("PICK-3").await;
    station.sign_in(TO).await;
    let seen = detail(&station, unit).await.seen;
    change(&station, Request::Note { unit, text: "Look at the collar.".to_owned() }).await;
    let approve = |seen| match verdict(unit, ReviewOutcome::Approved) {
        Request::ReviewDecide { unit, outcome, grade, disposition, reason, .. } => Request::ReviewDecide {
            unit,
            outcome,
            grade,
            disposition,
            reason,
            seller_response: Some(SellerResponse::ALL[0]),
            settlement: None,
            acceptance: Some(Acceptance::Accepted),
            seen,
        },
        _ => unreachable!(),
    };
    assert!(seen.is_some());
    assert_eq!(refused(&station, approve(seen)).await, "unit-changed");
    let seen = detail(&station, unit).await.seen;
    ask(&station, approve(seen)).await.unwrap();
    let state = station.unit(unit).unwrap();
    assert_eq!((state.review.state, state.acceptance), (ReviewState::Approved, Acceptance::Accepted));
    assert_eq!(state.response, Some(SellerResponse::ALL[0]));
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewer_may_change_what_the_customer_gets() {
    let (depot, station, _dir) = bench().await;
    let unit = graded(&station, &SHIRT).await;
    station.press("OVERRIDE").await;
    station.press("GRADE-C").await;
    station.press("PICK-3").await;
    station.sign_in(TO).await;
    let wish = Request::ReviewDecide {
        unit,
        outcome: ReviewOutcome::Changed,
        grade: None,
        disposition: None,
        reason: Some(OverrideReason::Other),
        seller_response: None,
        settlement: Some(Settlement::PartialRefund),
        acceptance: None,
        seen: None,
    };
    ask(&station, wish).await.unwrap();
    assert_eq!(station.unit(unit).unwrap().settlement(), Some(Settlement::PartialRefund));
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_comes_the_policys_provisional_disposition_holds_for_a_while() {
    let (depot, station, _dir) = bench().await;
    let unit = graded(&station, &JACKET).await;
    station.press("OVERRIDE").await;
    station.press("GRADE-B").await;
    station.press("PICK-2").await;
    leave(&station).await;
    assert_eq!(detail(&station, unit).await.provisional, None, "two days have not passed");
    assert_eq!(refused(&station, Request::DisposeProvisionally { unit }).await, "no-provisional");

    newer_policy(&depot, &station, |head| head["provisional"]["after_hours"] = 0.into()).await;
    let offered = detail(&station, unit).await.provisional.unwrap();
    let shown = change(&station, Request::DisposeProvisionally { unit }).await;
    assert_eq!((shown.stage, shown.provisional), (UnitStage::Dispositioned, None));
    let state = station.unit(unit).unwrap();
    assert!(state.provisional && state.review_pending());
    assert_eq!(state.disposition(), Some(offered));

    // The second person comes after all.
    station.sign_in(TO).await;
    ask(&station, verdict(unit, ReviewOutcome::Approved)).await.unwrap();
    station.sign_in(KW).await;
    let state = station.unit(unit).unwrap();
    assert_eq!((state.review.state, state.stage), (ReviewState::Approved, Some(UnitStage::Dispositioned)));
    assert!(!state.provisional, "what was approved is in force");
    end(depot, station).await;
}

/// A jacket that waits for a second person, decided provisionally.
async fn provisional(depot: &Depot, station: &Station) -> UnitId {
    let unit = graded(station, &JACKET).await;
    station.press("OVERRIDE").await;
    station.press("GRADE-B").await;
    station.press("PICK-2").await;
    leave(station).await;
    newer_policy(depot, station, |head| head["provisional"]["after_hours"] = 0.into()).await;
    change(station, Request::DisposeProvisionally { unit }).await;
    unit
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_in_its_provisional_container_comes_out_of_it() {
    let (depot, station, _dir) = bench().await;
    let unit = provisional(&depot, &station).await;
    number(&station, unit).await;
    station.press("NEXT").await;
    station.settled().await;
    let state = station.unit(unit).unwrap();
    station.scan(format!("{}/{}", state.lpn.unwrap().code(None), state.label.print)).await;
    let screen = station.scan("RS:T:T-0778").await;
    assert_eq!(screen.band.say.code, "staged", "{}", told(&screen));

    station.sign_in(TO).await;
    ask(&station, verdict(unit, ReviewOutcome::Approved)).await.unwrap();
    let state = station.unit(unit).unwrap();
    assert_eq!((state.stage, state.provisional), (Some(UnitStage::Dispositioned), false));
    let code = "T-0778".parse().unwrap();
    let (_, container) = station.with(|records| records.container_by_code(&code).unwrap()).unwrap();
    assert_eq!((state.container(), container.units.len()), (None, 0));
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_stopped_as_it_was_approved_goes_on_with_the_next_key() {
    let (depot, station, _dir) = bench().await;
    let unit = provisional(&depot, &station).await;
    station.sign_in(TO).await;
    let reason = HoldReason::Fraud;
    ask(&station, Request::HoldUnit { unit, reason }).await.unwrap();
    ask(&station, verdict(unit, ReviewOutcome::Approved)).await.unwrap();
    assert!(station.unit(unit).unwrap().provisional, "a hold stops it still");
    ask(&station, Request::ReleaseUnit { unit, reason }).await.unwrap();
    number(&station, unit).await;
    let screen = station.press("NEXT").await;
    let state = station.unit(unit).unwrap();
    assert!(!state.provisional && state.stage == Some(UnitStage::Dispositioned), "{}", told(&screen));
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewer_is_offered_what_a_lawful_exception_permits() {
    let (depot, station, _dir) = bench().await;
    let shirt = graded(&station, &SHIRT).await;
    let law = [Disposition::Recycle, Disposition::Destroy];
    let allowed = detail(&station, shirt).await.allowed;
    assert!(law.iter().all(|one| !allowed.contains(one)), "good clothes are not destroyed: {allowed:?}");
    station.press("OVERRIDE").await;
    station.press("GRADE-D").await;
    station.press("PICK-3").await;
    station.sign_in(TO).await;
    let shown = detail(&station, shirt).await;
    assert!(law.iter().all(|one| shown.allowed.contains(one)), "{:?}", shown.allowed);
    // What is offered is what is taken.
    let wish = Request::ReviewDecide {
        unit: shirt,
        outcome: ReviewOutcome::Changed,
        grade: None,
        disposition: Some(Disposition::Recycle),
        reason: Some(OverrideReason::Other),
        seller_response: None,
        settlement: None,
        acceptance: None,
        seen: shown.seen,
    };
    ask(&station, wish).await.unwrap();
    assert_eq!(station.unit(shirt).unwrap().disposition(), Some(Disposition::Recycle));
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_goes_by_what_waiting_costs_and_says_what_to_do() {
    let (depot, station, _dir) = bench().await;
    let shirt = graded(&station, &SHIRT).await;
    station.press("HOLD").await;
    station.press("PICK-1").await;
    leave(&station).await;
    let jacket = graded(&station, &JACKET).await;
    station.press("OVERRIDE").await;
    station.press("GRADE-B").await;
    station.press("PICK-2").await;
    let Reply::ReviewQueue(queue) = ask(&station, Request::ReviewQueue).await.unwrap() else { panic!() };
    let rows: Vec<_> = queue.rows.iter().map(|row| (row.head.unit, row.waits_for.clone())).collect();
    assert!(rows.contains(&(shirt, vec![WaitsFor::Hold])), "{rows:?}");
    assert!(rows.contains(&(jacket, vec![WaitsFor::Review])), "{rows:?}");
    assert!(queue.rows.is_sorted_by_key(|row| std::cmp::Reverse(row.centicents_per_hour)));

    // As the policy's own clock says.
    let policy = station.with(|records| records.policy().unwrap()).unwrap().policy;
    let state = station.unit(jacket).unwrap();
    let item = station.with(|records| records.item(state.sku.as_ref().unwrap()).unwrap()).unwrap();
    let weekly = Some(item.weekly_decay_percent);
    let received = state.received.unwrap();
    let clock = policy.clock(item.price.unwrap(), Some(&item.category), weekly, received, received);
    let shown = queue.rows.iter().find(|row| row.head.unit == jacket).unwrap();
    assert_eq!(shown.centicents_per_hour, clock.per_hour_centi, "the customer has no tier that changes it");
    assert!(clock.per_hour_centi > 0);
    assert!(detail(&station, jacket).await.clock.unwrap().per_hour.ends_with(" EUR"));
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_says_why_it_fired_or_not() {
    let (depot, station, _dir) = bench().await;
    let unit = graded(&station, &SHIRT).await;
    let explain = async || match ask(&station, Request::ExplainUnit { unit }).await.unwrap() {
        Reply::Explained(explained) => explained,
        other => panic!("{other:?}"),
    };
    let explained = explain().await;
    let decision = station.unit(unit).unwrap().decision.unwrap();
    let policy = station.with(|records| records.policy().unwrap()).unwrap().policy;
    assert_eq!(
        explained.rows.len(),
        policy.gates.len() + policy.candidates.len() + policy.settlements.len(),
        "no row is left out"
    );
    let fired: Vec<&str> =
        explained.rows.iter().filter(|row| row.answer == "fired").map(|row| row.row.as_str()).collect();
    let decided: Vec<String> = decision.rows.iter().map(ToString::to_string).collect();
    assert_eq!(fired, decided);
    let no = explained.rows.iter().filter(|row| row.answer == "no");
    assert!(no.clone().count() > 10 && no.clone().all(|row| row.cell.is_some()), "each no names its cell");
    assert!(explained.inputs.contains(&("grade".to_owned(), decision.inputs.grade.to_string())));
    assert_eq!(explained.ranking[0].0, decision.disposition);

    // What was decided stays explained by the policy that decided it.
    newer_policy(&depot, &station, |head| head["review"]["value_over_minor"] = 1.into()).await;
    assert_eq!(explain().await, explained);

    // The sentences of that policy come with the decision.
    let shown = detail(&station, unit).await.decision.unwrap();
    let keys: Vec<&String> = shown.why.iter().filter_map(|say| say.args.get("why")).collect();
    assert!(!keys.is_empty());
    for key in keys {
        assert_eq!(shown.sentences[key], policy.sentences[key].0, "{key}");
    }
    end(depot, station).await;
}
