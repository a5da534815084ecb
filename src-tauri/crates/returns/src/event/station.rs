//! Events of parcels, containers and of the station itself.

use jiff::Timestamp;

use super::events;
use crate::codes::{
    Disposition, DocumentKind, Finding, IntakeKind, ParcelOutcome, ParcelRefusal, PurgeReason, Role,
    VoidReason,
};
use crate::ids::{
    ContainerCode, LineId, OperatorId, OwnerCode, PhotoRole, RmaNumber, Sha256Hex, TrackingNumber, UnitId,
};
use crate::lpn::LpnBlock;
use crate::parcel::LineCount;

events! {
    /// What can happen to a parcel.
    Parcel: ParcelEvent {
        /// it was announced.
        Expected = ("parcel.expected", 1) {
            /// Its tracking number.
            tracking: TrackingNumber,
            /// RMAs that it should hold.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            rmas: Vec<RmaNumber>,
        },
        /// it was scanned at the dock.
        Arrived = ("parcel.arrived", 1) {
            /// Its tracking number; none where nothing on it could be read.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            tracking: Option<TrackingNumber>,
            /// RMAs found for it.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            rmas: Vec<RmaNumber>,
            /// When, by the station's clock.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            at: Option<Timestamp>,
        },
        /// it was not taken in.
        Refused = ("parcel.refused", 1) {
            /// Why.
            reason: ParcelRefusal,
        },
        /// another RMA was found for it.
        RmaFound = ("parcel.rma-found", 1) {
            /// Which.
            rma: RmaNumber,
        },
        /// it was opened.
        Opened = ("parcel.opened", 1) {},
        /// something was seen on it.
        FindingAdded = ("parcel.finding-added", 1) {
            /// What.
            finding: Finding,
        },
        /// a photo was taken and is on disk; a parcel label's photo can be purged.
        PhotoTaken = ("parcel.photo-taken", 1) {
            /// What it shows.
            role: PhotoRole,
            /// SHA-256 of the JPEG.
            hash: Sha256Hex,
            /// Its length in bytes.
            len: u64,
        },
        /// a unit came out of it.
        UnitFound = ("parcel.unit-found", 1) {
            /// Which.
            unit: UnitId,
            /// Of this RMA.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            rma: Option<RmaNumber>,
            /// Of this line; without one nothing expected it.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            line: Option<LineId>,
        },
        /// a unit did not come out of it after all.
        UnitRemoved = ("parcel.unit-removed", 1) {
            /// Which.
            unit: UnitId,
            /// Why.
            reason: VoidReason,
        },
        /// it holds what came back undelivered, or goods in bulk: no return line expects them.
        IntakeSet = ("parcel.intake-set", 1) {
            /// How its goods came in.
            intake: IntakeKind,
        },
        /// nothing is left in it, and what was expected was compared with what was found.
        Emptied = ("parcel.emptied", 1) {
            /// The result.
            outcome: ParcelOutcome,
            /// The result line by line.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            lines: Vec<LineCount>,
            /// Units that no line expected.
            #[serde(default)]
            undeclared: u32,
        },
    }
}

events! {
    /// What can happen to a container.
    Container: ContainerEvent {
        /// it stands ready.
        Opened = ("container.opened", 1) {
            /// What is printed on it.
            code: ContainerCode,
            /// What it collects.
            disposition: Disposition,
            /// For whom.
            owner: OwnerCode,
        },
        /// a unit was put in.
        UnitPlaced = ("container.unit-placed", 1) {
            /// Which.
            unit: UnitId,
        },
        /// a unit was taken out.
        UnitTakenOut = ("container.unit-taken-out", 1) {
            /// Which.
            unit: UnitId,
        },
        /// nothing more goes in.
        Closed = ("container.closed", 1) {},
        /// it left the building.
        Shipped = ("container.shipped", 1) {
            /// The carrier's number of what it left in.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            tracking: Option<TrackingNumber>,
        },
    }
}

events! {
    /// What can happen at a station beside the goods.
    Station: StationEvent {
        /// an operator signed in.
        OperatorSignedIn = ("station.operator-signed-in", 1) {
            /// Who.
            operator: OperatorId,
            /// With this role.
            role: Role,
            /// The operator list had expired.
            #[serde(default, skip_serializing_if = "std::ops::Not::not")]
            list_expired: bool,
        },
        /// an operator signed out.
        OperatorSignedOut = ("station.operator-signed-out", 1) {
            /// Who.
            operator: OperatorId,
        },
        /// a scan that nothing understood was kept in the purgeable store.
        RawScanKept = ("station.raw-scan-kept", 1) {
            /// SHA-256 of the bytes.
            hash: Sha256Hex,
            /// Their length.
            len: u64,
        },
        /// stored bytes were purged; they are not missing.
        BytesPurged = ("station.bytes-purged", 1) {
            /// SHA-256 of the bytes.
            hash: Sha256Hex,
            /// Why.
            reason: PurgeReason,
        },
        /// head office gave numbers for units.
        LpnBlockReceived = ("station.lpn-block-received", 1) {
            /// The numbers.
            #[serde(flatten)]
            block: LpnBlock,
        },
        /// numbers were drawn ahead, for a roll of labels.
        LpnsDrawn = ("station.lpns-drawn", 1) {
            /// The block.
            block: u32,
            /// First counter drawn.
            first: u32,
            /// How many.
            count: u32,
        },
        /// a document that steers the bench came into force.
        DocumentTaken = ("station.document-taken", 1) {
            /// Which kind.
            document: DocumentKind,
            /// Its number or version.
            number: u32,
            /// SHA-256 of its signed bytes.
            hash: Sha256Hex,
        },
    }
}
