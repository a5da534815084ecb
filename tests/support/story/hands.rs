//! Hands that carry a return through the bench by what the screen shows. They keep nothing in mind: whoever
//! comes later, at this bench or another, after a power cut or a night, goes on from what is on record.

use bench::seam::{Screen, Stage, Tone};
use returns::codes::{ParcelState, Stage as UnitStage};

use super::picture;
use super::station::{Station, told};

/// A return of the demo, with what a person would answer.
#[derive(Debug, Clone, Copy)]
pub struct Return {
    pub rma: &'static str,
    pub tracking: &'static str,
    pub gtin: &'static str,
    /// Command words in the order of the questions; `=…` is a serial that is scanned.
    pub answers: &'static [&'static str],
    pub container: &'static str,
    /// Where the policy sends it.
    pub disposition: &'static str,
}

const fn one(
    rma: &'static str,
    tracking: &'static str,
    gtin: &'static str,
    answers: &'static [&'static str],
    container: &'static str,
    disposition: &'static str,
) -> Return {
    Return { rma, tracking, gtin, answers, container, disposition }
}

pub const SHIRT: Return = one(
    "26-118302",
    "1Z5R89390357563014",
    "2901180002342",
    &["NO", "YES", "YES", "NO", "NO", "NO", "NO"],
    "T-0202",
    "RESTOCK",
);
pub const JACKET: Return = one(
    "26-118303",
    "1Z5R89390357563023",
    "2901180002137",
    &["NO", "YES", "NO", "NO", "NO", "PICK-2"],
    "T-0203",
    "REFURBISH",
);
pub const DRILL: Return =
    one("26-118304", "CX473124015DE", "2901180003257", &["NO", "YES", "NO", "NO", "NO"], "T-0204", "REPAIR");
pub const ESPRESSO: Return = one(
    "26-118305",
    "JD014600006281230704",
    "2901180001925",
    &["NO", "YES", "=KE4-220917-0061", "NO", "NO", "NO"],
    "T-0205",
    "WARRANTY_SERVICE",
);
pub const SHOES: Return = one(
    "26-118310",
    "CX473124038NL",
    "2901180002830",
    &["NO", "YES", "YES", "NO", "NO", "PICK-2"],
    "T-0210",
    "RECYCLE",
);
/// Customer wants it back: a second person need not look.
pub const PAN: Return = one(
    "26-118330",
    "1Z5R89390357563274",
    "2901180003325",
    &["NO", "YES", "NO", "NO", "YES", "NO", "YES"],
    "T-0218",
    "SHIP_BACK",
);

pub const SHIFT: [Return; 6] = [SHIRT, JACKET, DRILL, ESPRESSO, SHOES, PAN];

/// Steps after which a return must be through.
const MOST_STEPS: usize = 60;

impl Station {
    /// Carries a return to its end: staged, and its parcel done.
    pub async fn carry(&self, of: &Return) {
        self.carry_while(of, |_| true).await;
    }

    /// Carries a return as long as the screen is as wished before each step.
    pub async fn carry_while(&self, of: &Return, wished: impl Fn(&Screen) -> bool) -> Screen {
        for _ in 0..MOST_STEPS {
            let screen = self.settled().await;
            if !wished(&screen) || self.is_through(of, &screen) {
                return screen;
            }
            self.step(of).await;
        }
        panic!("{} is not through after {MOST_STEPS} steps: {}", of.rma, told(&self.screen().await));
    }

    /// The unit is put away, and nothing lies open.
    pub fn is_through(&self, of: &Return, screen: &Screen) -> bool {
        let put_away = self
            .unit_of(of.rma)
            .is_some_and(|(_, state)| matches!(state.stage, Some(UnitStage::Staged | UnitStage::Closed)));
        let parcel = self.parcel_state(of);
        put_away
            && parcel == Some(ParcelState::Emptied)
            && matches!(screen.stage, Stage::Idle { parcel: None, .. })
    }

    fn parcel_state(&self, of: &Return) -> Option<ParcelState> {
        let found = self.with(|records| records.parcel_by_tracking(&of.tracking.parse().unwrap()).unwrap());
        found.and_then(|(_, parcel)| parcel.state)
    }

    /// Does the one thing that the screen asks for; it must not be refused.
    pub async fn step(&self, of: &Return) -> Screen {
        let after = self.try_step(of).await;
        assert!(after.band.tone != Tone::Rejected, "{}: {}", of.rma, told(&after));
        after
    }

    /// Does the one thing that the screen asks for, whatever comes of it.
    pub async fn try_step(&self, of: &Return) -> Screen {
        let screen = self.settled().await;
        match &screen.stage {
            Stage::Idle { parcel, .. } => self.step_at_rest(of, parcel.is_some()).await,
            Stage::StickNumber { .. } => self.scan(self.number(of)).await,
            Stage::Question { .. } => self.answer(of).await,
            Stage::Photos { .. } => {
                self.camera.show(picture::of_goods());
                self.press("PHOTO").await
            }
            Stage::Decision { .. } => self.press("NEXT").await,
            Stage::StickLabel { label, .. } => {
                self.scan(format!("{}/{}", self.number(of), label.print_number)).await
            }
            Stage::Stow { .. } => self.scan(format!("RS:T:{}", of.container)).await,
            other => panic!("{}: nothing to do at {other:?}", of.rma),
        }
    }

    /// Nothing lies on the bench: take up the unit, or fetch it out of its parcel, or finish the parcel.
    async fn step_at_rest(&self, of: &Return, parcel_open: bool) -> Screen {
        let unit = self.unit_of(of.rma);
        let stage = unit.and_then(|(_, state)| state.stage);
        match (stage, parcel_open) {
            (Some(UnitStage::Staged | UnitStage::Closed), true) => self.press("PARCEL-DONE").await,
            (None | Some(UnitStage::Staged | UnitStage::Closed), false) => self.scan(of.tracking).await,
            (None, true) => self.scan(of.gtin).await,
            (Some(_), _) => self.scan(self.number(of)).await,
        }
    }

    async fn answer(&self, of: &Return) -> Screen {
        let (_, state) = self.unit_of(of.rma).unwrap();
        let answer =
            of.answers.get(state.answers.len()).unwrap_or_else(|| panic!("{}: one more question", of.rma));
        match answer.strip_prefix('=') {
            Some(serial) => self.scan(serial).await,
            None => self.scan(format!("RS:C:{answer}")).await,
        }
    }

    /// Content of the unit's own code.
    pub fn number(&self, of: &Return) -> String {
        let (_, state) = self.unit_of(of.rma).unwrap_or_else(|| panic!("{} has no unit", of.rma));
        state.lpn.unwrap().code(None)
    }
}
