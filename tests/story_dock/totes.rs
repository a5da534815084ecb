//! Containers on the desk and in their room: contents, what may not leave, closing, shipping, the printed list.

use bench::seam::{ContainerDetail, Reply, Request, Screen, Stage};
use devices::PrintFault;
use returns::codes::{ContainerState, HoldReason, Stage as UnitStage};
use returns::ids::ContainerId;

use crate::desk::{TO, assert_at_rest, assert_said, bench, end};
use crate::story::hands::{JACKET, SHIRT};
use crate::story::station::{KW, Station, told};
use crate::story::until;

fn container(station: &Station, code: &str) -> (ContainerId, returns::container::State) {
    station.with(|records| records.container_by_code(&code.parse().unwrap()).unwrap()).unwrap()
}

#[track_caller]
fn shown(screen: &Screen) -> &ContainerDetail {
    match &screen.stage {
        Stage::Container { container, .. } => container,
        _ => panic!("{}", told(screen)),
    }
}

async fn detail(station: &Station, request: Request) -> ContainerDetail {
    match station.bench.ask(request).await.unwrap() {
        Reply::Container(detail) => *detail,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_is_looked_at_closed_and_shipped_at_the_desk() {
    let (depot, station, _dir) = bench().await;
    station.carry(&SHIRT).await;
    let (unit, state) = station.unit_of(SHIRT.rma).unwrap();
    let tote = format!("RS:T:{}", SHIRT.container);
    let screen = station.scan(&tote).await;
    assert_said(&screen, "container-shown");
    let lines = &shown(&screen).contents;
    assert_eq!(lines.len(), 1);
    assert_eq!((lines[0].unit, &lines[0].lpn), (unit, &state.lpn.unwrap().to_string()));
    assert_eq!((lines[0].grade, lines[0].blocked), (state.grade(), false));
    // Open, it is not shipped.
    assert_said(&station.press("SHIP").await, "wrong-container-state");
    assert_said(&station.press("CLOSE").await, "container-closed");
    assert_eq!(station.unit(unit).unwrap().stage, Some(UnitStage::Closed));

    let screen = station.scan(&tote).await;
    assert_eq!(shown(&screen).container.state, ContainerState::Closed);
    let screen = station.press("SHIP").await;
    assert!(matches!(&screen.stage, Stage::Pick { ask, .. } if ask.code == "ask-ship-tracking"));
    station.press("CANCEL").await;
    assert_eq!(container(&station, SHIRT.container).1.state, Some(ContainerState::Closed));
    station.press("SHIP").await;
    // While a number is asked for, nothing else counts.
    assert_said(&station.scan("RS:L:R-01").await, "answer-first");
    let screen = station.scan("CX473124015DE").await;
    assert_said(&screen, "container-shipped-out");
    assert_at_rest(&screen);
    let (id, state) = container(&station, SHIRT.container);
    assert_eq!(state.state, Some(ContainerState::Shipped));
    assert!(station.unit(unit).unwrap().shipped);
    let history = station.with(|records| records.history(returns::ids::Subject::Container(id)).unwrap());
    let last = serde_json::to_string(&history.last().unwrap().1).unwrap();
    assert!(last.contains("CX473124015DE"), "{last}");
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_leave_is_named() {
    let (depot, station, _dir) = bench().await;
    station.carry(&SHIRT).await;
    let (unit, state) = station.unit_of(SHIRT.rma).unwrap();
    let lpn = state.lpn.unwrap().to_string();
    let reason = HoldReason::Recall;
    station.bench.ask(Request::HoldUnit { unit, reason }).await.unwrap();
    let screen = station.scan(format!("RS:T:{}", SHIRT.container)).await;
    assert!(shown(&screen).contents[0].blocked);
    let blocked = shown(&screen).blocked.clone().unwrap();
    assert_eq!((blocked.code.as_str(), &blocked.args["units"]), ("units-blocked", &lpn));
    let events = station.events();
    let screen = station.press("CLOSE").await;
    assert_said(&screen, "units-blocked");
    assert_eq!(screen.band.say.args["units"], lpn);
    assert_eq!(station.events(), events);
    // Released, it goes; held again in a closed container, it is not shipped.
    station.sign_in(TO).await;
    station.bench.ask(Request::ReleaseUnit { unit, reason }).await.unwrap();
    let (id, _) = container(&station, SHIRT.container);
    let closed = detail(&station, Request::CloseContainer { container: id }).await;
    assert_eq!((closed.container.state, closed.blocked), (ContainerState::Closed, None));
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_room_does_what_the_desk_does() {
    let (depot, station, _dir) = bench().await;
    station.carry(&SHIRT).await;
    station.carry(&JACKET).await;
    let (id, _) = container(&station, SHIRT.container);
    let codes = |reply: Reply| match reply {
        Reply::Containers(views) => views.into_iter().map(|view| view.code).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let listed = codes(station.bench.ask(Request::Containers).await.unwrap());
    assert_eq!(listed, [SHIRT.container, JACKET.container]);
    detail(&station, Request::CloseContainer { container: id }).await;
    let tracking = Some("  ".to_owned());
    let shipped = detail(&station, Request::ShipContainer { container: id, tracking }).await;
    assert_eq!(shipped.container.state, ContainerState::Shipped);
    assert_eq!(codes(station.bench.ask(Request::Containers).await.unwrap()), [JACKET.container]);
    // Twice is refused, and nobody who is not signed in does any of it.
    let again = station.bench.ask(Request::ShipContainer { container: id, tracking: None }).await;
    assert_eq!(again.unwrap_err().code, "wrong-container-state");
    station.press("LOG-OFF").await;
    for request in
        [Request::Containers, Request::Container { container: id }, Request::PrintContents { container: id }]
    {
        assert_eq!(station.bench.ask(request).await.unwrap_err().code, "sign-in-first");
    }
    end(depot, station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contents_list_goes_through_the_printer() {
    let (depot, station, _dir) = bench().await;
    station.carry(&SHIRT).await;
    let (id, _) = container(&station, SHIRT.container);
    let lists = || {
        station.printer.jobs().into_iter().filter(|job| job.name.starts_with("contents")).collect::<Vec<_>>()
    };
    station.scan(format!("RS:T:{}", SHIRT.container)).await;
    station.printer.set_fault(Some(PrintFault::OutOfPaper));
    station.press("REPRINT").await;
    station.until("the list is not printed", |screen| screen.band.say.code == "contents-not-printed").await;
    assert!(lists().is_empty());
    // It still lies on the desk, and is printed when there is paper.
    station.printer.set_fault(None);
    station.press("REPRINT").await;
    let screen =
        station.until("the list is printed", |screen| screen.band.say.code == "contents-printed").await;
    assert!(shown(&screen).printed.is_some());
    let list = lists().pop().unwrap();
    assert!(list.pdf.starts_with(b"%PDF"));
    assert_eq!((list.media_mm.0.round(), list.media_mm.1.round()), (102.0, 152.0));
    // From the room, too.
    detail(&station, Request::PrintContents { container: id }).await;
    until("another list is printed", || lists().len() == 2).await;
    station.sign_in(KW).await;
    end(depot, station).await;
}
