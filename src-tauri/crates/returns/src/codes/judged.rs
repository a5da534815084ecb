//! What is judged beside the grade: function and looks of electronics, authorisation, signals, bench work,
//! and what became of the customer's preference.

use super::codes;

codes! {
    /// Function of electronics, worst first (R2v3 equipment categorization).
    FunctionGrade {
        F1 = "F1",
        F2 = "F2",
        F3 = "F3",
        F4 = "F4",
        F5 = "F5",
        F6 = "F6",
    }
}

codes! {
    /// Looks of electronics, worst first (R2v3 equipment categorization).
    CosmeticGrade {
        C1 = "C1",
        C2 = "C2",
        C3 = "C3",
        C4 = "C4",
        C5 = "C5",
        C6 = "C6",
        C7 = "C7",
        C8 = "C8",
        C9 = "C9",
    }
}

codes! {
    /// Whether the goods were agreed to come back when they arrived.
    Authorisation {
        Valid = "VALID",
        /// After the last day of the authorisation.
        Expired = "EXPIRED",
        Cancelled = "CANCELLED",
        Denied = "DENIED",
        /// Everything agreed had come in and was settled before.
        Closed = "CLOSED",
        /// No authorisation was found here, or head office has not agreed yet.
        None = "NONE",
    }
}

codes! {
    /// Something that does not fit; each asks for a second look, none decides alone.
    SignalKind {
        /// The serial is none of those that were shipped.
        SerialMismatch = "SERIAL_MISMATCH",
        /// It weighs other than the catalogue says.
        WeightMismatch = "WEIGHT_MISMATCH",
        /// The same return label came in elsewhere before.
        LabelCopied = "LABEL_COPIED",
        /// The RMA's goods were received elsewhere before.
        RmaReceivedElsewhere = "RMA_RECEIVED_ELSEWHERE",
        /// Several empty boxes came from this customer lately.
        FrequentEmptyBox = "FREQUENT_EMPTY_BOX",
        /// Another item than the one sold.
        SwappedItem = "SWAPPED_ITEM",
    }
}

codes! {
    /// Light refurbishment that a technician does at the bench.
    Work {
        Cleaning = "CLEANING",
        Repacking = "REPACKING",
        /// A missing part was added.
        PartAdded = "PART_ADDED",
    }
}

codes! {
    /// What came of it.
    WorkResult {
        Done = "DONE",
        /// It could not be done.
        NotPossible = "NOT_POSSIBLE",
    }
}

codes! {
    /// What became of the customer's preference.
    PreferenceOutcome {
        /// It is done as the customer would like.
        Honoured = "HONOURED",
        /// A gate (law, safety, identity) forbids it.
        Forbidden = "FORBIDDEN",
        /// The policy does not offer it for such a unit.
        NotOffered = "NOT_OFFERED",
        /// It would cost more than the policy allows.
        TooDear = "TOO_DEAR",
        /// A person has chosen otherwise.
        SetAside = "SET_ASIDE",
        /// A person must look before it is settled.
        Undecided = "UNDECIDED",
        /// The customer has none, or it is not known.
        NoPreference = "NO_PREFERENCE",
    }
}

codes! {
    /// What kind of number a serial is.
    #[derive(Default)]
    SerialKind {
        #[default]
        Serial = "SERIAL",
        /// 15 digits, the last one by Luhn (3GPP TS 23.003, 6.2.1).
        Imei = "IMEI",
    }
}
