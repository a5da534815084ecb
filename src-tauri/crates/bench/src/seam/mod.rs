//! The seam between the bench and a screen: what a screen may ask, what it gets back, and what it is told
//! unasked. Plain serde types, exported to TypeScript (`ui/src/platform/types.ts`).
//!
//! A screen asks with [`Request`] and gets a [`Reply`] or a [`Coded`] refusal; it hears [`Notice`]s; it pulls
//! camera frames and photos as JPEG bytes. Nothing here is text for people, except what comes from data
//! (product titles, checklist questions): words live in the UI's one table, keyed by code.

mod ask;
mod eyes;
mod judged;
mod rooms;
mod scanners;
mod screen;
mod shown;

pub use ask::{Coded, Cue, Notice, Outline, Reply, Request};
pub use eyes::{
    CameraCheck, CameraKinds, CameraSetup, LensVerdict, MatView, ScaleOrder, ScaleSetup, ScaleView,
};
pub use judged::{
    BlindResult, BlindView, ClockView, ColumnKind, ContainerDetail, ContainerView, ContentLine, ContestSide,
    ContestView, ExplainedRow, ExplainedView, InsightCell, InsightColumn, InsightName, InsightView,
    MatchView, OpenUnit, PackView, PreferenceView, SignalView, WorkView,
};
pub use rooms::{
    DeviceView, DevicesView, FoundUnit, HistoryLine, IncidentView, KeptView, LaneView, NoteView, ReadingView,
    ReviewDetail, ReviewQueue, ReviewRow, SyncLine, SyncView, WaitsFor,
};
pub use scanners::{
    MakerView, PortView, RawChunk, ScanTest, ScannerSetup, SetUpStep, SuffixView, TestCode, UsbView,
};
pub use screen::{
    Action, Band, CameraStrip, CameraView, Choice, FindingChip, LadderStep, LineState, OperatorView,
    PhotoSlot, PhotoSlotState, QrView, Saved, Say, Screen, Stage, StatusBar, StepState, Texts, Tone,
    UnitHead,
};
pub use shown::{
    ArrivedParcel, Counters, DecisionView, LabelView, NextBestView, ParcelLineView, ParcelView, RecentUnit,
};
