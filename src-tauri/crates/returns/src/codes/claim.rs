//! What the customer and the shop say about a return.

use super::codes;

codes! {
    /// The return cycle picks checklist and policy rows.
    Cycle {
        /// Start of use, unwanted.
        Commercial = "COMMERCIAL",
        /// In use: defect, warranty, repair.
        Service = "SERVICE",
        /// Take-back.
        EndOfLife = "END_OF_LIFE",
    }
}

codes! {
    /// How a unit came in.
    IntakeKind {
        /// A return line expects it.
        Rma = "RMA",
        /// No authorisation found.
        Blind = "BLIND",
        /// Undelivered, returned to sender.
        Rts = "RTS",
        /// In a parcel whose lines do not expect it.
        UnexpectedItem = "UNEXPECTED_ITEM",
        /// Counted in bulk.
        Bulk = "BULK",
        /// Taken over from another system.
        Import = "IMPORT",
    }
}

codes! {
    /// What the customer said.
    Reason {
        ChangedMind = "CHANGED_MIND",
        OrderedWrong = "ORDERED_WRONG",
        WrongItem = "WRONG_ITEM",
        NotAsDescribed = "NOT_AS_DESCRIBED",
        TooSmall = "TOO_SMALL",
        TooLarge = "TOO_LARGE",
        Colour = "COLOUR",
        Style = "STYLE",
        Defective = "DEFECTIVE",
        DamagedTransit = "DAMAGED_TRANSIT",
        Damaged = "DAMAGED",
        MissingParts = "MISSING_PARTS",
        Recall = "RECALL",
        Expired = "EXPIRED",
        ArrivedLate = "ARRIVED_LATE",
        WarrantyRepair = "WARRANTY_REPAIR",
        EndOfLife = "END_OF_LIFE",
        Undeliverable = "UNDELIVERABLE",
        Gift = "GIFT",
        Unknown = "UNKNOWN",
    }
}

impl Reason {
    /// Code of X12 element 1293 (return reason), where it has one.
    pub const fn x12(self) -> Option<&'static str> {
        match self {
            Self::OrderedWrong => Some("CO"),
            Self::WrongItem => Some("WG"),
            Self::NotAsDescribed => Some("NA"),
            Self::TooSmall | Self::TooLarge => Some("PF"),
            Self::Colour => Some("CV"),
            Self::Style => Some("ST"),
            Self::Defective => Some("DR"),
            Self::DamagedTransit => Some("DT"),
            Self::Damaged => Some("DA"),
            Self::Recall => Some("PR"),
            Self::Expired => Some("BC"),
            _ => None,
        }
    }
}

codes! {
    /// What the customer would like; the policy honours it where law and value allow.
    Preference {
        Refund = "REFUND",
        StoreCredit = "STORE_CREDIT",
        Exchange = "EXCHANGE",
        Repair = "REPAIR",
        ReturnToMe = "RETURN_TO_ME",
        Donate = "DONATE",
        Recycle = "RECYCLE",
        None = "NONE",
    }
}

codes! {
    /// What the shop answers, set at review (X12 element 1294).
    SellerResponse {
        /// Excessive wear.
        ExcessiveWear = "EW",
        /// Freight damage.
        FreightDamage = "FR",
        /// No fault found.
        NoFaultFound = "IN",
        /// Item as ordered.
        ItemAsOrdered = "IO",
        /// No record of sale.
        NoRecordOfSale = "NR",
        /// Quantity difference.
        QuantityDifference = "QD",
        /// Repair.
        Repair = "RR",
        /// Past time limit.
        PastTimeLimit = "RT",
        /// Unidentifiable.
        Unidentifiable = "UI",
        /// Picture requested.
        PictureRequested = "PR",
        /// More information.
        MoreInformation = "MI",
    }
}

codes! {
    /// Whether the claim behind the return is accepted; taking goods in is not agreeing with the claim.
    #[derive(Default)]
    Acceptance {
        #[default]
        Pending = "PENDING",
        Accepted = "ACCEPTED",
        Rejected = "REJECTED",
        /// Can still be accepted or rejected.
        ManualInterventionRequired = "MANUAL_INTERVENTION_REQUIRED",
    }
}

impl Acceptance {
    /// Whether the claim may be answered so now: once accepted or rejected it stays.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Pending => next != Self::Pending,
            Self::ManualInterventionRequired => matches!(next, Self::Accepted | Self::Rejected),
            Self::Accepted | Self::Rejected => false,
        }
    }
}

codes! {
    /// State of a return authorisation at head office.
    RmaState {
        Requested = "REQUESTED",
        PartiallyAuthorised = "PARTIALLY_AUTHORISED",
        Authorised = "AUTHORISED",
        Denied = "DENIED",
        InTransit = "IN_TRANSIT",
        PartiallyReceived = "PARTIALLY_RECEIVED",
        Received = "RECEIVED",
        Processing = "PROCESSING",
        Settlement = "SETTLEMENT",
        Closed = "CLOSED",
        Cancelled = "CANCELLED",
        Expired = "EXPIRED",
    }
}
