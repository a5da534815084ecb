//! Every disposition is reached by a unit that could really lie on the bench: an item of the catalogue, an RMA's line,
//! answers of its checklist, walked through the domain's own commands.

use std::collections::BTreeSet;

use jiff::Timestamp;
use returns::checklist::{Answer, Checklist};
use returns::codes::{Disposition, Finding, Grade, HoldReason, IntakeKind, ReviewCause, Role, Settlement};
use returns::facts::{Facts, Fresh};
use returns::ids::{OperatorId, ParcelId, PhotoRole, Sha256Hex, StationId};
use returns::lpn::Lpn;
use returns::policy::{Decision, VerifiedPolicy};
use returns::rma::Rma;
use returns::unit::{self, Command, LpnChoice, State};
use rstest::rstest;

use crate::files::{POLICY, checklist, item, rma};

/// Answers by question; what is not named is answered as well as can be.
type Said = &'static [(&'static str, &'static str)];

struct Bench {
    state: State,
    policy: VerifiedPolicy,
    rma: Option<&'static Rma>,
    sku: &'static str,
    grader: OperatorId,
    /// What is printed on goods with a date.
    expiry: &'static str,
}

impl Bench {
    fn new(number: Option<&str>, sku: &'static str) -> Self {
        Self {
            state: State::default(),
            policy: VerifiedPolicy { policy: POLICY.clone(), hash: Sha256Hex([7; 32]) },
            rma: number.map(rma),
            sku,
            grader: OperatorId::new("op-1007").unwrap(),
            expiry: "2027-11-30",
        }
    }

    fn list(&self) -> &'static Checklist {
        checklist(item(self.sku), self.rma.map(|rma| rma.cycle))
    }

    fn act(&mut self, command: &Command) {
        let item = item(self.sku);
        let recorded: Timestamp = "2026-11-22T09:00:00Z".parse().unwrap();
        let facts = Facts {
            rma: self.rma,
            line: self.rma.and_then(|rma| rma.lines.iter().find(|line| line.sku.as_str() == self.sku)),
            item: Some(item),
            checklist: Some(self.list()),
            policy: Some(&self.policy),
            fresh: Fresh { lpn: Some(Lpn::new(4173, 392).unwrap()) },
            ..Facts::of(&self.grader, Role::Grader, StationId([1; 16]), recorded)
        };
        let events = unit::decide(&self.state, command, &facts)
            .unwrap_or_else(|refusal| panic!("{command:?} on {}: {refusal:?}", self.sku));
        events.iter().for_each(|event| unit::apply(&mut self.state, event));
    }

    fn receive(&mut self, intake: IntakeKind) {
        let parcel: Option<ParcelId> = Some("0197a1b2-0000-7000-8000-000000000001".parse().unwrap());
        let sku = Some(self.sku.parse().unwrap());
        self.act(&Command::Receive { intake, parcel, sku, lpn: LpnChoice::Fresh });
        self.act(&Command::StartInspection);
    }

    fn inspect(&mut self, said: Said, findings: &[Finding]) {
        let list = self.list();
        for finding in findings {
            self.act(&Command::AddFinding { finding: *finding });
        }
        let mut unused: BTreeSet<&str> = said.iter().map(|(question, _)| *question).collect();
        while let Some(question) = list.next_question(&self.state.answers) {
            let named = said.iter().find(|(id, _)| *id == question.id.as_str());
            let choice = match named {
                Some((_, choice)) => (*choice).parse().unwrap(),
                None => well(question),
            };
            unused.remove(question.id.as_str());
            if question.id.as_str() == "SERIAL" && choice == "MATCHES".parse().unwrap() {
                let shipped = self.rma.and_then(|rma| rma.lines[0].serials_shipped.first().cloned());
                let serial = shipped.unwrap_or_else(|| "ANY-1".parse().unwrap());
                self.act(&Command::ReadSerial { serial });
            }
            self.act(&Command::Answer(Answer { question: question.id.clone(), choice }));
        }
        assert!(unused.is_empty(), "never asked: {unused:?}");
        for (at, role) in list.required_photos(&self.state.answers).into_iter().enumerate() {
            self.photo(role, at);
        }
        if item(self.sku).expiry_tracked {
            let expiry = Some(self.expiry.parse().unwrap());
            self.act(&Command::ReadLot { lot: None, expiry });
        }
        self.act(&Command::Grade);
        self.act(&Command::Dispose);
    }

    fn photo(&mut self, role: PhotoRole, at: usize) {
        self.act(&Command::TakePhoto { role, hash: Sha256Hex([at as u8; 32]), len: 4711, flaws: vec![] });
    }

    fn decision(&self) -> &Decision {
        self.state.decision.as_ref().or(self.state.review.proposal.as_ref()).unwrap()
    }
}

/// The answer that finds nothing wrong: no finding, no grade, no hold; an opened seal rather than an intact one.
fn well(question: &returns::checklist::Question) -> returns::ids::ChoiceId {
    let harmless = |choice: &&returns::checklist::Choice| {
        choice.grade.is_none() && choice.hold.is_none() && !choice.review && choice.seal.is_none()
    };
    let clean = question.choices.iter().filter(harmless).find(|choice| choice.findings.is_empty());
    let opened = question.choices.iter().find(|choice| choice.seal == Some(returns::codes::Seal::Broken));
    clean.or(opened).unwrap_or_else(|| panic!("{} has no harmless answer", question.id)).id.clone()
}

const SEALED: Said = &[("SEAL", "YES")];
const TAGGED: Said = &[("TAG", "YES")];

#[rstest]
#[case("26-118302", "NLK-SHIRT-M-M", TAGGED, Grade::N, Disposition::Restock)]
#[case("26-118316", "NLK-TEE-M-M", TAGGED, Grade::N, Disposition::Restock)]
#[case("26-118334", "AUR-EB20", SEALED, Grade::N, Disposition::Restock)]
#[case("26-118301", "AUR-WH900-BLK", &[("MARKS", "SCRATCHED")], Grade::B, Disposition::RestockB)]
#[case("26-118303", "HAL-SKI-M-L", &[("WASHABLE", "STAIN")], Grade::C, Disposition::Refurbish)]
#[case("26-118326", "KET-17", &[("COMPLETE", "DENTED")], Grade::C, Disposition::Liquidate)]
#[case("26-118304", "TOV-DRILL", &[("WORKS", "NO")], Grade::D, Disposition::Repair)]
#[case("26-118305", "KEL-ESP", &[("POWER", "NO")], Grade::D, Disposition::WarrantyService)]
#[case("26-118306", "AUR-WH900-SND", &[("POWER", "NO")], Grade::D, Disposition::Rtv)]
#[case("26-118307", "PLY-BRICK640", &[("SEAL", "YES"), ("BOX", "YES")], Grade::B, Disposition::Liquidate)]
#[case("26-118320", "HAL-BOOT-43", &[("DIRTY", "SCUFFED")], Grade::C, Disposition::Liquidate)]
#[case("26-118308", "SEN-DOCK", &[("SERIAL", "HAS_NONE"), ("POWER", "NO")], Grade::D, Disposition::HarvestParts)]
#[case("26-118328", "TAV-08-64", &[("POWER", "NO")], Grade::D, Disposition::HarvestParts)]
#[case("26-118309", "NLK-JEANS-32", &[("WORN", "YES")], Grade::B, Disposition::Donate)]
#[case("26-118329", "PLY-HARBOUR", &[("COMPLETE", "NO")], Grade::C, Disposition::Donate)]
#[case("26-118310", "NLK-TR3-44", &[("WORN_OUT", "SOLE")], Grade::D, Disposition::Recycle)]
#[case("26-118316", "NLK-SWIM-38", &[], Grade::A, Disposition::Recycle)]
#[case("26-118319", "NID-PIL60", &[], Grade::A, Disposition::Recycle)]
#[case("26-118311", "LIN-SERUM30", &[], Grade::A, Disposition::Destroy)]
#[case("26-118321", "BRW-LED", &[("PRODUCT", "NO")], Grade::X, Disposition::Quarantine)]
#[case("26-118330", "VAR-PAN28", &[("USED", "YES")], Grade::B, Disposition::ShipBack)]
#[case("26-119001", "NLK-CHINO-32", &[], Grade::A, Disposition::ShipBack)]
#[case("26-119002", "HAL-HIKE-W-40", TAGGED, Grade::N, Disposition::Restock)]
#[case("26-119003", "BRW-FLOOR", &[], Grade::A, Disposition::ShipBack)]
#[case("26-119004", "KET-BLEND", &[("USED", "YES")], Grade::B, Disposition::ShipBack)]
#[case("26-119007", "NLK-DRESS-40", TAGGED, Grade::N, Disposition::Restock)]
#[case("26-119013", "VAR-PLATE12", &[("SAFE", "BROKEN")], Grade::D, Disposition::Recycle)]
#[case("26-119017", "TOV-IMPACT", &[("FAULT", "NO")], Grade::A, Disposition::ShipBack)]
#[case("26-119018", "KEL-MILK", &[("SERIAL", "HAS_NONE"), ("POWER", "NO")], Grade::D, Disposition::ShipBack)]
#[case("26-119021", "HAL-BOOT-39", &[("WORN_OUT", "SOLE")], Grade::D, Disposition::Recycle)]
#[case("26-119022", "GRE-FAN", &[("WORKS", "NO")], Grade::D, Disposition::Recycle)]
#[case("26-119023", "KDL-RAIN-104", &[("WORN", "YES")], Grade::B, Disposition::Donate)]
#[case("26-119024", "AUR-SB3", &[], Grade::A, Disposition::RestockB)]
#[case("26-119025", "KEL-GRD", &[("POWER", "NO")], Grade::D, Disposition::Repair)]
#[case("26-119026", "KET-TOAST", &[("WORKS", "NO")], Grade::D, Disposition::Recycle)]
#[case("26-119027", "BRM-VAC", &[("BROKEN", "CRACKED")], Grade::C, Disposition::Quarantine)]
#[case("26-119028", "NLK-RUN-42", &[("BOX", "YES")], Grade::N, Disposition::Restock)]
#[case("26-119029", "NLK-COAT-W-M", &[("WASHABLE", "MEND")], Grade::C, Disposition::Liquidate)]
#[case("26-119030", "NLK-PUFF-M-XL", &[("WORN", "YES")], Grade::B, Disposition::RestockB)]
#[case("26-119031", "NLK-BRA-75B", &[], Grade::A, Disposition::Recycle)]
#[case("26-119032", "HAV-SUN50", &[], Grade::A, Disposition::Destroy)]
#[case("26-119033", "MRN-OIL3L", SEALED, Grade::N, Disposition::Restock)]
#[case("26-119034", "MRN-CHOC", &[("SEAL", "YES"), ("COLD", "YES")], Grade::X, Disposition::Recycle)]
#[case("26-119037", "KDL-RC", &[("COMPLETE", "NO")], Grade::C, Disposition::Donate)]
#[case("26-119045", "TOV-GRIND", &[("COMPLETE", "DENTED")], Grade::C, Disposition::Rtv)]
#[case("26-119046", "GRE-MOW", &[("WORKS", "NO")], Grade::D, Disposition::HarvestParts)]
#[case("26-119047", "HAL-SKI-W-M", &[("WASHABLE", "STAIN")], Grade::C, Disposition::Refurbish)]
#[case("26-119049", "AUR-CHG65", &[("SERIAL", "HAS_NONE"), ("POWER", "NO")], Grade::D, Disposition::Liquidate)]
fn decided_at_the_bench(
    #[case] number: &'static str,
    #[case] sku: &'static str,
    #[case] said: Said,
    #[case] grade: Grade,
    #[case] disposition: Disposition,
) {
    let mut bench = Bench::new(Some(number), sku);
    bench.receive(IntakeKind::Rma);
    bench.inspect(said, &[]);
    let decision = bench.decision();
    assert_eq!((bench.state.grade(), decision.disposition), (Some(grade), disposition), "{:?}", decision.why);
    assert!(!bench.state.review_pending(), "{:?}", bench.state.review.causes);
    assert!(bench.state.holds.is_empty(), "{:?}", bench.state.holds);
}

#[rstest]
#[case("26-118313", "HAL-CAP", &[("PRODUCT", "EMPTY")], &[Finding::EmptyBox], Disposition::Missing, ReviewCause::FraudSignal)]
#[case("26-118341", "TAV-11-256", &[("BROKEN", "CRACKED")], &[], Disposition::Refurbish, ReviewCause::ValueOverLimit)]
#[case("26-118302", "NLK-SHIRT-M-M", &[("PRODUCT", "FAKE")], &[], Disposition::Quarantine, ReviewCause::FraudSignal)]
#[case("26-118310", "NLK-TR3-44", &[("PAIR", "NO")], &[], Disposition::Quarantine, ReviewCause::Policy)]
#[case("26-118312", "NLK-CITY-39", &[("PRODUCT", "NO")], &[], Disposition::ShipBack, ReviewCause::FraudSignal)]
#[case("26-119005", "AUR-SPK1", &[("POWER", "NO")], &[], Disposition::Quarantine, ReviewCause::Policy)]
#[case("26-119006", "NLK-BELT-95", &[], &[], Disposition::ShipBack, ReviewCause::Policy)]
#[case("26-119014", "VES-7-128", &[("FAULT", "YES")], &[], Disposition::WarrantyService, ReviewCause::ValueOverLimit)]
fn decided_by_two(
    #[case] number: &'static str,
    #[case] sku: &'static str,
    #[case] said: Said,
    #[case] findings: &[Finding],
    #[case] disposition: Disposition,
    #[case] cause: ReviewCause,
) {
    let mut bench = Bench::new(Some(number), sku);
    bench.receive(IntakeKind::Rma);
    bench.inspect(said, findings);
    assert_eq!(bench.decision().disposition, disposition, "{:?}", bench.decision().why);
    assert!(bench.state.review.causes.contains(&cause), "{:?}", bench.state.review.causes);
}

#[rstest]
#[case("26-118323", "ORR-44", &[("DATA", "DATA")], HoldReason::Data)]
#[case("26-118325", "AUR-PB10", &[("SERIAL", "HAS_NONE")], HoldReason::Recall)]
#[case("26-119036", "KDL-MAGNET", &[], HoldReason::Recall)]
fn held_by_a_gate(
    #[case] number: &'static str,
    #[case] sku: &'static str,
    #[case] said: Said,
    #[case] hold: HoldReason,
) {
    let mut bench = Bench::new(Some(number), sku);
    bench.receive(IntakeKind::Rma);
    bench.inspect(said, &[]);
    assert_eq!(bench.decision().disposition, Disposition::Quarantine);
    assert!(bench.state.holds.contains(&hold), "{:?}", bench.state.holds);
}

/// Food with a date: sold, sold at once, given to the food bank, turned into gas.
#[rstest]
#[case("2027-11-30", Disposition::Restock)]
#[case("2027-01-15", Disposition::Liquidate)]
#[case("2026-12-05", Disposition::Donate)]
#[case("2026-11-20", Disposition::Recycle)]
fn food_goes_by_its_date(#[case] expiry: &'static str, #[case] disposition: Disposition) {
    let mut bench = Bench { expiry, ..Bench::new(Some("26-119033"), "MRN-PESTO4") };
    bench.receive(IntakeKind::Rma);
    bench.inspect(SEALED, &[]);
    assert_eq!(bench.decision().disposition, disposition, "{:?}", bench.decision().why);
}

/// The same phone with the same fault: a gold customer gets another one at once, a plus one waits for the repair.
#[rstest]
#[case("26-119014", "VES-7-128", Settlement::Repair)]
#[case("26-119015", "VES-7P-256", Settlement::Replace)]
fn a_tier_changes_what_the_customer_gets(
    #[case] number: &'static str,
    #[case] sku: &'static str,
    #[case] settlement: Settlement,
) {
    let mut bench = Bench::new(Some(number), sku);
    bench.receive(IntakeKind::Rma);
    bench.inspect(&[("FAULT", "YES")], &[]);
    let decision = bench.decision();
    assert_eq!((decision.disposition, decision.settlement), (Disposition::WarrantyService, settlement));
}

#[test]
fn a_swollen_battery_is_held_at_once() {
    let mut bench = Bench::new(Some("26-118324"), "AUR-PB20");
    bench.receive(IntakeKind::Rma);
    let (question, choice) = ("BATTERY".parse().unwrap(), "YES".parse().unwrap());
    bench.act(&Command::Answer(Answer { question, choice }));
    assert!(bench.state.holds.contains(&HoldReason::Battery));
}

#[rstest]
#[case(None, "HAL-FLEECE-M-M", IntakeKind::Blind, Disposition::Quarantine)]
#[case(Some("26-118332"), "PAP-ATLAS", IntakeKind::UnexpectedItem, Disposition::ShipBack)]
#[case(None, "NID-BLNKT", IntakeKind::Rts, Disposition::Restock)]
fn without_a_line(
    #[case] number: Option<&'static str>,
    #[case] sku: &'static str,
    #[case] intake: IntakeKind,
    #[case] disposition: Disposition,
) {
    let mut bench = Bench::new(number, sku);
    bench.receive(intake);
    bench.inspect(&[], &[]);
    assert_eq!(bench.decision().disposition, disposition, "{:?}", bench.decision().why);
    assert!(!bench.state.review_pending(), "{:?}", bench.state.review.causes);
}
