//! States of units, parcels and containers, and the small codes that go with their changes.

use super::codes;

codes! {
    /// What is wrong with a photo that a person kept all the same.
    PhotoFlaw {
        /// Out of focus, or moved.
        Blurred = "BLURRED",
        /// Too little light.
        Dark = "DARK",
        /// Too much light.
        Bright = "BRIGHT",
        /// Nothing lies in the frame.
        Empty = "EMPTY",
    }
}

codes! {
    /// Where a unit is in its life. (A screen's types know it as `UnitStage`: a screen has stages of its own.)
    Stage as "UnitStage" {
        Received = "RECEIVED",
        Inspecting = "INSPECTING",
        Graded = "GRADED",
        Dispositioned = "DISPOSITIONED",
        Staged = "STAGED",
        Closed = "CLOSED",
        Voided = "VOIDED",
    }
}

codes! {
    /// A supervisor's second look.
    ReviewState {
        None = "NONE",
        Pending = "PENDING",
        Approved = "APPROVED",
        Changed = "CHANGED",
        SentBack = "SENT_BACK",
    }
}

codes! {
    /// Why a unit needs a second look.
    ReviewCause {
        GradeOverridden = "GRADE_OVERRIDDEN",
        DispositionOverridden = "DISPOSITION_OVERRIDDEN",
        ValueOverLimit = "VALUE_OVER_LIMIT",
        FraudSignal = "FRAUD_SIGNAL",
        SerialMismatch = "SERIAL_MISMATCH",
        PhotoSkipped = "PHOTO_SKIPPED",
        /// The policy or the checklist says so, or the policy lacked a fact.
        Policy = "POLICY",
        /// Drawn for the blind re-grade.
        Sample = "SAMPLE",
    }
}

codes! {
    /// What the reviewer did.
    ReviewOutcome {
        Approved = "APPROVED",
        Changed = "CHANGED",
        SentBack = "SENT_BACK",
    }
}

codes! {
    /// State of a label without its print number.
    LabelStage {
        None = "NONE",
        PrintPending = "PRINT_PENDING",
        Printed = "PRINTED",
        Confirmed = "CONFIRMED",
    }
}

codes! {
    /// The two labels of a unit.
    LabelKind {
        /// The licence plate, stuck on at receipt.
        Lpn = "LPN",
        /// Where it goes; scanned back by `RS:U:<LPN>/<print number>`.
        Disposition = "DISPOSITION",
    }
}

codes! {
    /// Whether the unit's return line is known here.
    Match {
        Matched = "MATCHED",
        /// Not found *here*.
        Unmatched = "UNMATCHED",
        MatchedLater = "MATCHED_LATER",
    }
}

codes! {
    /// Who acts, in rising authority.
    Role {
        Grader = "GRADER",
        /// Looks after devices; grades like a grader.
        Technician = "TECHNICIAN",
        Supervisor = "SUPERVISOR",
        HeadOffice = "HEAD_OFFICE",
    }
}

impl Role {
    /// May release holds, review, and amend.
    pub const fn may_supervise(self) -> bool {
        matches!(self, Self::Supervisor | Self::HeadOffice)
    }

    /// Rank among decisions that meet: graders and technicians are equals.
    pub const fn authority(self) -> u8 {
        match self {
            Self::Grader | Self::Technician => 0,
            Self::Supervisor => 1,
            Self::HeadOffice => 2,
        }
    }
}

codes! {
    /// State of a parcel.
    ParcelState {
        Expected = "EXPECTED",
        Arrived = "ARRIVED",
        Refused = "REFUSED",
        Opened = "OPENED",
        Emptied = "EMPTIED",
    }
}

codes! {
    /// What was expected against what was found, when a parcel is emptied.
    ParcelOutcome {
        Complete = "COMPLETE",
        /// Something expected is not there (even if something else is too many).
        Short = "SHORT",
        Over = "OVER",
        /// Nothing at all was in it.
        Empty = "EMPTY",
    }
}

codes! {
    /// Why a parcel was not taken in.
    ParcelRefusal {
        NotOurs = "NOT_OURS",
        CarrierDamage = "CARRIER_DAMAGE",
        Hazmat = "HAZMAT",
        Other = "OTHER",
    }
}

codes! {
    /// State of a container.
    ContainerState {
        Open = "OPEN",
        Closed = "CLOSED",
        Shipped = "SHIPPED",
    }
}

codes! {
    /// Why a required photo was not taken.
    SkipReason {
        /// The camera is dead.
        Camera = "CAMERA",
        /// Touching or showing it is unsafe.
        Unsafe = "UNSAFE",
        /// The thing to show is not there.
        NotThere = "NOT_THERE",
    }
}

codes! {
    /// Why a computed grade or disposition was set aside.
    OverrideReason {
        /// The checklist does not ask about what was seen.
        NotAsked = "NOT_ASKED",
        BetterThanComputed = "BETTER_THAN_COMPUTED",
        WorseThanComputed = "WORSE_THAN_COMPUTED",
        /// An answer was wrong.
        AnsweredWrong = "ANSWERED_WRONG",
        Other = "OTHER",
    }
}

codes! {
    /// Why inspection starts again.
    RegradeReason {
        Regrade = "REGRADE",
        Refurbished = "REFURBISHED",
    }
}

codes! {
    /// Why a unit never was.
    VoidReason {
        NeverThere = "NEVER_THERE",
        ReceivedTwice = "RECEIVED_TWICE",
        Training = "TRAINING",
    }
}

codes! {
    /// Why stored bytes were purged.
    PurgeReason {
        Age = "AGE",
        Request = "REQUEST",
    }
}

codes! {
    /// Work that a late fact leaves for a person.
    Task {
        /// The unit's line became known after it was staged.
        MatchedAfterStaging = "MATCHED_AFTER_STAGING",
        /// Head office decided after the unit had physically gone.
        DecidedAfterFact = "DECIDED_AFTER_FACT",
    }
}

codes! {
    /// Documents that steer a bench.
    DocumentKind {
        Policy = "POLICY",
        Checklist = "CHECKLIST",
        Catalogue = "CATALOGUE",
        Operators = "OPERATORS",
    }
}
