// The seam between the bench and a screen, as src-tauri/crates/bench/src/seam defines it.
// One file, generated from those types; do not edit.

export type Acceptance = "PENDING" | "ACCEPTED" | "REJECTED" | "MANUAL_INTERVENTION_REQUIRED";
export type Disposition = "RESTOCK" | "RESTOCK_B" | "REFURBISH" | "REPAIR" | "WARRANTY_SERVICE" | "RTV" | "LIQUIDATE" | "HARVEST_PARTS" | "DONATE" | "RECYCLE" | "DESTROY" | "QUARANTINE" | "SHIP_BACK" | "MISSING";
export type Finding = "PRODUCT_MISMATCH" | "OTHER_BRAND" | "COLOUR_MISMATCH" | "SIZE_MISMATCH" | "SERIAL_MISMATCH" | "PAIR_MISMATCH" | "PART_MISSING" | "TAG_MISSING" | "WARRANTY_CARD_MISSING" | "EMPTY_BOX" | "FOREIGN_OBJECT" | "UNDECLARED" | "MIXED_CARTON" | "QTY_OVER" | "QTY_UNDER" | "COUNTERFEIT_SUSPECT" | "WEIGHT_MISMATCH" | "USED" | "STAIN" | "ODOUR" | "SCRATCHED" | "CRACKED" | "LIQUID" | "SOLE_DIRTY" | "PACKAGING_DAMAGE" | "SEAL_BROKEN" | "NOT_POWERING_ON" | "ACCOUNT_LOCKED" | "DATA_PRESENT" | "BATTERY_SWOLLEN" | "EXPIRED" | "RECALLED" | "CARRIER_DAMAGE" | "NO_FAULT_FOUND";
export type Grade = "N" | "A" | "B" | "C" | "D" | "X";
export type HoldReason = "HAZMAT" | "BATTERY" | "RECALL" | "FRAUD" | "UNKNOWN_ITEM" | "DATA" | "HYGIENE" | "SUPERVISOR";
export type Preference = "REFUND" | "STORE_CREDIT" | "EXCHANGE" | "REPAIR" | "RETURN_TO_ME" | "DONATE" | "RECYCLE" | "NONE";
export type Reason = "CHANGED_MIND" | "ORDERED_WRONG" | "WRONG_ITEM" | "NOT_AS_DESCRIBED" | "TOO_SMALL" | "TOO_LARGE" | "COLOUR" | "STYLE" | "DEFECTIVE" | "DAMAGED_TRANSIT" | "DAMAGED" | "MISSING_PARTS" | "RECALL" | "EXPIRED" | "ARRIVED_LATE" | "WARRANTY_REPAIR" | "END_OF_LIFE" | "UNDELIVERABLE" | "GIFT" | "UNKNOWN";
export type ReviewCause = "GRADE_OVERRIDDEN" | "DISPOSITION_OVERRIDDEN" | "VALUE_OVER_LIMIT" | "FRAUD_SIGNAL" | "SERIAL_MISMATCH" | "PHOTO_SKIPPED" | "POLICY" | "SAMPLE";
export type ReviewOutcome = "APPROVED" | "CHANGED" | "SENT_BACK";
export type Role = "GRADER" | "SUPERVISOR" | "TECHNICIAN" | "HEAD_OFFICE";
export type SellerResponse = "EW" | "FR" | "IN" | "IO" | "NR" | "QD" | "RR" | "RT" | "UI" | "PR" | "MI";
export type Settlement = "REFUND" | "PARTIAL_REFUND" | "STORE_CREDIT" | "REPLACE" | "REPAIR" | "KEEP" | "NONE";
export type UnitStage = "RECEIVED" | "INSPECTING" | "GRADED" | "DISPOSITIONED" | "STAGED" | "CLOSED" | "VOIDED";
export type UnitId = string;

export type Say = { code: string, args: { [key in string]: string }, };
export type Texts = { [key in string]: string };

export type Request = { "ask": "screen" } | { "ask": "scan", text: string, } | { "ask": "press", command: string, } | { "ask": "acknowledge" } | { "ask": "review-queue" } | { "ask": "review-unit", unit: UnitId, } | { "ask": "review-decide", unit: UnitId, outcome: ReviewOutcome, grade: Grade | null, disposition: Disposition | null, seller_response: SellerResponse | null, } | { "ask": "hold-unit", unit: UnitId, reason: HoldReason, } | { "ask": "release-unit", unit: UnitId, reason: HoldReason, } | { "ask": "find", query: string, } | { "ask": "sync" } | { "ask": "sync-now" } | { "ask": "devices" } | { "ask": "scanner-path", device: string, path: string, };
export type Reply = { "reply": "screen", "body": Screen } | { "reply": "review-queue", "body": ReviewQueue } | { "reply": "review-unit", "body": ReviewDetail } | { "reply": "found", "body": Array<FoundUnit> } | { "reply": "sync", "body": SyncView } | { "reply": "devices", "body": DevicesView };
export type Notice = { "notice": "screen", "body": Screen } | { "notice": "status", "body": StatusBar } | { "notice": "sound", "body": Cue } | { "notice": "outlines", "body": Array<Outline> } | { "notice": "rooms-changed" };
export type Cue = "accepted" | "warning" | "rejected" | "supervisor";
export type Outline = { corners: [[number, number], [number, number], [number, number], [number, number]], text: string, fits: boolean, };
export type Coded = { code: string, args: { [key in string]: string }, };

export type Screen = { revision: number, status: StatusBar, band: Band, stage: Stage, camera: CameraStrip | null, next: Say, actions: Array<Action>, };
export type StatusBar = { station: string, operator: OperatorView | null, line: LineState, line_since: string | null, unsent: number, last_sent: string | null, oldest_unsent: string | null, policy: string | null, devices: Array<DeviceView>, disk_free_percent: number | null, reviews_waiting: number, now: string, simulated: boolean, };
export type OperatorView = { initials: string, role: Role, };
export type LineState = "online" | "offline" | "refused" | "none";
export type Tone = "ready" | "accepted" | "warning" | "rejected" | "supervisor" | "locked";
export type Saved = "here" | "sent";
export type Band = { tone: Tone, say: Say, at: string | null, saved: Saved | null, blink: number, };
export type QrView = { size: number, path: string, };
export type Choice = { command: string, key: string, texts: Texts | null, say: Say | null, effect: Say | null, suggested: boolean, disabled: Say | null, qr: QrView | null, };
export type Action = { command: string, key: string, disabled: Say | null, };
export type UnitHead = { unit: UnitId, lpn: string | null, title: string, sku: string | null, rma: string | null, owner: string | null, reason: Reason | null, preference: Preference | null, holds: Array<HoldReason>, saved: Saved, };
export type StepState = "done" | "now" | "to-come";
export type LadderStep = { grade: Grade, state: StepState, };
export type FindingChip = { command: string, key: string, finding: Finding | null, on: boolean, };
export type PhotoSlotState = "taken" | "needed" | "skipped" | "spare";
export type PhotoSlot = { role: string, texts: Texts, state: PhotoSlotState, sha256: string | null, };
export type CameraView = "looking" | "code-found" | "lost" | "none";
export type CameraStrip = { camera: string | null, state: CameraView, photos: Array<PhotoSlot>, photos_needed: number, action: Action | null, };
export type Counters = { received: number, dispositioned: number, staged: number, waiting: number, };
export type RecentUnit = { head: UnitHead, grade: Grade | null, disposition: Disposition | null, at: string, };
export type ParcelLineView = { title: string, sku: string, rma: string, expected: number, received: number, };
export type ParcelView = { tracking: string | null, rmas: Array<string>, lines: Array<ParcelLineView>, };
export type LabelView = { disposition: Disposition | null, lpn: string, print_number: number, png: string, pending: boolean, };
export type DecisionView = { disposition: Disposition, settlement: Settlement, why: Array<Say>, policy: string, row: string, recovered: string | null, next_best: NextBestView | null, };
export type NextBestView = { disposition: Disposition | null, less_by: string | null, forbidden_by: string | null, };
export type Stage = { "stage": "sign-in", operator: OperatorView | null, digits: number, locked_seconds: number | null, } | { "stage": "idle", today: Counters, recent: Array<RecentUnit>, parcel: ParcelView | null, labels_pending: number, } | { "stage": "pick", ask: Say, code: string | null, unit: UnitHead | null, choices: Array<Choice>, } | { "stage": "stick-number", unit: UnitHead, label: LabelView, } | { "stage": "question", unit: UnitHead, texts: Texts, hint: Texts | null, number: number, of: number, ladder: Array<LadderStep>, choices: Array<Choice>, chips: Array<FindingChip>, } | { "stage": "photos", unit: UnitHead, choices: Array<Choice>, } | { "stage": "decision", unit: UnitHead, grade: Grade, computed: Grade | null, findings: Array<Finding>, decision: DecisionView | null, review: Say | null, choices: Array<Choice>, } | { "stage": "stick-label", unit: UnitHead, grade: Grade, label: LabelView, container: string | null, } | { "stage": "stow", unit: UnitHead, grade: Grade, disposition: Disposition, container: string | null, } | { "stage": "held", unit: UnitHead, choices: Array<Choice>, };

export type ReviewQueue = { rows: Array<ReviewRow>, };
export type ReviewRow = { head: UnitHead, grade: Grade | null, disposition: Disposition | null, causes: Array<ReviewCause>, station: string, grader: string, since: string, centicents_per_hour: number, };
export type ReviewDetail = { row: ReviewRow, stage: UnitStage, findings: Array<Finding>, serial: string | null, serial_shipped: string | null, price: string | null, photos: Array<PhotoSlot>, decision: DecisionView | null, history: Array<HistoryLine>, blocked: Say | null, allowed: Array<Disposition>, };
export type HistoryLine = { at: string, say: Say, operator: string, notable: boolean, };
export type FoundUnit = { head: UnitHead, stage: UnitStage, grade: Grade | null, disposition: Disposition | null, location: string | null, history: Array<HistoryLine>, };
export type SyncView = { line: LineState, since: string | null, head_office: string | null, trouble: Say | null, next_try: string | null, lanes: Array<LaneView>, feeds: Array<SyncLine>, refused: Array<Say>, };
export type LaneView = { lane: string, waiting: number, oldest: string | null, sent: number, };
export type SyncLine = { feed: string, current_at: string | null, items: number, };
export type DevicesView = { devices: Array<DeviceView>, ports: Array<string>, };
export type DeviceView = { device: string, kind: string, place: string, well: boolean, state: Say, last_seen: string | null, simulated: boolean, };
