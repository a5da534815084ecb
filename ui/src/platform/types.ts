// The seam between the bench and the screen. Generated from Rust, do not edit:
// WRITE_TYPES=1 cargo test -p bench --test types_for_the_page

export type Acceptance = "PENDING" | "ACCEPTED" | "REJECTED" | "MANUAL_INTERVENTION_REQUIRED";

export type Action = { 
/**
 * Command word.
 */
command: string, 
/**
 * Key cap.
 */
key: string, 
/**
 * Why it cannot be used now.
 */
disabled: Say | null, };

export type ArrivedParcel = { 
/**
 * Tracking number, if one was read.
 */
tracking: string | null, 
/**
 * RMAs known for it.
 */
rmas: Array<string>, 
/**
 * When (RFC 3339).
 */
at: string, 
/**
 * It was scanned before: shown, not counted twice.
 */
again: boolean, };

export type Band = { 
/**
 * Its look.
 */
tone: Tone, 
/**
 * What happened (head line and second line share code and arguments).
 */
say: Say, 
/**
 * When (RFC 3339).
 */
at: string | null, 
/**
 * What the scanned code says beside that and nobody is asked about: identifiers that do not go together, where a
 * carrier's label sends the parcel.
 */
beside: Say | null, 
/**
 * Whether what it reports is saved.
 */
saved: Saved | null, 
/**
 * Grows with each scan, so that two equal results in a row blink apart.
 */
blink: number, };

export type BlindResult = { 
/**
 * The first grader's.
 */
first: Grade, 
/**
 * This one.
 */
second: Grade, 
/**
 * Questions answered differently.
 */
differ: Array<string>, 
/**
 * Their words, as the checklist has them; a question of an older checklist has none.
 */
questions: { [key in string]: { [key in string]: string } }, 
/**
 * Findings that only one of them saw.
 */
findings: Array<Finding>, 
/**
 * Recorded.
 */
saved: boolean, };

export type BlindView = { 
/**
 * The unit; without grade, findings or disposition.
 */
head: UnitHead, 
/**
 * The next question: always [`Stage::Question`]; none when all are answered.
 */
question: Stage | null, 
/**
 * Id of the question, to be sent back with the choice.
 */
question_id: string | null, 
/**
 * Ids of its choices, in the order of its choices.
 */
choice_ids: Array<string>, 
/**
 * Findings that can be added.
 */
chips: Array<FindingChip>, 
/**
 * Complete: what came of it.
 */
result: BlindResult | null, 
/**
 * Why the signed-in person may not do it.
 */
blocked: Say | null, };

export type CameraCheck = { 
/**
 * Width of edges in pixels (σ of the blur); none where the picture has no edges.
 */
blur_px: number | null, 
/**
 * Mean brightness, 0 to 255.
 */
brightness: number, 
/**
 * Black pixels, in percent.
 */
black_percent: number, 
/**
 * White pixels, in percent.
 */
white_percent: number, 
/**
 * Darkest over brightest part of the picture, in percent.
 */
evenness_percent: number, 
/**
 * What is wrong with it, worst first; empty where it is fine.
 */
flaws: Array<Say>, 
/**
 * Sharpness, exposure, glare and evenness, one by one.
 */
verdicts: Array<LensVerdict>, 
/**
 * The empty mat, as it was remembered; none where nobody took it.
 */
mat: MatView | null, 
/**
 * A scan of this takes the empty mat, as the button does.
 */
mat_code: QrView | null, };

export type CameraKinds = { 
/**
 * Cameras on USB.
 */
usb: boolean, 
/**
 * Streams over RTSP.
 */
rtsp: boolean, };

export type CameraSetup = { 
/**
 * Where its pictures come from.
 */
kind: 'mjpeg-http' | 'rtsp' | 'usb' | 'recording' | 'folder', 
/**
 * Address, name of a USB camera, file or folder.
 */
place: string, 
/**
 * Name to sign in with; empty where the camera asks for none.
 */
user: string, 
/**
 * Password; none: as it is now. It is never told back.
 */
password: string | null, 
/**
 * Pictures per second of a recording or a folder; none: as the file says, or 5.
 */
fps: number | null, 
/**
 * A recording or a folder starts over at its end.
 */
repeat: boolean, };

export type CameraStrip = { 
/**
 * Camera id to pull frames of.
 */
camera: string | null, 
/**
 * Its state.
 */
state: CameraView, 
/**
 * Photos of the current unit.
 */
photos: Array<PhotoSlot>, 
/**
 * Required photos still missing.
 */
photos_needed: number, 
/**
 * The strip's button: photo, or print again.
 */
action: Action | null, };

export type CameraView = "looking" | "code-found" | "lost" | "none";

export type Choice = { 
/**
 * Command word that chooses it.
 */
command: string, 
/**
 * Key that chooses it, as printed on the cap: `1`, `Y`, `Enter`, `F4`.
 */
key: string, 
/**
 * Label from data (checklists); where absent, `say` names it.
 */
texts: { [key in string]: string } | null, 
/**
 * Label from the UI's table.
 */
say: Say | null, 
/**
 * What follows from it ("grade D", "to review").
 */
effect: Say | null, 
/**
 * Already suggested by the data.
 */
suggested: boolean, 
/**
 * Why it cannot be chosen now.
 */
disabled: Say | null, 
/**
 * Its own code.
 */
qr: QrView | null, };

export type ClockView = { 
/**
 * Value now, formatted with its currency.
 */
now: string, 
/**
 * Lost per hour, formatted.
 */
per_hour: string, };

export type Coded = { 
/**
 * Stable, kebab-case.
 */
code: string, 
/**
 * What the words need.
 */
args: { [key in string]: string }, };

export type ColumnKind = "code" | "text" | "count" | "percent" | "money" | "hours" | "kilograms" | "number";

export type CommandCode = "YES" | "NO" | "NEXT" | "UNDO" | "PHOTO" | "SKIP-PHOTO" | "HOLD" | "REPRINT" | "OVERRIDE" | "GRADE-N" | "GRADE-A" | "GRADE-B" | "GRADE-C" | "GRADE-D" | "GRADE-X" | "PICK-1" | "PICK-2" | "PICK-3" | "PICK-4" | "PICK-5" | "PICK-6" | "PICK-7" | "PICK-8" | "PICK-9" | "MORE" | "DIGIT-0" | "DIGIT-1" | "DIGIT-2" | "DIGIT-3" | "DIGIT-4" | "DIGIT-5" | "DIGIT-6" | "DIGIT-7" | "DIGIT-8" | "DIGIT-9" | "ENTER" | "CANCEL" | "BLIND" | "NO-LABEL" | "EMPTY-BOX" | "PARCEL-DONE" | "TAKE-OUT" | "CLOSE" | "SHIP" | "ARRIVALS" | "VOID" | "WEIGH" | "HELP" | "LOG-OFF";

export type ContainerDetail = { 
/**
 * The container.
 */
container: ContainerView, 
/**
 * Its units.
 */
contents: Array<ContentLine>, 
/**
 * Why it cannot be closed or shipped now.
 */
blocked: Say | null, 
/**
 * Where the printed contents list lies, or which printer took it.
 */
printed: string | null, };

export type ContainerId = string;

export type ContainerState = "OPEN" | "CLOSED" | "SHIPPED";

export type ContainerView = { 
/**
 * Its id.
 */
container: ContainerId, 
/**
 * What is printed on it.
 */
code: string, 
/**
 * Its state.
 */
state: ContainerState, 
/**
 * What it collects.
 */
disposition: Disposition, 
/**
 * For whom.
 */
owner: string, 
/**
 * Units in it.
 */
units: number, };

export type ContentLine = { 
/**
 * The unit.
 */
unit: UnitId, 
/**
 * Its LPN, shown 5-5-2.
 */
lpn: string, 
/**
 * Product title.
 */
title: string, 
/**
 * Its SKU.
 */
sku: string | null, 
/**
 * Serial.
 */
serial: string | null, 
/**
 * Grade.
 */
grade: Grade | null, 
/**
 * It may not leave: held, contested or under review.
 */
blocked: boolean, };

export type ContestSide = { 
/**
 * Its event.
 */
event: EventId, 
/**
 * Where the unit would go.
 */
disposition: Disposition, 
/**
 * The grade that it saw.
 */
grade: Grade, 
/**
 * Who (initials).
 */
operator: string, 
/**
 * Where.
 */
station: string, 
/**
 * When, by that station's clock (RFC 3339).
 */
at: string, };

export type ContestView = { 
/**
 * One.
 */
first: ContestSide, 
/**
 * The other.
 */
second: ContestSide, };

export type CosmeticGrade = "C1" | "C2" | "C3" | "C4" | "C5" | "C6" | "C7" | "C8" | "C9";

export type Counters = { 
/**
 * Units received today at this bench.
 */
received: number, 
/**
 * Units with a disposition.
 */
dispositioned: number, 
/**
 * Units staged.
 */
staged: number, 
/**
 * Units held or in review.
 */
waiting: number, };

export type Cue = "accepted" | "warning" | "rejected" | "supervisor";

export type DecisionView = { 
/**
 * Where it goes.
 */
disposition: Disposition, 
/**
 * What the station proposes for the customer; head office settles.
 */
settlement: Settlement, 
/**
 * Why, as messages in order.
 */
why: Array<Say>, 
/**
 * Policy number.
 */
policy: string, 
/**
 * The row that fired.
 */
row: string, 
/**
 * Net recovered value, formatted with its currency.
 */
recovered: string | null, 
/**
 * The second best.
 */
next_best: NextBestView | null, 
/**
 * What became of the customer's preference.
 */
preference: PreferenceView | null, 
/**
 * The lawful exception under which it is destroyed.
 */
derogation: string | null, 
/**
 * The policy's own sentences for the keys that `why` names in its arguments; an older policy that is not here any
 * more has none.
 */
sentences: { [key in string]: { [key in string]: string } }, };

export type DeviceView = { 
/**
 * Its id in the settings.
 */
device: string, 
/**
 * `scanner`, `camera` or `printer`.
 */
kind: string, 
/**
 * Path, address or folder.
 */
place: string, 
/**
 * Works now.
 */
well: boolean, 
/**
 * State: `device-working`, `device-missing`, `device-busy` … with arguments.
 */
state: Say, 
/**
 * When it last did something (RFC 3339).
 */
last_seen: string | null, 
/**
 * Simulated.
 */
simulated: boolean, 
/**
 * What the last scan of the test code said of a scanner.
 */
test: ScanTest | null, };

export type DevicesView = { 
/**
 * Devices.
 */
devices: Array<DeviceView>, 
/**
 * Serial ports seen on this computer.
 */
ports: Array<string>, 
/**
 * The same ports, with who is behind each.
 */
listed: Array<PortView>, 
/**
 * How the scanners are set up.
 */
scanners: Array<ScannerSetup>, 
/**
 * How the camera is set up, where there is one.
 */
camera: CameraSetup | null, 
/**
 * Which cameras this program can open.
 */
camera_kinds: CameraKinds, 
/**
 * How the scale is set up, where there is one.
 */
scale: ScaleSetup | null, };

export type Disposition = "RESTOCK" | "RESTOCK_B" | "REFURBISH" | "REPAIR" | "WARRANTY_SERVICE" | "RTV" | "LIQUIDATE" | "HARVEST_PARTS" | "DONATE" | "RECYCLE" | "DESTROY" | "QUARANTINE" | "SHIP_BACK" | "MISSING";

export type EventId = string;

export type ExplainedRow = { 
/**
 * Its id.
 */
row: string, 
/**
 * `gate`, `candidate` or `settlement`.
 */
layer: string, 
/**
 * `fired`, `not-reached`, `no` or `unknown`.
 */
answer: string, 
/**
 * The first cell that said no or was unknown: its column, what it asks, and what the unit has.
 */
cell: [string, string, string] | null, };

export type ExplainedView = { 
/**
 * Policy number.
 */
policy: string, 
/**
 * First 12 digits of its hash.
 */
hash: string, 
/**
 * What it saw: name and value.
 */
inputs: Array<[string, string]>, 
/**
 * Gates, then candidates, then settlements.
 */
rows: Array<ExplainedRow>, 
/**
 * Dispositions by net recovered value, formatted, best first.
 */
ranking: Array<[Disposition, string | null]>, };

export type Finding = "PRODUCT_MISMATCH" | "OTHER_BRAND" | "COLOUR_MISMATCH" | "SIZE_MISMATCH" | "SERIAL_MISMATCH" | "PAIR_MISMATCH" | "PART_MISSING" | "TAG_MISSING" | "WARRANTY_CARD_MISSING" | "EMPTY_BOX" | "FOREIGN_OBJECT" | "UNDECLARED" | "MIXED_CARTON" | "QTY_OVER" | "QTY_UNDER" | "COUNTERFEIT_SUSPECT" | "WEIGHT_MISMATCH" | "USED" | "STAIN" | "ODOUR" | "SCRATCHED" | "CRACKED" | "LIQUID" | "SOLE_DIRTY" | "PACKAGING_DAMAGE" | "SEAL_BROKEN" | "NOT_POWERING_ON" | "ACCOUNT_LOCKED" | "DATA_PRESENT" | "BATTERY_SWOLLEN" | "EXPIRED" | "RECALLED" | "CARRIER_DAMAGE" | "NO_FAULT_FOUND";

export type FindingChip = { 
/**
 * Command word (`PICK-5` …).
 */
command: string, 
/**
 * Key cap.
 */
key: string, 
/**
 * The finding; `None` is the chip that shows more.
 */
finding: Finding | null, 
/**
 * Marked.
 */
on: boolean, };

export type FoundUnit = { 
/**
 * Head.
 */
head: UnitHead, 
/**
 * Its stage.
 */
stage: UnitStage, 
/**
 * Grade.
 */
grade: Grade | null, 
/**
 * Disposition.
 */
disposition: Disposition | null, 
/**
 * Where it is: container, shelf or bench.
 */
location: string | null, 
/**
 * What happened, oldest first.
 */
history: Array<HistoryLine>, };

export type FunctionGrade = "F1" | "F2" | "F3" | "F4" | "F5" | "F6";

export type Grade = "N" | "A" | "B" | "C" | "D" | "X";

export type HistoryLine = { 
/**
 * When (RFC 3339).
 */
at: string, 
/**
 * What: event kind and arguments.
 */
say: Say, 
/**
 * Who (initials).
 */
operator: string, 
/**
 * Something to look at: a finding, an override, a hold.
 */
notable: boolean, };

export type HoldReason = "HAZMAT" | "BATTERY" | "RECALL" | "FRAUD" | "UNKNOWN_ITEM" | "DATA" | "HYGIENE" | "SUPERVISOR";

export type IncidentView = { 
/**
 * Its number here, to be sent back when it has been seen.
 */
id: number, 
/**
 * When it was noticed (RFC 3339).
 */
at: string | null, 
/**
 * What happened, and what to do.
 */
say: Say, };

export type InsightCell = number | string | null;

export type InsightColumn = { 
/**
 * Stable key; the page has the words as `insight-column-<key>`.
 */
key: string, 
/**
 * What its cells are.
 */
kind: ColumnKind, };

export type InsightName = "reason-by-finding" | "dispositions" | "recovery" | "dock-to-disposition" | "units-per-hour" | "no-fault-found" | "agreement-by-grader" | "agreement-by-question" | "diversion" | "avoidable-reasons";

export type InsightView = { 
/**
 * Which.
 */
insight: InsightName, 
/**
 * Columns.
 */
columns: Array<InsightColumn>, 
/**
 * Rows; as many cells as columns.
 */
rows: Array<Array<InsightCell>>, 
/**
 * Units that it counts.
 */
units: number, 
/**
 * When it was computed (RFC 3339).
 */
at: string, 
/**
 * Sources of factors, where it uses some.
 */
sources: Array<string>, };

export type KeptView = { 
/**
 * Somebody should look at it.
 */
attention: boolean, 
/**
 * What it is.
 */
say: Say, };

export type LabelView = { 
/**
 * What is printed big: the disposition, or none for an LPN label.
 */
disposition: Disposition | null, 
/**
 * LPN, shown 5-5-2.
 */
lpn: string, 
/**
 * Print number; 0 for an LPN label.
 */
print_number: number, 
/**
 * Picture of the label at 203 dpi as a PNG data address.
 */
png: string, 
/**
 * Not printed yet.
 */
pending: boolean, 
/**
 * Not printed yet, and the printer does not print: the bench goes on without it.
 */
stuck: boolean, };

export type LadderStep = { 
/**
 * The grade that the rung asks about.
 */
grade: Grade, 
/**
 * How far.
 */
state: StepState, };

export type LaneView = { 
/**
 * `events`, `thumbnails` or `photos`.
 */
lane: string, 
/**
 * How many wait.
 */
waiting: number, 
/**
 * Since when the oldest waits (RFC 3339).
 */
oldest: string | null, 
/**
 * How many are confirmed.
 */
sent: number, };

export type LensVerdict = { 
/**
 * Which.
 */
what: 'sharpness' | 'exposure' | 'glare' | 'evenness', 
/**
 * Fine, or not; none where the picture does not tell.
 */
fine: boolean | null, };

export type LineState = "online" | "offline" | "refused" | "none";

export type MakerView = { 
/**
 * The maker.
 */
maker: string, 
/**
 * Models that it holds for, as their maker names them.
 */
models: string, 
/**
 * One after the other.
 */
steps: Array<SetUpStep>, };

export type MatView = { 
/**
 * When it was taken (RFC 3339).
 */
taken: string, 
/**
 * Nothing lies on it now.
 */
empty_now: boolean, };

export type Match = "MATCHED" | "UNMATCHED" | "MATCHED_LATER";

export type MatchView = { 
/**
 * The RMA.
 */
rma: string, 
/**
 * Its line; none: the RMA does not expect this product.
 */
line: string | null, 
/**
 * The product's title.
 */
title: string, 
/**
 * Why it may be this one: `match-serial`, `match-tracking`, `match-order`, `match-product`.
 */
because: Say, };

export type NextBestView = { 
/**
 * Which.
 */
disposition: Disposition | null, 
/**
 * How much less it recovers, formatted.
 */
less_by: string | null, 
/**
 * The gate row that forbids it.
 */
forbidden_by: string | null, };

export type NoteView = { 
/**
 * When (RFC 3339).
 */
at: string, 
/**
 * Who (initials).
 */
operator: string, 
/**
 * The words; none: they lie at another bench, or were purged.
 */
text: string | null, };

export type Notice = { "notice": "screen", "body": Screen } | { "notice": "status", "body": StatusBar } | { "notice": "sound", "body": Cue } | { "notice": "outlines", "body": Array<Outline> } | { "notice": "rooms-changed" };

export type OpenUnit = { 
/**
 * The unit.
 */
head: UnitHead, 
/**
 * Where it stands: its stage's code.
 */
stage: UnitStage, 
/**
 * Its value.
 */
clock: ClockView | null, 
/**
 * Lost per hour in hundredths of a minor unit, weighted by the customer's tier: the order.
 */
centicents_per_hour: number, 
/**
 * Since when it waits (RFC 3339).
 */
since: string, };

export type OperatorView = { 
/**
 * Initials.
 */
initials: string, 
/**
 * What they may do.
 */
role: Role, };

export type Outline = { 
/**
 * Corners, each x and y from 0 to 1 of the frame's width and height.
 */
corners: [[number, number], [number, number], [number, number], [number, number]], 
/**
 * What it reads.
 */
text: string, 
/**
 * Whether it fits what the bench expects.
 */
fits: boolean, };

export type OverrideReason = "NOT_ASKED" | "BETTER_THAN_COMPUTED" | "WORSE_THAN_COMPUTED" | "ANSWERED_WRONG" | "OTHER";

export type PackView = { 
/**
 * Its path.
 */
path: string, 
/**
 * Events in it.
 */
events: number, 
/**
 * Photos in it.
 */
photos: number, 
/**
 * SHA-256 of the file.
 */
sha256: string, };

export type ParcelLineView = { 
/**
 * Product title.
 */
title: string, 
/**
 * Its SKU.
 */
sku: string, 
/**
 * RMA number.
 */
rma: string, 
/**
 * Units expected.
 */
expected: number, 
/**
 * Units received so far.
 */
received: number, };

export type ParcelView = { 
/**
 * Tracking number, if it has one.
 */
tracking: string | null, 
/**
 * RMAs in it.
 */
rmas: Array<string>, 
/**
 * What should be in it.
 */
lines: Array<ParcelLineView>, };

export type PhotoSlot = { 
/**
 * Role key from the checklist, such as `SERIAL_PLATE`.
 */
role: string, 
/**
 * Its name, from the checklist.
 */
texts: { [key in string]: string }, 
/**
 * Its state.
 */
state: PhotoSlotState, 
/**
 * SHA-256 of the JPEG, hex, where taken: fetch it by that name.
 */
sha256: string | null, };

export type PhotoSlotState = "taken" | "needed" | "skipped" | "spare";

export type PortView = { 
/**
 * Its path now.
 */
path: string, 
/**
 * What the device calls itself.
 */
name: string | null, 
/**
 * `USB 05e0:1701 S123 @1-2`.
 */
usb: string | null, 
/**
 * The scanner or scale of this bench that it is.
 */
device: string | null, 
/**
 * Another one is plugged in that only its socket tells from this one.
 */
twin: boolean, };

export type Preference = "REFUND" | "STORE_CREDIT" | "EXCHANGE" | "REPAIR" | "RETURN_TO_ME" | "DONATE" | "RECYCLE" | "NONE";

export type PreferenceOutcome = "HONOURED" | "FORBIDDEN" | "NOT_OFFERED" | "TOO_DEAR" | "SET_ASIDE" | "UNDECIDED" | "NO_PREFERENCE";

export type PreferenceView = { 
/**
 * What the customer would like.
 */
asked: Preference, 
/**
 * What became of it.
 */
outcome: PreferenceOutcome, 
/**
 * The sentence for the customer, where it is not honoured.
 */
say: Say | null, 
/**
 * The policy's own sentence for it, by language.
 */
texts: { [key in string]: string } | null, };

export type QrView = { 
/**
 * Modules a side, quiet zone not included.
 */
size: number, 
/**
 * SVG path data in module units.
 */
path: string, };

export type RawChunk = { 
/**
 * Counts up.
 */
number: number, 
/**
 * Silence before it, in milliseconds.
 */
gap_ms: number, 
/**
 * The bytes.
 */
bytes: Array<number>, 
/**
 * Bytes that came with them and were not kept.
 */
skipped: number, 
/**
 * Sent by the station.
 */
sent: boolean, };

export type ReadingView = { 
/**
 * Names it when it is to be forgotten.
 */
id: string, 
/**
 * The symbology, where the scanner tells it.
 */
symbology: string | null, 
/**
 * Characters.
 */
length: number, 
/**
 * What it may be.
 */
readings: Array<Say>, 
/**
 * What it is taken for without asking.
 */
chosen: Say, };

export type Reason = "CHANGED_MIND" | "ORDERED_WRONG" | "WRONG_ITEM" | "NOT_AS_DESCRIBED" | "TOO_SMALL" | "TOO_LARGE" | "COLOUR" | "STYLE" | "DEFECTIVE" | "DAMAGED_TRANSIT" | "DAMAGED" | "MISSING_PARTS" | "RECALL" | "EXPIRED" | "ARRIVED_LATE" | "WARRANTY_REPAIR" | "END_OF_LIFE" | "UNDELIVERABLE" | "GIFT" | "UNKNOWN";

export type RecentUnit = { 
/**
 * Head.
 */
head: UnitHead, 
/**
 * Grade, once there is one.
 */
grade: Grade | null, 
/**
 * Disposition, once there is one.
 */
disposition: Disposition | null, 
/**
 * When something last happened to it (RFC 3339).
 */
at: string, };

export type Reply = { "reply": "screen", "body": Screen } | { "reply": "review-queue", "body": ReviewQueue } | { "reply": "review-unit", "body": ReviewDetail } | { "reply": "matches", "body": Array<MatchView> } | { "reply": "blind", "body": BlindView } | { "reply": "explained", "body": ExplainedView } | { "reply": "pack", "body": PackView } | { "reply": "containers", "body": Array<ContainerView> } | { "reply": "container", "body": ContainerDetail } | { "reply": "insight", "body": InsightView } | { "reply": "open-units", "body": Array<OpenUnit> } | { "reply": "found", "body": Array<FoundUnit> } | { "reply": "sync", "body": SyncView } | { "reply": "readings", "body": Array<ReadingView> } | { "reply": "devices", "body": DevicesView } | { "reply": "camera-check", "body": CameraCheck | null } | { "reply": "scale", "body": ScaleView | null } | { "reply": "scanner-raw", "body": Array<RawChunk> } | { "reply": "test-code", "body": TestCode } | { "reply": "scanner-codes", "body": Array<MakerView> };

export type Request = { "ask": "screen" } | { "ask": "scan", 
/**
 * The code's content, without Enter.
 */
text: string, } | { "ask": "press", 
/**
 * The word.
 */
command: string, } | { "ask": "acknowledge" } | { "ask": "review-queue" } | { "ask": "review-unit", 
/**
 * Which.
 */
unit: UnitId, } | { "ask": "review-decide", 
/**
 * Which unit.
 */
unit: UnitId, 
/**
 * Approved, changed or sent back.
 */
outcome: ReviewOutcome, 
/**
 * With CHANGED: the grade it should have.
 */
grade: Grade | null, 
/**
 * With CHANGED: where it should go.
 */
disposition: Disposition | null, 
/**
 * With CHANGED and SENT_BACK: why.
 */
reason: OverrideReason | null, 
/**
 * What the shop answers to the customer's reason, if said.
 */
seller_response: SellerResponse | null, 
/**
 * With CHANGED: what the customer gets.
 */
settlement: Settlement | null, 
/**
 * Whether the claim is accepted, if said.
 */
acceptance: Acceptance | null, 
/**
 * The newest event that the reviewer saw ([`ReviewDetail::seen`]); refused with `unit-changed` where
 * another has come since.
 */
seen: EventId | null, } | { "ask": "override-disposition", 
/**
 * Which unit.
 */
unit: UnitId, 
/**
 * Where it should go.
 */
disposition: Disposition, 
/**
 * Why.
 */
reason: OverrideReason, } | { "ask": "answer-claim", 
/**
 * Which unit.
 */
unit: UnitId, 
/**
 * Accepted, rejected, or to be looked into.
 */
acceptance: Acceptance, 
/**
 * The answer's code.
 */
response: SellerResponse | null, } | { "ask": "settle-contest", 
/**
 * Which unit.
 */
unit: UnitId, 
/**
 * The decision that stands.
 */
stands: EventId, } | { "ask": "dispose-provisionally", 
/**
 * Which unit.
 */
unit: UnitId, } | { "ask": "note", 
/**
 * Which unit.
 */
unit: UnitId, 
/**
 * The words, at most 2000 characters.
 */
text: string, } | { "ask": "void-unit", 
/**
 * Which unit.
 */
unit: UnitId, 
/**
 * Why.
 */
reason: VoidReason, } | { "ask": "amend-unit", 
/**
 * Which unit.
 */
unit: UnitId, 
/**
 * Finding added or removed, or none.
 */
finding: Finding | null, 
/**
 * The finding was a mistake.
 */
remove: boolean, 
/**
 * The serial as it really is.
 */
serial: string | null, } | { "ask": "finish-task", 
/**
 * Which unit.
 */
unit: UnitId, 
/**
 * Which task.
 */
task: Task, } | { "ask": "swap-labels", 
/**
 * One.
 */
unit: UnitId, 
/**
 * The other's LPN as scanned or typed.
 */
other: string, } | { "ask": "matches-for", 
/**
 * Which unit.
 */
unit: UnitId, } | { "ask": "match-unit", 
/**
 * Which unit.
 */
unit: UnitId, 
/**
 * The RMA.
 */
rma: string, 
/**
 * Its line; without one the RMA does not expect the unit.
 */
line: string | null, } | { "ask": "blind-regrade", 
/**
 * Which unit.
 */
unit: UnitId, 
/**
 * Question and choice, in the order asked.
 */
answers: Array<[string, string]>, 
/**
 * Findings beside the questions.
 */
findings: Array<Finding>, 
/**
 * All is answered and looked through: record it.
 */
commit: boolean, } | { "ask": "explain-unit", 
/**
 * Which unit.
 */
unit: UnitId, } | { "ask": "evidence-pack", 
/**
 * Which unit.
 */
unit: UnitId, } | { "ask": "containers" } | { "ask": "container", 
/**
 * Which.
 */
container: ContainerId, } | { "ask": "close-container", 
/**
 * Which.
 */
container: ContainerId, } | { "ask": "ship-container", 
/**
 * Which.
 */
container: ContainerId, 
/**
 * The carrier's number of what it leaves in.
 */
tracking: string | null, } | { "ask": "print-contents", 
/**
 * Which.
 */
container: ContainerId, } | { "ask": "insight", 
/**
 * Which.
 */
insight: InsightName, 
/**
 * First day (`2026-11-01`); none: from the beginning.
 */
from: string | null, 
/**
 * Last day, included; none: until now.
 */
until: string | null, } | { "ask": "open-units" } | { "ask": "hold-unit", 
/**
 * Which unit.
 */
unit: UnitId, 
/**
 * Why.
 */
reason: HoldReason, } | { "ask": "release-unit", 
/**
 * Which unit.
 */
unit: UnitId, 
/**
 * Which hold.
 */
reason: HoldReason, } | { "ask": "find", 
/**
 * What to look for; at least two characters.
 */
query: string, } | { "ask": "sync" } | { "ask": "readings" } | { "ask": "forget-reading", 
/**
 * Which, by [`ReadingView::id`].
 */
id: string, } | { "ask": "sync-now" } | { "ask": "fetch-again" } | { "ask": "incident-seen", 
/**
 * Which, by [`IncidentView::id`](super::IncidentView::id).
 */
incident: number, } | { "ask": "devices" } | { "ask": "camera-check" } | { "ask": "scale" } | { "ask": "scale-adjust", 
/**
 * What it is told.
 */
order: ScaleOrder, } | { "ask": "scanner-path", 
/**
 * The device's id.
 */
device: string, 
/**
 * The tty path.
 */
path: string, } | { "ask": "scanner-save", 
/**
 * How.
 */
setup: ScannerSetup, 
/**
 * The present path of the listed port whose device it is from now on.
 */
bind: string | null, } | { "ask": "scanner-remove", 
/**
 * The device's id.
 */
device: string, } | { "ask": "scanner-raw", 
/**
 * The device's id.
 */
device: string, 
/**
 * Only what came after this number; 0 for all that is kept.
 */
after: number, } | { "ask": "test-code" } | { "ask": "scanner-codes" } | { "ask": "camera-save", 
/**
 * How.
 */
setup: CameraSetup, } | { "ask": "camera-remove" } | { "ask": "mat-take" } | { "ask": "mat-forget" } | { "ask": "scale-save", 
/**
 * How.
 */
setup: ScaleSetup, 
/**
 * The port at which it is plugged in now, to bind it by what it is; none: as the setup says.
 */
bind: string | null, } | { "ask": "scale-remove" };

export type ReviewCause = "GRADE_OVERRIDDEN" | "DISPOSITION_OVERRIDDEN" | "VALUE_OVER_LIMIT" | "FRAUD_SIGNAL" | "SERIAL_MISMATCH" | "PHOTO_SKIPPED" | "POLICY" | "SAMPLE";

export type ReviewDetail = { 
/**
 * The row.
 */
row: ReviewRow, 
/**
 * Stage of the unit.
 */
stage: UnitStage, 
/**
 * What the grader saw.
 */
findings: Array<Finding>, 
/**
 * Serial as scanned, and whether it is the shipped one.
 */
serial: string | null, 
/**
 * Serial as shipped.
 */
serial_shipped: string | null, 
/**
 * Price when new, formatted.
 */
price: string | null, 
/**
 * Photos.
 */
photos: Array<PhotoSlot>, 
/**
 * What the policy says.
 */
decision: DecisionView | null, 
/**
 * What happened, oldest first.
 */
history: Array<HistoryLine>, 
/**
 * Why the signed-in person may not decide this one.
 */
blocked: Say | null, 
/**
 * Dispositions the policy allows a reviewer to choose.
 */
allowed: Array<Disposition>, 
/**
 * The newest event about the unit, to be sent back with a decision.
 */
seen: EventId | null, 
/**
 * What does not fit.
 */
signals: Array<SignalView>, 
/**
 * Value now and loss.
 */
clock: ClockView | null, 
/**
 * Two decisions at odds.
 */
contest: ContestView | null, 
/**
 * The blind second inspection is done: both grades.
 */
blind: BlindResult | null, 
/**
 * A blind second inspection is asked for: grade and findings are not shown until it is done.
 */
blind_wanted: boolean, 
/**
 * Tasks for a person.
 */
tasks: Array<Task>, 
/**
 * The claim.
 */
acceptance: Acceptance, 
/**
 * What the shop answers so far.
 */
response: SellerResponse | null, 
/**
 * Whether its return line is known.
 */
matched: Match | null, 
/**
 * Function and looks, for electronics: `F4`, `C5`.
 */
function: FunctionGrade | null, 
/**
 * Looks.
 */
cosmetic: CosmeticGrade | null, 
/**
 * The policy's provisional disposition may be put in force now.
 */
provisional: Disposition | null, 
/**
 * What was written down about it, oldest first.
 */
notes: Array<NoteView>, };

export type ReviewOutcome = "APPROVED" | "CHANGED" | "SENT_BACK";

export type ReviewQueue = { 
/**
 * Rows.
 */
rows: Array<ReviewRow>, };

export type ReviewRow = { 
/**
 * Head.
 */
head: UnitHead, 
/**
 * Grade so far.
 */
grade: Grade | null, 
/**
 * Proposed disposition.
 */
disposition: Disposition | null, 
/**
 * Why it waits; empty for a plain hold.
 */
causes: Array<ReviewCause>, 
/**
 * Bench that graded it.
 */
station: string, 
/**
 * Grader's initials.
 */
grader: string, 
/**
 * Since when it waits (RFC 3339).
 */
since: string, 
/**
 * Minor units of currency lost per hour, in hundredths.
 */
centicents_per_hour: number, 
/**
 * What a person has to do about it, most pressing first.
 */
waits_for: Array<WaitsFor>, };

export type Role = "GRADER" | "TECHNICIAN" | "SUPERVISOR" | "HEAD_OFFICE";

export type Saved = "here" | "sent";

export type Say = { 
/**
 * Stable, kebab-case.
 */
code: string, 
/**
 * What the words need; codes among them (grade, disposition …) are turned into words by the UI.
 */
args: { [key in string]: string }, };

export type ScaleOrder = "zero" | "tare" | "clear-tare";

export type ScaleSetup = { 
/**
 * A typed path; empty where it is bound by what it is.
 */
path: string, 
/**
 * What it is, or the adapter that it is plugged into.
 */
usb?: UsbView, 
/**
 * The language that it speaks.
 */
protocol: 'mt-sics' | 'nci', 
/**
 * Bits per second.
 */
baud: number, 
/**
 * Data bits.
 */
data_bits: 'seven' | 'eight', 
/**
 * Parity bit.
 */
parity: 'none' | 'even' | 'odd', 
/**
 * Stop bits.
 */
stop_bits: 'one' | 'two', 
/**
 * Flow control.
 */
flow: 'none' | 'hardware' | 'software', };

export type ScaleView = { 
/**
 * In words: `scale-stable`, `scale-moving`, `scale-over` …, with `shown` as on its display.
 */
say: Say, 
/**
 * Whole grams, where it is at rest.
 */
grams: number | null, 
/**
 * A tare is subtracted.
 */
net: boolean, };

export type ScanTest = { 
/**
 * When (RFC 3339).
 */
at: string, 
/**
 * What it says of the scanner.
 */
say: Say, };

export type ScannerSetup = { 
/**
 * Its name in the settings.
 */
id: string, 
/**
 * A typed path; empty where it is bound by what it is.
 */
path: string, 
/**
 * What it is.
 */
usb?: UsbView, 
/**
 * What goes over the line.
 */
protocol: 'plain' | 'ssi', 
/**
 * Bits per second.
 */
baud: number, 
/**
 * Data bits.
 */
data_bits: 'seven' | 'eight', 
/**
 * Parity bit.
 */
parity: 'none' | 'even' | 'odd', 
/**
 * Stop bits.
 */
stop_bits: 'one' | 'two', 
/**
 * Flow control.
 */
flow: 'none' | 'hardware' | 'software', 
/**
 * What ends a scan.
 */
suffix: SuffixView, 
/**
 * Bytes in front of every scan.
 */
prefix: Array<number>, 
/**
 * Longest scan in bytes.
 */
max_len: number, 
/**
 * The same again within this time counts once.
 */
duplicate_window_ms: number, 
/**
 * Characters beyond ASCII.
 */
encoding: 'utf-8' | 'iso-8859-1' | 'windows-1252' | 'shift-jis', 
/**
 * How a plain scanner is told what came of its scan.
 */
answer: 'none' | 'ack' | 'bell' | 'host-ack' | 'escape', };

export type Screen = { 
/**
 * Grows with every change, so that a late answer never overwrites a newer notice.
 */
revision: number, 
/**
 * Top line.
 */
status: StatusBar, 
/**
 * The result of the last thing that happened.
 */
band: Band, 
/**
 * The work.
 */
stage: Stage, 
/**
 * Right-hand strip; `None` where the stage has none (sign-in).
 */
camera: CameraStrip | null, 
/**
 * What is expected next.
 */
next: Say, 
/**
 * Undo, hold, help and what else the action bar offers, with why one is disabled.
 */
actions: Array<Action>, };

export type SellerResponse = "EW" | "FR" | "IN" | "IO" | "NR" | "QD" | "RR" | "RT" | "UI" | "PR" | "MI";

export type SetUpStep = { 
/**
 * What it does.
 */
does: 'usb-serial' | 'aim-identifiers', 
/**
 * The maker's own code, where its content is public.
 */
code: TestCode | null, 
/**
 * Where that content was published.
 */
source: string | null, 
/**
 * Where the maker's guide has the code: chapter and heading, in the guide's words.
 */
guide: string, };

export type Settlement = "REFUND" | "PARTIAL_REFUND" | "STORE_CREDIT" | "REPLACE" | "REPAIR" | "KEEP" | "NONE";

export type SignalKind = "SERIAL_MISMATCH" | "WEIGHT_MISMATCH" | "LABEL_COPIED" | "RMA_RECEIVED_ELSEWHERE" | "FREQUENT_EMPTY_BOX" | "SWAPPED_ITEM";

export type SignalView = { 
/**
 * Which.
 */
kind: SignalKind, 
/**
 * `signal-…` with what was compared.
 */
say: Say, };

export type Stage = { "stage": "sign-in", 
/**
 * Whose badge was scanned.
 */
operator: OperatorView | null, 
/**
 * PIN digits typed so far.
 */
digits: number, 
/**
 * Locked after wrong PINs, for so many seconds.
 */
locked_seconds: number | null, } | { "stage": "idle", 
/**
 * The shift in numbers.
 */
today: Counters, 
/**
 * The last units.
 */
recent: Array<RecentUnit>, 
/**
 * The open parcel.
 */
parcel: ParcelView | null, 
/**
 * Labels that wait for a printer.
 */
labels_pending: number, } | { "stage": "pick", 
/**
 * The question.
 */
ask: Say, 
/**
 * What was scanned, where that is the subject.
 */
code: string | null, 
/**
 * Unit, where one is on the bench.
 */
unit: UnitHead | null, 
/**
 * The choices.
 */
choices: Array<Choice>, } | { "stage": "stick-number", 
/**
 * The unit.
 */
unit: UnitHead, 
/**
 * The label.
 */
label: LabelView, } | { "stage": "question", 
/**
 * The unit.
 */
unit: UnitHead, 
/**
 * The question.
 */
texts: { [key in string]: string }, 
/**
 * How to find out.
 */
hint: { [key in string]: string } | null, 
/**
 * A picture that shows how: name of a file in `assets/checklists/pictures`, without its ending.
 */
picture: string | null, 
/**
 * Number from 1.
 */
number: number, 
/**
 * How many at most.
 */
of: number, 
/**
 * Rungs; empty during safety and identity questions.
 */
ladder: Array<LadderStep>, 
/**
 * Answers.
 */
choices: Array<Choice>, 
/**
 * Findings that can be added.
 */
chips: Array<FindingChip>, } | { "stage": "photos", 
/**
 * The unit.
 */
unit: UnitHead, 
/**
 * Skip, or try again.
 */
choices: Array<Choice>, } | { "stage": "decision", 
/**
 * The unit.
 */
unit: UnitHead, 
/**
 * Grade that counts.
 */
grade: Grade, 
/**
 * Grade as computed, where overridden.
 */
computed: Grade | null, 
/**
 * Findings.
 */
findings: Array<Finding>, 
/**
 * The decision; `None` while a review is pending without provisional disposition.
 */
decision: DecisionView | null, 
/**
 * Waits for a second person, and why.
 */
review: Say | null, 
/**
 * Print, change grade, hold.
 */
choices: Array<Choice>, } | { "stage": "stick-label", 
/**
 * The unit.
 */
unit: UnitHead, 
/**
 * Grade.
 */
grade: Grade, 
/**
 * The label.
 */
label: LabelView, 
/**
 * Container that should take it next, if one is open.
 */
container: string | null, } | { "stage": "stow", 
/**
 * The unit.
 */
unit: UnitHead, 
/**
 * Grade.
 */
grade: Grade, 
/**
 * Disposition.
 */
disposition: Disposition, 
/**
 * Container that should take it, if one is open.
 */
container: string | null, } | { "stage": "arrivals", 
/**
 * The last ones, newest first.
 */
arrived: Array<ArrivedParcel>, 
/**
 * Arrived today.
 */
today: number, 
/**
 * Arrived and not emptied yet, over all days.
 */
waiting: number, } | { "stage": "work", 
/**
 * The unit.
 */
unit: UnitHead, 
/**
 * What is found wrong with it.
 */
findings: Array<Finding>, 
/**
 * What can be done.
 */
work: WorkView, } | { "stage": "container", 
/**
 * What is in it.
 */
container: ContainerDetail, 
/**
 * Close, ship, print its contents, leave it.
 */
choices: Array<Choice>, } | { "stage": "held", 
/**
 * The unit.
 */
unit: UnitHead, 
/**
 * What the person at the bench can still do: a note, a photo, put it on a shelf.
 */
choices: Array<Choice>, };

export type StatusBar = { 
/**
 * Name of depot and bench, such as `LEJ2-B04`.
 */
station: string, 
/**
 * Who is signed in.
 */
operator: OperatorView | null, 
/**
 * The line to head office.
 */
line: LineState, 
/**
 * Since when the line is as it is (RFC 3339).
 */
line_since: string | null, 
/**
 * Events not sent yet.
 */
unsent: number, 
/**
 * When head office last confirmed something (RFC 3339).
 */
last_sent: string | null, 
/**
 * When the oldest unsent event was recorded (RFC 3339).
 */
oldest_unsent: string | null, 
/**
 * The policy's number.
 */
policy: string | null, 
/**
 * Devices, worst first.
 */
devices: Array<DeviceView>, 
/**
 * Free part of the data folder's disk in percent.
 */
disk_free_percent: number | null, 
/**
 * Things that happened to the records and that nobody has seen yet.
 */
incidents: number, 
/**
 * Units in the review queue.
 */
reviews_waiting: number, 
/**
 * The station's clock (RFC 3339).
 */
now: string, 
/**
 * Set where some devices are simulated (training, demo).
 */
simulated: boolean, };

export type StepState = "done" | "now" | "to-come";

export type SuffixView = { 
/**
 * Which.
 */
kind: 'cr' | 'lf' | 'cr-lf' | 'stx-etx' | 'none', 
/**
 * With `none`: milliseconds of silence.
 */
gap_ms?: number, };

export type SyncLine = { 
/**
 * `rmas`, `documents`, `catalogue`, `operators`, `units`.
 */
feed: string, 
/**
 * When it was last known to be current (RFC 3339).
 */
current_at: string | null, 
/**
 * Items held.
 */
items: number, };

export type SyncView = { 
/**
 * Its state.
 */
line: LineState, 
/**
 * Since when (RFC 3339).
 */
since: string | null, 
/**
 * Address.
 */
head_office: string | null, 
/**
 * Why the last try failed.
 */
trouble: Say | null, 
/**
 * When it is tried again (RFC 3339).
 */
next_try: string | null, 
/**
 * Events, thumbnails, photos.
 */
lanes: Array<LaneView>, 
/**
 * What came down: feed name and when it was last current.
 */
feeds: Array<SyncLine>, 
/**
 * Things that a person must look at.
 */
refused: Array<Say>, 
/**
 * What happened to the records and nobody has seen yet, newest first.
 */
incidents: Array<IncidentView>, 
/**
 * How the records are kept: room on the disk, witness, backup, key.
 */
kept: Array<KeptView>, };

export type Task = "MATCHED_AFTER_STAGING" | "DECIDED_AFTER_FACT";

export type TestCode = { 
/**
 * Its content, for people.
 */
text: string, 
/**
 * The bars as an SVG path, one unit a module.
 */
svg_path: string, 
/**
 * Width in modules, quiet zones included.
 */
width: number, 
/**
 * Height in the same unit.
 */
height: number, };

export type Tone = "ready" | "accepted" | "warning" | "rejected" | "supervisor" | "locked";

export type UnitHead = { 
/**
 * Its id.
 */
unit: UnitId, 
/**
 * Its LPN, shown 5-5-2.
 */
lpn: string | null, 
/**
 * Product title or, for an unknown item, empty.
 */
title: string, 
/**
 * Stock keeping unit, if known.
 */
sku: string | null, 
/**
 * RMA number, if known.
 */
rma: string | null, 
/**
 * Whose goods.
 */
owner: string | null, 
/**
 * What the customer said.
 */
reason: Reason | null, 
/**
 * What the customer would like.
 */
preference: Preference | null, 
/**
 * Holds on it.
 */
holds: Array<HoldReason>, 
/**
 * Whether all about it is sent.
 */
saved: Saved, };

export type UnitId = string;

export type UnitStage = "RECEIVED" | "INSPECTING" | "GRADED" | "DISPOSITIONED" | "STAGED" | "CLOSED" | "VOIDED";

export type UsbView = { 
/**
 * Vendor.
 */
vendor: number, 
/**
 * Product.
 */
product: number, 
/**
 * Serial number.
 */
serial?: string, 
/**
 * The physical socket, where only that tells it from another.
 */
socket?: string, 
/**
 * Interface of a device with several ports.
 */
interface?: number, };

export type VoidReason = "NEVER_THERE" | "RECEIVED_TWICE" | "TRAINING";

export type WaitsFor = "contest" | "blind" | "review" | "hold" | "match" | "task";

export type WorkView = { 
/**
 * Since when it is worked on (RFC 3339); none: not begun.
 */
since: string | null, 
/**
 * Kinds of work, or results, to choose.
 */
choices: Array<Choice>, };
