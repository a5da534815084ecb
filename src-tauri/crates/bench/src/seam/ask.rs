//! What a screen asks, gets and hears.

use std::collections::BTreeMap;

use returns::codes::{Disposition, Grade, HoldReason, OverrideReason, ReviewOutcome, SellerResponse};
use returns::ids::UnitId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{DevicesView, FoundUnit, ReviewDetail, ReviewQueue, Screen, StatusBar, SyncView};

/// What a screen may ask. Everything a person does at the bench is either a scan or the press of a command
/// word, so that scanner, keyboard and gloves take one path.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(tag = "ask", rename_all = "kebab-case", rename_all_fields = "snake_case")]
pub enum Request {
    /// The bench's whole screen as it is now. → [`Reply::Screen`]
    Screen,
    /// A code typed or wedged through the keyboard; same meaning as a scan. → [`Reply::Screen`]
    Scan {
        /// The code's content, without Enter.
        text: String,
    },
    /// A command word of the printed sheet: `YES`, `PICK-2`, `PHOTO`, `DIGIT-7` … (without `RS:C:`). → [`Reply::Screen`]
    Press {
        /// The word.
        command: String,
    },
    /// An error in the band has been read. → [`Reply::Screen`]
    Acknowledge,
    /// Units that wait for a supervisor. → [`Reply::ReviewQueue`]
    ReviewQueue,
    /// One unit of the queue, with evidence and history. → [`Reply::ReviewUnit`]
    ReviewUnit {
        /// Which.
        unit: UnitId,
    },
    /// A reviewer's outcome. → [`Reply::ReviewQueue`]
    ReviewDecide {
        /// Which unit.
        unit: UnitId,
        /// Approved, changed or sent back.
        outcome: ReviewOutcome,
        /// With CHANGED: the grade it should have.
        grade: Option<Grade>,
        /// With CHANGED: where it should go.
        disposition: Option<Disposition>,
        /// With CHANGED and SENT_BACK: why.
        reason: Option<OverrideReason>,
        /// What the shop answers to the customer's reason, if said.
        seller_response: Option<SellerResponse>,
    },
    /// Put a hold on a unit. → [`Reply::ReviewUnit`]
    HoldUnit {
        /// Which unit.
        unit: UnitId,
        /// Why.
        reason: HoldReason,
    },
    /// Release one hold (supervisors only). → [`Reply::ReviewUnit`]
    ReleaseUnit {
        /// Which unit.
        unit: UnitId,
        /// Which hold.
        reason: HoldReason,
    },
    /// Search units by LPN, RMA, serial, product or tracking number. → [`Reply::Found`]
    Find {
        /// What to look for; at least two characters.
        query: String,
    },
    /// The state of the line to head office. → [`Reply::Sync`]
    Sync,
    /// Try the line now. → [`Reply::Sync`]
    SyncNow,
    /// Devices and how they are. → [`Reply::Devices`]
    Devices,
    /// Give a scanner another path. → [`Reply::Devices`]
    ScannerPath {
        /// The device's id.
        device: String,
        /// The tty path.
        path: String,
    },
}

/// What a screen gets back.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(tag = "reply", content = "body", rename_all = "kebab-case")]
pub enum Reply {
    /// The bench.
    Screen(Box<Screen>),
    /// The review queue.
    ReviewQueue(ReviewQueue),
    /// One unit under review.
    ReviewUnit(Box<ReviewDetail>),
    /// Search results.
    Found(Vec<FoundUnit>),
    /// The line to head office.
    Sync(SyncView),
    /// Devices.
    Devices(DevicesView),
}

/// What a screen is told unasked.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(tag = "notice", content = "body", rename_all = "kebab-case")]
pub enum Notice {
    /// The bench changed: here it is, whole.
    Screen(Box<Screen>),
    /// Only the status bar changed.
    Status(StatusBar),
    /// A sound to play.
    Sound(Cue),
    /// Codes seen in the current camera frame (an empty list clears them).
    Outlines(Vec<Outline>),
    /// Rooms beside the bench should ask again: queue, sync or devices changed.
    RoomsChanged,
}

/// A sound; see `assets/sounds`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Cue {
    /// Taken.
    Accepted,
    /// Taken, but look.
    Warning,
    /// Not taken.
    Rejected,
    /// A supervisor is needed.
    Supervisor,
}

/// Where a code lies in the camera's frame.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Outline {
    /// Corners, each x and y from 0 to 1 of the frame's width and height.
    pub corners: [[f32; 2]; 4],
    /// What it reads.
    pub text: String,
    /// Whether it fits what the bench expects.
    pub fits: bool,
}

/// A refusal or error: a stable code and its arguments. Words, severity and the next step are the UI's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{code}")]
pub struct Coded {
    /// Stable, kebab-case.
    pub code: String,
    /// What the words need.
    pub args: BTreeMap<String, String>,
}
