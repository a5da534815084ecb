//! A small depot: three products, one RMA, a checklist and a policy.
#![allow(dead_code)]

pub mod bench;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::date;
use returns::checklist::{Answer, Checklist, Choice, FindingChip, Question, Text};
use returns::codes::*;
use returns::ids::*;
use returns::item::Item;
use returns::lpn::Lpn;
use returns::money::Money;
use returns::policy::*;
use returns::rma::{Rma, RmaLine};
use returns::{Facts, Fresh};
use rust_decimal::Decimal;
use uuid::Uuid;

pub fn id<T: std::str::FromStr<Err = IdError>>(text: &str) -> T {
    text.parse().unwrap()
}

pub fn eur(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap())
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn hash(n: u8) -> Sha256Hex {
    Sha256Hex([n; 32])
}

pub fn unit_id(n: u128) -> UnitId {
    UnitId(Uuid::from_u128(n))
}

pub fn text(words: &str) -> Text {
    Text(BTreeMap::from([("en".to_owned(), words.to_owned())]))
}

pub fn item(sku: &str, price: i64) -> Item {
    Item {
        sku: id(sku),
        gtins: vec![],
        title: sku.to_owned(),
        category: id("APPAREL"),
        owner: id("NORDWIND"),
        price: Some(eur(price)),
        weekly_decay_percent: Decimal::from(2),
        serial_required: false,
        serial_kind: SerialKind::Serial,
        expiry_tracked: false,
        weight_grams: None,
        data_bearing: false,
        battery: false,
        dangerous_goods: false,
        hygiene_seal: false,
        recalled: false,
        weee: None,
        vendor: None,
    }
}

pub fn line(line: &str, sku: &str, reason: Reason) -> RmaLine {
    RmaLine {
        id: id(line),
        sku: id(sku),
        requested: 1,
        authorised: 1,
        received: 0,
        accepted: 0,
        reason,
        preference: Preference::Refund,
        serials_shipped: vec![],
        sold: Some(date(2026, 10, 20)),
        warranty_end: None,
    }
}

pub fn rma() -> Rma {
    Rma {
        number: id("R-1001"),
        state: RmaState::Authorised,
        owner: id("NORDWIND"),
        order: Some(id("O-77")),
        tracking: vec![id("00340434161094015902")],
        label: None,
        expires: Some(date(2026, 12, 31)),
        customer: Some(id("c-5f2")),
        tier: Some(id("GOLD")),
        cycle: Cycle::Commercial,
        country: Some(id("DE")),
        lines: vec![
            line("1", "COAT", Reason::TooSmall),
            line("2", "SHIRT", Reason::ChangedMind),
            line("3", "PHONE", Reason::ChangedMind),
        ],
    }
}

pub fn choice(name: &str) -> Choice {
    Choice {
        id: id(name),
        label: text(name),
        findings: vec![],
        grade: None,
        hold: None,
        review: false,
        photo: None,
        seal: None,
        function: None,
        cosmetic: None,
    }
}

pub fn question(name: &str, kind: QuestionKind, grade: Option<Grade>, choices: Vec<Choice>) -> Question {
    Question { id: id(name), kind, grade, text: text(name), hint: None, picture: None, choices }
}

/// Safety, identity, then X, D, C, B, A.
pub fn checklist() -> Checklist {
    let settles = |grade, finding| Choice { grade: Some(grade), findings: vec![finding], ..choice("yes") };
    let condition = |name, grade, finding| {
        question(name, QuestionKind::Condition, Some(grade), vec![choice("no"), settles(grade, finding)])
    };
    Checklist {
        category: id("APPAREL"),
        owner: None,
        cycle: None,
        version: 3,
        questions: vec![
            question(
                "smell",
                QuestionKind::Safety,
                None,
                vec![
                    choice("no"),
                    Choice {
                        hold: Some(HoldReason::Hazmat),
                        findings: vec![Finding::Liquid],
                        ..choice("yes")
                    },
                ],
            ),
            question(
                "same",
                QuestionKind::Identity,
                None,
                vec![choice("yes"), Choice { id: id("no"), ..settles(Grade::X, Finding::ProductMismatch) }],
            ),
            question(
                "seal",
                QuestionKind::Identity,
                None,
                vec![
                    Choice { seal: Some(Seal::Intact), ..choice("intact") },
                    Choice { seal: Some(Seal::Broken), ..choice("broken") },
                    Choice { seal: Some(Seal::Broken), review: true, ..choice("resealed") },
                ],
            ),
            condition("torn", Grade::X, Finding::PartMissing),
            condition("broken", Grade::D, Finding::Cracked),
            condition("stained", Grade::C, Finding::Stain),
            question(
                "worn",
                QuestionKind::Condition,
                Some(Grade::B),
                vec![choice("no"), Choice { photo: Some(id("WEAR")), ..settles(Grade::B, Finding::Used) }],
            ),
            condition("tag", Grade::A, Finding::TagMissing),
        ],
        photos: vec![id("FRONT")],
        findings: vec![
            FindingChip { finding: Finding::Odour, grade: Some(Grade::C) },
            FindingChip { finding: Finding::PackagingDamage, grade: None },
        ],
    }
}

pub fn answer(question: &str, choice: &str) -> Answer {
    Answer { question: id(question), choice: id(choice) }
}

pub fn grades(these: &[Grade]) -> Conditions {
    Conditions { grade: Cell::OneOf(these.to_vec()), ..Conditions::default() }
}

pub fn candidate(name: &str, when: Conditions, allowed: &[Disposition]) -> CandidateRow {
    CandidateRow {
        id: id(name),
        when,
        allowed: allowed.to_vec(),
        settlement: Settlement::Refund,
        review: false,
        why: "as-graded".to_owned(),
    }
}

pub fn gate(name: &str, gate: Gate, when: Conditions, effect: GateEffect) -> GateRow {
    GateRow {
        id: id(name),
        gate,
        when,
        effect,
        settlement: None,
        hold: None,
        review: false,
        why: "law".to_owned(),
    }
}

pub fn finding_of(these: &[Finding]) -> Conditions {
    Conditions {
        findings: Findings { any_of: these.to_vec(), ..Findings::default() },
        ..Conditions::default()
    }
}

pub fn recovery(grade: Grade, disposition: Disposition, percent: i64) -> RecoveryRow {
    RecoveryRow {
        category: Cell::Any,
        grade,
        disposition,
        percent: Decimal::from(percent),
        source: String::new(),
    }
}

pub fn policy() -> VerifiedPolicy {
    use Disposition::*;
    let cost = |disposition, cost_minor, days| CostRow {
        category: Cell::Any,
        disposition,
        cost_minor,
        days,
        source: String::new(),
    };
    VerifiedPolicy {
        hash: hash(9),
        policy: Policy {
            number: 12,
            date: date(2026, 11, 1),
            currency: "EUR".parse().unwrap(),
            review: ReviewRules {
                value_over_minor: Some(50_000),
                fraud_signals: vec![Finding::CounterfeitSuspect],
                sample_per_mille: 100,
                supervisor_grace_days: 7,
                samples: Vec::new(),
            },
            provisional: Some(Provisional { disposition: Quarantine, after_hours: 4 }),
            gates: vec![
                gate(
                    "G-UNSOLD",
                    Gate::UnsoldGoods,
                    Conditions { category: Cell::OneOf(vec![id("APPAREL")]), ..Conditions::default() },
                    GateEffect::Forbid(vec![Destroy]),
                ),
                gate(
                    "G-HYGIENE",
                    Gate::Hygiene,
                    Conditions { hygiene_seal: Flag::Yes, seal_intact: Flag::No, ..Conditions::default() },
                    GateEffect::Forbid(vec![Restock, RestockB]),
                ),
                GateRow {
                    hold: Some(HoldReason::Recall),
                    ..gate(
                        "G-RECALL",
                        Gate::Recall,
                        Conditions { recalled: Flag::Yes, ..Conditions::default() },
                        GateEffect::Force(Quarantine),
                    )
                },
                GateRow {
                    settlement: Some(Settlement::None),
                    review: true,
                    ..gate(
                        "G-EMPTY",
                        Gate::Identity,
                        finding_of(&[Finding::EmptyBox]),
                        GateEffect::Force(Missing),
                    )
                },
            ],
            candidates: vec![
                candidate("C-NEW", grades(&[Grade::N, Grade::A]), &[Restock, RestockB, Liquidate]),
                candidate("C-GOOD", grades(&[Grade::B, Grade::C]), &[RestockB, Liquidate, Donate]),
                candidate("C-PARTS", grades(&[Grade::D]), &[HarvestParts, Recycle]),
            ],
            recovery: vec![
                recovery(Grade::N, Restock, 100),
                recovery(Grade::A, Restock, 95),
                recovery(Grade::A, RestockB, 70),
                recovery(Grade::B, RestockB, 60),
                recovery(Grade::C, RestockB, 20),
                recovery(Grade::C, Liquidate, 30),
                recovery(Grade::D, Recycle, 1),
            ],
            costs: vec![cost(Restock, 150, 7), cost(RestockB, 300, 14), cost(Donate, 50, 0)],
            ..Policy::empty(12, date(2026, 11, 1), "EUR".parse().unwrap())
        },
    }
}

/// Everything that facts borrow from.
pub struct Depot {
    pub rma: Rma,
    pub items: Vec<Item>,
    pub checklist: Checklist,
    pub policy: VerifiedPolicy,
    pub grader: OperatorId,
    pub other: OperatorId,
    pub supervisor: OperatorId,
}

impl Depot {
    pub fn new() -> Self {
        let recalled = Item { recalled: true, ..item("RECALLED", 2_000) };
        let phone = Item { serial_required: true, ..item("PHONE", 90_000) };
        Self {
            rma: rma(),
            items: vec![item("COAT", 12_000), item("SHIRT", 3_000), recalled, phone],
            checklist: checklist(),
            policy: policy(),
            grader: id("GR1"),
            other: id("GR2"),
            supervisor: id("SV1"),
        }
    }

    pub fn item(&self, sku: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.sku.as_str() == sku)
    }

    /// Facts about a unit of a product and a line, for a grader.
    pub fn facts<'a>(&'a self, sku: &str, line: Option<&str>) -> Facts<'a> {
        let mut facts = Facts::of(&self.grader, Role::Grader, StationId([7; 16]), at("2026-11-12T09:52:00Z"));
        facts.rma = line.is_some().then_some(&self.rma);
        facts.line = line.and_then(|line| self.rma.line(&id(line)));
        facts.item = self.item(sku);
        facts.checklist = Some(&self.checklist);
        facts.policy = Some(&self.policy);
        facts.fresh = Fresh { lpn: Some(Lpn::new(417, 39_258).unwrap()) };
        facts
    }
}

impl Default for Depot {
    fn default() -> Self {
        Self::new()
    }
}

/// The same facts for a supervisor.
pub fn supervised<'a>(depot: &'a Depot, facts: &Facts<'a>) -> Facts<'a> {
    Facts { actor: &depot.supervisor, role: Role::Supervisor, ..facts.clone() }
}
