//! What the grader saw, and the condition that follows.

use super::codes;

codes! {
    /// Something that the grader saw.
    Finding {
        ProductMismatch = "PRODUCT_MISMATCH",
        OtherBrand = "OTHER_BRAND",
        ColourMismatch = "COLOUR_MISMATCH",
        SizeMismatch = "SIZE_MISMATCH",
        SerialMismatch = "SERIAL_MISMATCH",
        PairMismatch = "PAIR_MISMATCH",
        PartMissing = "PART_MISSING",
        TagMissing = "TAG_MISSING",
        WarrantyCardMissing = "WARRANTY_CARD_MISSING",
        EmptyBox = "EMPTY_BOX",
        ForeignObject = "FOREIGN_OBJECT",
        Undeclared = "UNDECLARED",
        MixedCarton = "MIXED_CARTON",
        QtyOver = "QTY_OVER",
        QtyUnder = "QTY_UNDER",
        CounterfeitSuspect = "COUNTERFEIT_SUSPECT",
        WeightMismatch = "WEIGHT_MISMATCH",
        Used = "USED",
        Stain = "STAIN",
        Odour = "ODOUR",
        Scratched = "SCRATCHED",
        Cracked = "CRACKED",
        Liquid = "LIQUID",
        SoleDirty = "SOLE_DIRTY",
        PackagingDamage = "PACKAGING_DAMAGE",
        SealBroken = "SEAL_BROKEN",
        NotPoweringOn = "NOT_POWERING_ON",
        AccountLocked = "ACCOUNT_LOCKED",
        DataPresent = "DATA_PRESENT",
        BatterySwollen = "BATTERY_SWOLLEN",
        Expired = "EXPIRED",
        Recalled = "RECALLED",
        CarrierDamage = "CARRIER_DAMAGE",
        NoFaultFound = "NO_FAULT_FOUND",
    }
}

impl Finding {
    /// A finding about the thing's own condition, as opposed to its papers, count or parcel. A unit with one
    /// is no longer as new.
    pub const fn is_condition(self) -> bool {
        !matches!(
            self,
            Self::Undeclared
                | Self::MixedCarton
                | Self::QtyOver
                | Self::QtyUnder
                | Self::NoFaultFound
                | Self::CarrierDamage
                | Self::Recalled
                | Self::WeightMismatch
        )
    }

    /// A finding that comes from comparing the unit with what was expected. It stands when inspection starts
    /// again, and only a supervisor takes it back.
    pub const fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::ProductMismatch
                | Self::SerialMismatch
                | Self::Undeclared
                | Self::MixedCarton
                | Self::QtyOver
                | Self::QtyUnder
                | Self::WeightMismatch
                | Self::EmptyBox
                | Self::Recalled
                | Self::CarrierDamage
        )
    }
}

codes! {
    /// Condition of a unit as a letter, best first: `N < A < … < X`.
    Grade {
        /// Sealed, new.
        N = "N",
        /// Opened, as new, complete.
        A = "A",
        /// Light marks, works.
        B = "B",
        /// Marked, or needs work.
        C = "C",
        /// Not working, for parts.
        D = "D",
        /// Wrong, missing or junk.
        X = "X",
    }
}

impl Grade {
    /// Whether this grade is a milder verdict than the other (A is milder than C).
    pub fn is_milder_than(self, other: Self) -> bool {
        self < other
    }

    /// The worse of two grades.
    pub fn worse(self, other: Self) -> Self {
        self.max(other)
    }
}

codes! {
    /// What a checklist's question is about.
    QuestionKind {
        /// Always asked, first.
        Safety = "SAFETY",
        /// Always asked, after safety.
        Identity = "IDENTITY",
        /// Asked from the worst grade to the best, until one is settled.
        Condition = "CONDITION",
    }
}

codes! {
    /// What an answer says of the seal. Grade N needs an intact one.
    Seal {
        Intact = "INTACT",
        Broken = "BROKEN",
    }
}
