//! Where a unit goes, what the customer gets, and what stops it.

use super::codes;

codes! {
    /// What will physically happen to a unit.
    Disposition {
        Restock = "RESTOCK",
        RestockB = "RESTOCK_B",
        Refurbish = "REFURBISH",
        Repair = "REPAIR",
        WarrantyService = "WARRANTY_SERVICE",
        /// Return to vendor.
        Rtv = "RTV",
        Liquidate = "LIQUIDATE",
        HarvestParts = "HARVEST_PARTS",
        Donate = "DONATE",
        Recycle = "RECYCLE",
        Destroy = "DESTROY",
        Quarantine = "QUARANTINE",
        ShipBack = "SHIP_BACK",
        Missing = "MISSING",
    }
}

impl Disposition {
    /// Code of X12 element 1292 (returns disposition), where it has one.
    pub const fn x12(self) -> Option<&'static str> {
        match self {
            Self::Refurbish => Some("RF"),
            Self::Repair => Some("KR"),
            Self::WarrantyService => Some("MW"),
            Self::Rtv => Some("RA"),
            Self::Liquidate => Some("RT"),
            Self::Donate => Some("SC"),
            Self::Recycle => Some("SD"),
            Self::Destroy => Some("DI"),
            Self::Quarantine => Some("RP"),
            Self::ShipBack => Some("RD"),
            Self::Restock | Self::RestockB | Self::HarvestParts | Self::Missing => None,
        }
    }

    /// Business step and disposition of GS1's Core Business Vocabulary 2.0. A quarantined unit is
    /// `recalled` where a recall put it there.
    pub const fn cbv(self, recalled: bool) -> (&'static str, &'static str) {
        match self {
            Self::Restock | Self::RestockB => ("stocking", "sellable_accessible"),
            Self::Refurbish | Self::Repair | Self::WarrantyService => ("repairing", "unavailable"),
            Self::Rtv | Self::ShipBack => ("shipping", "returned"),
            Self::Liquidate | Self::Donate => ("shipping", "non_sellable_other"),
            Self::HarvestParts => ("holding", "non_sellable_other"),
            Self::Recycle => ("collecting", "disposed"),
            Self::Destroy => ("destroying", "destroyed"),
            Self::Quarantine if recalled => ("holding", "recalled"),
            Self::Quarantine => ("holding", "unknown"),
            Self::Missing => ("inspecting", "mismatch_quantity"),
        }
    }

    /// Whether a unit so disposed stays in the building until somebody decides again. Only such a
    /// disposition may be provisional.
    pub const fn stays_in_building(self) -> bool {
        matches!(self, Self::Quarantine)
    }
}

codes! {
    /// What the station proposes that the customer gets; head office settles.
    Settlement {
        Refund = "REFUND",
        PartialRefund = "PARTIAL_REFUND",
        StoreCredit = "STORE_CREDIT",
        Replace = "REPLACE",
        Repair = "REPAIR",
        Keep = "KEEP",
        None = "NONE",
    }
}

codes! {
    /// Why a unit is stopped.
    HoldReason {
        Hazmat = "HAZMAT",
        Battery = "BATTERY",
        Recall = "RECALL",
        Fraud = "FRAUD",
        UnknownItem = "UNKNOWN_ITEM",
        Data = "DATA",
        Hygiene = "HYGIENE",
        Supervisor = "SUPERVISOR",
    }
}

codes! {
    /// The gates of a policy, in the order in which they are asked: law, then safety, then identity.
    Gate {
        /// Law: unsold apparel and footwear may not be destroyed (EU).
        UnsoldGoods = "UNSOLD_GOODS",
        /// Law: lithium batteries and other dangerous goods.
        DangerousGoods = "DANGEROUS_GOODS",
        /// Law: data-bearing devices.
        Data = "DATA",
        /// Law: opened hygiene goods, food and cosmetics.
        Hygiene = "HYGIENE",
        /// Law: recalled goods.
        Recall = "RECALL",
        Safety = "SAFETY",
        Identity = "IDENTITY",
    }
}
