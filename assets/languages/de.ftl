# English: every word of the screen and of the labels. One message per thing; en.ftl is complete, the other
# languages have the same messages, attributes and variables (a test compares them).

language-name = English

## Vocabulary (domain.md). The stored code is the end of the message's name.

grade-N = N
grade-A = A
grade-B = B
grade-C = C
grade-D = D
grade-X = X
grade-meaning-N = sealed, new
grade-meaning-A = opened, as new, complete
grade-meaning-B = light marks, works
grade-meaning-C = marked, or needs work
grade-meaning-D = not working, for parts
grade-meaning-X = wrong, missing or junk

disposition-RESTOCK = Restock
disposition-RESTOCK_B = Restock as B
disposition-REFURBISH = Refurbish
disposition-REPAIR = Repair
disposition-WARRANTY_SERVICE = Warranty service
disposition-RTV = Return to vendor
disposition-LIQUIDATE = Liquidate
disposition-HARVEST_PARTS = Harvest parts
disposition-DONATE = Donate
disposition-RECYCLE = Recycle
disposition-DESTROY = Destroy
disposition-QUARANTINE = Quarantine
disposition-SHIP_BACK = Ship back
disposition-MISSING = Missing

settlement-REFUND = Refund
settlement-PARTIAL_REFUND = Partial refund
settlement-STORE_CREDIT = Store credit
settlement-REPLACE = Replacement
settlement-REPAIR = Repair
settlement-KEEP = Customer keeps it
settlement-NONE = No settlement

finding-PRODUCT_MISMATCH = Other product
finding-OTHER_BRAND = Other brand
finding-COLOUR_MISMATCH = Other colour
finding-SIZE_MISMATCH = Other size
finding-SERIAL_MISMATCH = Other serial
finding-PAIR_MISMATCH = Not a pair
finding-PART_MISSING = Part missing
finding-TAG_MISSING = Tag missing
finding-WARRANTY_CARD_MISSING = Warranty card missing
finding-EMPTY_BOX = Empty box
finding-FOREIGN_OBJECT = Foreign object
finding-UNDECLARED = Not expected
finding-MIXED_CARTON = Mixed carton
finding-QTY_OVER = Too many
finding-QTY_UNDER = Too few
finding-COUNTERFEIT_SUSPECT = Maybe counterfeit
finding-WEIGHT_MISMATCH = Weight differs
finding-USED = Worn
finding-STAIN = Stained
finding-ODOUR = Smells
finding-SCRATCHED = Scratched
finding-CRACKED = Cracked
finding-LIQUID = Liquid damage
finding-SOLE_DIRTY = Sole dirty
finding-PACKAGING_DAMAGE = Packaging damaged
finding-SEAL_BROKEN = Seal broken
finding-NOT_POWERING_ON = Does not power on
finding-ACCOUNT_LOCKED = Account locked
finding-DATA_PRESENT = Data on it
finding-BATTERY_SWOLLEN = Battery swollen
finding-EXPIRED = Expired
finding-RECALLED = Recalled
finding-CARRIER_DAMAGE = Damaged in transit
finding-NO_FAULT_FOUND = No fault found

reason-CHANGED_MIND = Changed mind
reason-ORDERED_WRONG = Ordered wrong
reason-WRONG_ITEM = Wrong item sent
reason-NOT_AS_DESCRIBED = Not as described
reason-TOO_SMALL = Too small
reason-TOO_LARGE = Too large
reason-COLOUR = Colour
reason-STYLE = Style
reason-DEFECTIVE = Defective
reason-DAMAGED_TRANSIT = Damaged in transit
reason-DAMAGED = Damaged
reason-MISSING_PARTS = Parts missing
reason-RECALL = Recall
reason-EXPIRED = Expired
reason-ARRIVED_LATE = Arrived late
reason-WARRANTY_REPAIR = Warranty repair
reason-END_OF_LIFE = End of life
reason-UNDELIVERABLE = Undeliverable
reason-GIFT = Gift
reason-UNKNOWN = Not said

preference-REFUND = Refund
preference-STORE_CREDIT = Store credit
preference-EXCHANGE = Exchange
preference-REPAIR = Repair
preference-RETURN_TO_ME = Wants it back
preference-DONATE = Donate it
preference-RECYCLE = Recycle it
preference-NONE = Nothing said

hold-HAZMAT = Dangerous goods
hold-BATTERY = Battery
hold-RECALL = Recall
hold-FRAUD = Fraud signal
hold-UNKNOWN_ITEM = Unknown item
hold-DATA = Data on it
hold-HYGIENE = Hygiene
hold-SUPERVISOR = For a supervisor

cause-GRADE_OVERRIDDEN = Grade changed by hand
cause-DISPOSITION_OVERRIDDEN = Disposition changed by hand
cause-VALUE_OVER_LIMIT = Value over limit
cause-FRAUD_SIGNAL = Fraud signal
cause-SERIAL_MISMATCH = Serial mismatch
cause-PHOTO_SKIPPED = Photo skipped
cause-POLICY = Policy says so
cause-SAMPLE = Blind second grade

outcome-APPROVED = Approved
outcome-CHANGED = Changed
outcome-SENT_BACK = Sent back

response-EW = Excessive wear
response-FR = Freight damage
response-IN = No fault found
response-IO = Item as ordered
response-NR = No record of sale
response-QD = Quantity difference
response-RR = Repair
response-RT = Past time limit
response-UI = Cannot be identified
response-PR = Picture requested
response-MI = More information needed

role-GRADER = Grader
role-SUPERVISOR = Supervisor
role-TECHNICIAN = Technician
role-HEAD_OFFICE = Head office

stage-RECEIVED = Received
stage-INSPECTING = Being inspected
stage-GRADED = Graded
stage-DISPOSITIONED = Decided
stage-STAGED = In a container
stage-CLOSED = Closed
stage-VOIDED = Voided

intake-RMA = On an RMA
intake-BLIND = No RMA found
intake-RTS = Returned to sender
intake-UNEXPECTED_ITEM = Not expected
intake-BULK = Bulk
intake-IMPORT = Imported

cycle-COMMERCIAL = Unwanted
cycle-SERVICE = Service
cycle-END_OF_LIFE = Take-back

skip-CAMERA = Camera does not work
skip-NOT_POSSIBLE = Cannot be photographed
skip-REFUSED = Not wanted

device-scanner = Scanner
device-camera = Camera
device-printer = Printer
device-scale = Scale
device-keyboard = Keyboard

feed-rmas = RMAs
feed-documents = Policy and checklists
feed-catalogue = Catalogue
feed-operators = Operators
feed-units = Other benches
feed-label-claims = Label claims

lane-events = Records
lane-events-note = sent first
lane-thumbnails = Small pictures
lane-thumbnails-note = sent second
lane-photos = Photos
lane-photos-note = sent last

## Commands: what a button or a code of the printed sheet does.

command-YES = Yes
command-NO = No
command-NEXT = Go on
command-UNDO = Undo
command-HOLD = Hold
command-HELP = Help
command-PHOTO = Take a photo
command-SKIP-PHOTO = Skip the photo
command-REPRINT = Print it again
command-OVERRIDE = Change grade
command-MORE = More…
command-ENTER = Enter
command-CANCEL = Cancel
command-BLIND = No RMA found
command-NO-LABEL = No label
command-EMPTY-BOX = Empty box
command-PARCEL-DONE = Parcel is empty
command-TAKE-OUT = Take out
command-CLOSE = Close container
command-LOG-OFF = Log off
command-GRADE-N = Grade N
command-GRADE-A = Grade A
command-GRADE-B = Grade B
command-GRADE-C = Grade C
command-GRADE-D = Grade D
command-GRADE-X = Grade X

## Numbers, ages, places.

age-seconds = { $n } s
age-minutes = { $n } min
age-hours = { $n } h
age-days = { $n } d
age-ago = { $age } ago
saved-here = Saved here
saved-sent = Sent
list-and = { $list } and { $last }
list-or = { $list } or { $last }
nothing = –

## Status bar and rooms.

status-label = Station state
status-nobody = Nobody signed in
status-online = Online
status-offline = Offline { $age }
status-offline-now = Offline
status-refused = Line refused
status-none = No head office
status-unsent = { $count } not sent
status-unsent-none = All sent
status-last-sent = last sent { $time }, { $age } ago
status-oldest = oldest { $age }
status-policy = Policy { $policy }
status-no-policy = No policy
status-disk = Disk { $percent } % free
status-reviews = { $count } to review
status-simulated = Training: simulated devices
rooms-label = Rooms
room-bench = Bench
room-review = Review
room-find = Find
room-sync = Sync
room-devices = Devices
room-settings = Settings
room-help = Help
room-devices-trouble = { $count ->
    [one] 1 in trouble
   *[other] { $count } in trouble
}
room-sync-refused = { $count } refused
back-to-bench = Back to the bench

## Bench.

bench-next = Next
bench-do-now = Do this now
bench-acknowledge = Read
bench-type-code = Type a code
bench-type-label = Code, then Enter
bench-type-send = Take it
bench-question-of = Question { $number } of { $of }. Next
bench-band-label = Result of the last scan
bench-expected = Expected
bench-scanned = Scanned
bench-shipped = Shipped
bench-on-unit = On this unit
bench-code-of = Code { $code }
bench-suggested = suggested
bench-loading = Starting
bench-disabled-because = Not now: { $why }

signin-badge = Scan your badge
signin-badge-help = Hold the badge under the scanner or the camera. F2 types its number.
signin-pin = Enter your PIN
signin-pin-help = Type it here or on the keyboard. It is never shown.
signin-digits = { $count ->
    [one] 1 digit entered
   *[other] { $count } digits entered
}
signin-locked = Locked for { $seconds } s
signin-locked-help = Too many wrong PINs. Wait, or ask your supervisor.
signin-clear = Clear
signin-enter = Enter
signin-not = Not { $initials }
signin-language = Language

idle-title = Scan what has arrived
idle-help = Return label, tracking number, product or unit label.
idle-help-offline = Keep working. Everything is saved here and goes up by itself when the line is back.
idle-parcel-title = Scan the next item
idle-parcel-help = Scan an item from this parcel, or say that it is empty.
idle-received = units today
idle-decided = decided
idle-staged = put away
idle-waiting = held or in review
idle-recent = Last units
idle-parcel = Parcel { $tracking }
idle-parcel-no-number = Parcel without a number
idle-parcel-rmas = RMA { $rmas }
idle-parcel-count = { $received } of { $expected } here
idle-line-here = Here
idle-line-part = { $received } of { $expected }
idle-line-not-yet = Not yet
idle-labels-pending = { $count ->
    [one] 1 label waits for a printer
   *[other] { $count } labels wait for a printer
}
idle-nothing-yet = No unit yet in this shift.

pick-scanned = Scanned
pick-subject = It is about
number-title = Stick this number on, then scan it
number-help = The scan proves that this number is on this unit.
label-title = Stick it on, then scan it
label-help = The scan proves that this label is on this unit.
label-pending-title = The label waits for a printer
label-pending-help = Write { $lpn } on the unit, or print again when the printer works.
label-picture = Label { $lpn }
label-expected = Expected
label-after-container = After that, container
label-after-any = After that
label-scan-any-container = scan a container or a shelf
label-grade-place = Grade, place
step-printed = Printed
step-print-pending = Waits for a printer
step-stick = Stick and scan
step-stow = Scan the container
step-done = Done
stow-title = Put it away
stow-help-container = Put it into { $container } and scan the container.
stow-help-any = Scan the container or the shelf that takes it.
stow-into = Goes into
stow-any = any open container for { $disposition }
photos-title = { $count ->
    [one] 1 photo is needed
   *[other] { $count } photos are needed
}
photos-help = Put the unit under the camera and press F4.
question-also = Also seen
question-marked = { $count ->
    [0] Mark what you see. It does not end the questions.
    [one] 1 marked. It does not end the questions.
   *[other] { $count } marked. They do not end the questions.
}
question-more = More…
question-ladder = Worst first: this question decides grade { $grade }
decision-grade = Grade { $grade }: { $meaning }.
decision-computed = Computed as { $computed }, changed by hand.
decision-row = Why: row { $row } of policy { $policy }
decision-recovers = Recovers about { $amount }
decision-next-best = Next best
decision-less = { $disposition }, { $amount } less
decision-none = none
decision-forbidden = none: row { $row } forbids it
decision-proposed = Proposed: { $settlement }
decision-settles = Head office settles it, not this bench.
decision-findings = Found
decision-no-findings = nothing
decision-waiting = Waits for a second person
decision-review-title = Waits for a review
held-title = Stop. This unit is held
held-help = A supervisor releases it. Notes and photos can still be added.
held-reasons = Held for
fact-sku = SKU
fact-rma = RMA
fact-owner = Owner
fact-customer-said = Customer said
fact-customer-wants = Customer wants

camera-looking = Camera is looking
camera-looking-help = No code in view. Put the label under the camera, or scan it.
camera-code-found = Code in view
camera-lost = No picture from the camera
camera-lost-help = Scan with the scanner. Photos can be skipped.
camera-none = No camera
camera-none-help = None is set up. Photos can be skipped.
camera-picture = Live picture of the bench
camera-codes = { $count ->
    [one] 1 code in view
   *[other] { $count } codes in view
}
photos-none = Photos
photos-progress = Photos: { $taken } of { $needed } needed
photos-kept = Photos: { $taken } kept
photo-taken = taken
photo-needed = needed
photo-skipped = skipped
photo-spare = spare

## Review room.

review-waiting = Waiting { $count }
review-sorted = Sorted by value lost per hour
review-empty = Nothing waits for a review.
review-empty-help = Units come here when a grade was changed by hand, when a value is over the limit, or when the policy says so.
review-cents = Cents/h
review-unit = Unit
review-grade = Grade
review-why = Why it is here
review-waits = Waits
review-held = Held
review-move = next, previous
review-enlarge = enlarge
review-photo-of = Photo { $n } of { $of }: { $name }
review-no-photos = No photo was kept.
review-said = Said against seen
review-saw = Grader saw
review-serial = Serial
review-serial-same = { $serial }, as shipped
review-serial-other = { $serial }, shipped was { $shipped }
review-proposed = Proposed
review-row = Policy row
review-row-of = { $policy } row { $row }
review-happened = What happened
review-graded-by = Graded by { $grader }. You are { $you }, so you may decide.
review-approve = Approve: { $disposition }
review-approve-plain = Approve
review-change = Change
review-send-back = Send back
review-hold = Hold
review-release = Release: { $hold }
review-change-title = Which grade, and where should it go?
review-change-grade = Grade
review-change-disposition = Disposition
review-change-response = Answer to the customer's reason
review-change-no-response = none
review-change-do = Change it
review-change-keep = Keep as it is
review-hold-title = Hold it for what?
review-new = { $price } new
review-recovers = { $price } new, recovers { $amount }
review-head-line = RMA { $rma }
review-owner = Owner { $owner }
review-decided = Decided: { $outcome }. Saved here.

## Find room.

find-label = Unit number, RMA, serial, product or tracking number
find-do = Find
find-short = Type at least two characters.
find-none = Nothing found here for “{ $query }”. Another bench may have it.
find-start = Searches the units that this station knows.
find-count = { $count ->
    [one] 1 unit
   *[other] { $count } units
}
find-where = Place
find-at-bench = At the bench

## Sync room.

sync-all-sent = Everything is sent.
sync-waiting = { $count ->
    [one] 1 record is saved here and not sent yet.
   *[other] { $count } records are saved here and not sent yet.
}
sync-line-online = The line is up. What waits goes up by itself.
sync-line-offline = No line since { $since }. Keep working: everything is saved here.
sync-line-offline-unknown = No line. Keep working: everything is saved here.
sync-line-refused = Something answers, but not as our head office. A technician must look.
sync-line-none = No head office is set up. Everything stays saved here.
sync-lane = Lane
sync-lane-waiting = Saved here
sync-lane-oldest = Oldest
sync-lane-sent = Sent
sync-feeds = Came down from head office
sync-feed-items = { $count ->
    [one] 1 item
   *[other] { $count } items
}
sync-feed-never = never
sync-refused = Refused
sync-head-office = Head office
sync-address = Address
sync-since = Since
sync-next-try = Next try
sync-last-sent = Last signed for
sync-try = Try now
sync-try-help = also asks head office what it holds
sync-nothing-deleted = Nothing on this page deletes a record.

## Devices room.

devices-none = No device is set up.
devices-bound = Place
devices-last = Last heard
devices-simulated = Simulated
devices-path = Path of the scanner's line
devices-path-use = Use this path
devices-ports = Seen on this computer
devices-no-ports = No serial line seen. A path can be typed.

## Settings room.

settings-language = Language
settings-theme = Theme
settings-theme-light = Light
settings-theme-dark = Dark
settings-theme-contrast = High contrast
settings-volume = Volume of sounds
settings-volume-off = off
settings-test = Test
settings-cue-accepted = Accepted
settings-cue-warning = Warning
settings-cue-rejected = Rejected
settings-cue-supervisor = Needs supervisor
settings-kept = Kept on this computer.

## Help. True to what exists.

help-title = Help
help-walk = How a return goes
help-walk-1 = Scan what arrived: return label, tracking number, product or unit label.
help-walk-2 = Stick the unit's number on it and scan it back.
help-walk-3 = Answer one question after the other. Mark what else you see.
help-walk-4 = Take the photos that are asked for with F4.
help-walk-5 = The station grades and decides. Enter prints the label.
help-walk-6 = Stick the label on, scan it, then scan the container or the shelf.
help-band = What the band says
help-band-ok = Light green, disc: taken. Go on.
help-band-warn = Yellow, triangle: taken, but look.
help-band-stop = Dark, square: not taken. Do what the bench says, or press Esc when you have read it.
help-band-ask = Dark blue, octagon: a supervisor is needed.
help-keys = Keys
help-key-answer = answer, choose
help-key-go = go on, print
help-key-type = type a code
help-key-photo = photo
help-key-reprint = print again
help-key-grade = change grade
help-key-close = close container
help-key-hold = hold
help-key-undo = undo
help-key-help = this page
help-key-logoff = log off
help-key-rooms = rooms
help-key-esc = step back, or error read
help-saved = Saved here, sent
help-saved-here = Saved here: it is on this station's disk, also after a power cut.
help-saved-sent = Sent: head office has signed for it. Without a line you can go on working.
help-scan = A scan always counts, wherever the cursor is. Every choice also has its own code to scan.

simulated-banner = Simulated bench. Nothing is saved.
start-failed = The window cannot start

## What the bench says. Value: what happened. second: about what. next: what to do now.
## history: the line in a unit's history, where it differs. severity: how it looks when the window itself must say it.

say-unknown-code = { $code }
    .second = Ask your supervisor.
    .next = Ask your supervisor.

# Sign-in
say-ready = Ready
    .second = { $last }
say-ready-offline = Ready, without a line
    .second = Everything is saved here.
say-welcome = Ready
    .second = Scan a badge to begin.
say-badge-read = Badge read
    .second = { $initials }, { $role }
say-signed-in = Signed in
    .second = { $initials }, { $role }
say-signed-out = Logged off
    .second = Everything is saved here.
say-locked = Locked
    .second = { $minutes } minutes without a scan
say-wrong-pin = Rejected: wrong PIN
    .second = { $left ->
        [one] 1 try left.
       *[other] { $left } tries left.
    }
    .next = Type the PIN again, or press Esc for another badge.
say-pin-locked = Locked: too many wrong PINs
    .second = Wait { $seconds } s.
    .next = Wait, or ask your supervisor.
    .severity = locked
say-pin-too-short = Rejected: PIN is too short
    .next = Type all digits, then Enter.
say-badge-unknown = Rejected: badge not known here
    .second = Nothing was saved.
    .next = Scan another badge, or ask your supervisor.
say-operator-expired = Signed in, list is old
    .second = The operator list has expired. Grading goes on, supervisor powers do not.
say-sign-in-first = Rejected: nobody is signed in
    .second = Nothing was saved.
    .next = Scan your badge first.
say-not-allowed = Rejected: only for a supervisor
    .second = Nothing was changed.
    .next = Ask a supervisor to sign in.
    .severity = supervisor
say-rights-missing = Rejected: your badge may not do that
    .second = Nothing was changed.
    .next = Ask a supervisor to sign in.
    .severity = supervisor
say-supervisor-only = Rejected: only a supervisor may do that
    .second = Nothing was changed.
    .next = Ask a supervisor to sign in.
    .severity = supervisor

# Parcel and identification
say-parcel-arrived = Parcel taken in
    .second = { $tracking }
say-parcel-known = Parcel is open
    .second = { $tracking }
say-parcel-opened = Parcel opened
    .second = { $tracking }
say-parcel-emptied = Parcel done
    .second = { $outcome }
say-parcel-done = Parcel done
    .second = { $tracking }
say-parcel-refused = Parcel refused
    .second = { $tracking }
say-parcel-complete = Parcel complete
    .second = Everything that was expected is here.
say-parcel-short = Parcel done, not complete
    .second = { $missing } not found. Head office is told.
say-parcel-over = Parcel done, more than expected
    .second = { $extra } more than expected.
say-parcel-empty = Parcel done: it was empty
    .second = Head office is told.
say-no-parcel = Rejected: no parcel is open
    .second = Nothing was saved.
    .next = Scan the parcel first.
say-rma-found = RMA found
    .second = { $rma }
say-rma-not-found = No RMA found
    .second = { $text }
    .next = Take it in without an RMA, or scan again.
say-rma-denied = Return was not agreed
    .second = { $rma }
say-rma-expired = Return is past its time limit
    .second = { $rma }
say-line-identified = Item is on the RMA
    .second = { $title }
say-line-full = More than the RMA expects
    .second = { $title }
say-item-not-expected = Not on this RMA
    .second = { $title }
say-item-unknown = Product not known
    .second = { $text }
    .next = Take it in as an unknown item, or scan another code on it.
say-blind-receipt = Taken in without an RMA
    .second = { $lpn }
say-unit-received = Unit received
    .second = { $lpn }, { $title }
    .history = Received
say-unit-scanned = Unit is on the bench
    .second = { $lpn }, { $title }
say-unit-resumed = Unit is on the bench
    .second = { $lpn }, { $title }
say-unit-unknown = Unit not known here
    .second = { $lpn }
    .next = Wait for the line, or ask your supervisor.
say-unit-foreign = Unit of another bench
    .second = { $lpn }
say-unit-unreadable = Unit can only be read here
    .second = It has records from a newer version.
    .next = Take it to another bench, or ask your supervisor.
    .severity = supervisor
say-unit-matched-later = RMA found later
    .second = { $rma }
say-unit-re-identified = Identified again
    .second = { $title }
say-number-confirmed = Number is on the unit
    .second = { $lpn }
say-wrong-number-label = Rejected: wrong number
    .second = { $got } belongs to another unit. Nothing was saved.
    .next = Take that label off. Scan the one ending { $tail }.
say-lpn-used-twice = Rejected: this number is already on a unit
    .second = { $lpn }. Both units are held.
    .next = Put both units aside and ask your supervisor.
    .severity = supervisor
say-lpn-used = Rejected: this number is already on a unit
    .second = { $lpn }. Nothing was saved.
    .next = Take another number from the roll.
say-no-lpn-left = Rejected: no unit numbers left
    .second = This station needs new numbers from head office.
    .next = Connect the line, or ask your supervisor.
    .severity = supervisor
say-serial-matches = Serial matches
    .second = { $serial } is the one that was shipped.
say-serial-mismatch = Serial does not match
    .second = { $got } is not the one that was shipped.
    .next = Keep box and papers with it. A supervisor decides.
say-serial-kept = Serial kept
    .second = { $serial }
say-serial-recorded = Serial kept
    .second = { $serial }

# Inspection
say-unit-inspection-started = Inspection started
say-inspection-started = Inspection started
    .second = { $lpn }, { $title }
say-answered = Answer kept
    .second = { $answer }
say-unit-answered = Answer kept
    .second = { $question }: { $answer }
    .history = { $question }: { $answer }
say-finding-added = Marked: { $finding }
say-unit-finding-added = Marked
    .second = { $finding }
    .history = Seen: { $finding }
say-finding-removed = Mark removed: { $finding }
say-unit-finding-removed = Mark removed
    .second = { $finding }
    .history = Mark removed: { $finding }
say-photo-taken = Photo kept
    .second = { $role }
say-unit-photo-taken = Photo kept
    .history = Photo: { $role }
say-photo-skipped = Photo skipped
    .second = { $role }. The unit goes to review.
say-unit-photo-skipped = Photo skipped
    .history = Photo skipped: { $reason }
say-photo-needed = Photo needed
    .second = { $role }
say-photo-failed = Rejected: no photo was taken
    .second = The camera gives no picture. Nothing was saved.
    .next = Try again, or skip the photo.
say-photos-missing = Rejected: photos are missing
    .second = Nothing was saved.
    .next = Take the photos with F4, or skip them.
say-checklist-incomplete = Rejected: questions are open
    .second = Nothing was saved.
    .next = Answer all questions first.
say-inspection-complete = Inspection complete
    .second = { $lpn }, { $title }
say-no-checklist = No checklist for this item
    .second = { $category }
    .next = Put it aside and ask your supervisor.
    .severity = supervisor

# Grade and decision
say-graded = Grade { $grade }
    .second = { $lpn }, { $title }
say-unit-graded = Graded
    .second = Grade { $grade }
    .history = Grade { $grade }, computed
say-grade-overridden = Grade changed to { $grade }
    .second = A second person looks at it.
say-unit-grade-overridden = Grade changed by hand
    .history = Grade changed to { $grade } by hand
say-dispositioned = Decided: { $disposition }
    .second = { $lpn }, { $title }
say-unit-dispositioned = Decided
    .second = { $disposition }
    .history = Decided: { $disposition }
say-review-needed = Needs a second person
    .second = { $cause }. Saved here as { $lpn }.
    .next = Put it on the review shelf and scan the shelf.
say-unit-review-requested = Sent to review
    .history = Sent to review: { $cause }
say-unit-reviewed = Reviewed
    .history = Review: { $outcome }
say-review-pending = Rejected: a review is pending
    .second = Nothing was saved.
    .next = Put it on the review shelf. Another person decides.
say-reviewer-is-grader = You graded this unit yourself
    .second = Another supervisor must decide.
    .severity = supervisor
say-review-own-unit = You graded this unit yourself
    .second = Another supervisor must decide.
    .severity = supervisor
say-not-in-review = Rejected: no review is pending
    .second = Nothing was changed.
    .next = Choose another unit.
say-disposition-not-allowed = Rejected: the policy forbids that
    .second = Nothing was changed.
    .next = Choose another disposition.
say-no-policy = No policy here
    .second = Without a policy everything goes to quarantine.
    .next = Connect the line, or ask your supervisor.
    .severity = supervisor
say-unit-regrade-started = Graded again
say-unit-amended = Corrected
say-reason-needed = A reason is needed
    .next = Choose a reason.

# Labels and places
say-label-printed = Label printed
    .second = { $lpn }
say-unit-label-printed = Label printed
    .history = Label { $print } printed
say-label-pending = Label waits for a printer
    .second = { $lpn }. Go on working.
say-unit-label-pending = Label waits for a printer
say-label-confirmed = Label is on the unit
    .second = { $lpn }
say-unit-label-confirmed = Label scanned back
say-unit-number-printed = Number printed
say-unit-number-confirmed = Number scanned back
say-wrong-label = Rejected: wrong label
    .second = { $got } belongs to another unit. Nothing was saved.
    .next = Take that label off. Scan the one ending { $tail }.
say-label-superseded = Rejected: old label
    .second = A newer label was printed. Nothing was saved.
    .next = Take the old label off. Scan the newest one.
say-label-not-confirmed = Rejected: label not scanned yet
    .second = Nothing was saved.
    .next = Scan the label on the unit first.
say-staged = Put away in { $container }
    .second = { $lpn }
say-unit-staged = Put away
    .second = { $container }
    .history = Put into { $container }
say-unit-shelved = On the shelf
    .second = { $location }
    .history = On shelf { $location }
say-shelved = On shelf { $location }
    .second = { $lpn }
say-unit-taken-out = Taken out
    .second = { $container }
    .history = Taken out of { $container }
say-unit-closed = Closed
say-wrong-container = Rejected: wrong container
    .second = { $container } takes { $takes }. Nothing was saved.
    .next = Put it into a container for { $disposition }.
say-wrong-owner = Rejected: container of another owner
    .second = { $container } belongs to { $got }. Nothing was saved.
    .next = Put it into a container of { $expected }.
say-container-unknown = Rejected: container not known
    .second = { $container }. Nothing was saved.
    .next = Scan another container.
say-container-closed = Container closed
    .second = { $container }
say-container-is-closed = Rejected: container is closed
    .second = { $container }. Nothing was saved.
    .next = Scan an open container.
say-container-opened = Container opened
    .second = { $container }, { $disposition }

# Holds, undo, void
say-held = Held: { $hold }
    .second = Saved here as { $lpn }.
    .next = Put it aside. A supervisor releases it.
say-unit-held = Held
    .second = { $reason }
    .history = Held: { $reason }
say-released = Released: { $hold }
    .second = { $lpn }
say-unit-released = Released
    .second = { $reason }
    .history = Released: { $reason }
say-on-hold = Rejected: the unit is held
    .second = Nothing was saved.
    .next = A supervisor must release it.
    .severity = supervisor
say-voided = Voided
    .second = { $lpn }
say-unit-voided = Voided
say-undone = Undone
    .second = { $what }
say-nothing-to-undo = Nothing to undo
    .next = Go on.
say-cancelled = Cancelled
    .second = Nothing was saved.

# Scans that cannot be taken
say-scan-unreadable = Rejected: code not understood
    .second = Nothing was saved.
    .next = Scan another code on the parcel or item.
say-scan-too-long = Rejected: code is too long
    .second = Nothing was saved.
    .next = Scan another code.
say-scan-empty = Rejected: empty scan
    .second = Nothing was saved.
    .next = Scan again.
say-scan-control-characters = Rejected: unreadable characters
    .second = Nothing was saved.
    .next = Scan again. If it stays, check the scanner's setup.
say-check-digit = Rejected: wrong check digit
    .second = { $text }. Nothing was saved.
    .next = Scan again, or type the number.
say-ambiguous = Two readings are possible
    .second = { $text }
    .next = Choose one.
say-scan-not-expected = Rejected: not what is needed now
    .second = Nothing was saved.
    .next = Do what stands below.
say-not-now = Rejected: not now
    .second = Nothing was saved.
    .next = Do what stands below.
say-command-unknown = Rejected: command not known
    .second = { $command }
    .next = Use the printed sheet.
say-command-not-now = Rejected: not now
    .second = Nothing was saved.
    .next = Do what stands below.
say-return-label-forged = Rejected: return label is not genuine
    .second = Nothing was saved.
    .next = Put the parcel aside and ask your supervisor.
    .severity = supervisor
say-return-label-expired = Return label has expired
    .second = { $rma }
say-tracking-unknown = Parcel not announced
    .second = { $tracking }

# Devices, disk, data
say-device-working = Working
say-device-missing = Not connected
    .second = { $place }
    .next = Plug it in.
say-device-gone = Unplugged
    .second = { $place }
    .next = Plug it in again. The bench goes on with it by itself.
say-device-busy = In use by another program
    .second = { $place }
    .next = Close the other program.
say-device-permission = This computer does not allow it
    .second = { $place }
    .next = Ask a technician for the right to use it.
say-device-permission-denied = This computer does not allow it
    .second = { $place }
    .next = Ask a technician for the right to use it.
say-device-unreachable = No answer
    .second = { $place }
    .next = Check cable, power and address.
say-device-stopped = Stopped
    .second = { $place }
    .next = Look at the device.
say-device-starting = Starting
say-device-silent = No data
    .second = { $place }
say-device-bad-data = Sends unreadable data
    .second = { $place }
    .next = Check its setup.
say-device-paper-out = Labels are out
    .next = Put a new roll in.
say-device-none = Not set up
say-device-lost = No longer there
    .second = { $place }
say-device-simulated = Simulated
say-printer-down = Printer does not answer
    .second = Labels wait. Go on working.
say-camera-lost = Camera gives no picture
    .second = Scan with the scanner. Photos can be skipped.
say-disk-full = Stopped: the disk is full
    .second = The last step was not saved.
    .next = Ask a technician to make room. Nothing is lost.
    .severity = supervisor
say-disk-low = Little room on the disk
    .second = { $percent } % free
say-storage-failed = Stopped: nothing could be saved
    .second = The last step was not saved.
    .next = Ask a technician.
    .severity = supervisor
say-data-locked = Another program uses this data folder
    .second = { $holder }
    .next = Close the other program.
say-data-newer = The data is from a newer version
    .second = Nothing was changed.
    .next = Ask a technician for the newer version.
say-policy-unreadable = The policy cannot be read
    .second = { $file }
    .next = Ask head office for a corrected policy.

# The line
say-line-down = No line
    .second = Everything is saved here.
say-line-up = The line is up
say-line-timeout = Head office does not answer
say-line-refused = Head office refused the station
    .next = Ask a technician.
say-head-office-key = Not our head office
    .second = Something with another key answers at this address.
    .next = Ask a technician. Nothing was sent.
say-captive-portal = Not our head office
    .second = Another page answers, such as a network's sign-in page.
    .next = Ask a technician. Nothing was sent.
say-station-revoked = This station is no longer accepted
    .second = Everything is saved here.
    .next = Ask head office.
say-fork = Two copies of this station exist
    .second = Both stop sending. Everything is saved here.
    .next = Ask a technician.
say-refused-event = Record refused
    .second = { $kind }
    .next = Ask head office. The record stays saved here.
say-refused-photo = Photo refused
    .second = { $lpn }
    .next = Take the photo again.

# The window itself
say-bench-unreachable = The bench does not answer
    .second = Nothing was saved by that.
    .next = Wait a moment. If it stays, start the station again.
    .severity = rejected
say-no-bench = No bench runs behind this page
    .second = Start the station's own window.
    .next = Start the station's own window.
    .severity = rejected
say-query-too-short = Type at least two characters
    .severity = warning

# What is expected next
say-next-scan-badge = Scan your badge
say-next-type-pin = Type your PIN, then Enter
say-next-scan-parcel = Scan a code, or press F2 to type one
say-next-scan-item = Scan an item of this parcel
say-next-scan-number = Scan the number ending { $tail }
say-next-answer = Answer { $keys }
say-next-take-photo = Press F4 for the photo
say-next-print = Press Enter to print its label
say-next-scan-label = Scan the label ending { $tail }
say-next-scan-container = Scan the container or shelf
say-next-scan-shelf = Scan the shelf
say-next-pick = Choose { $keys }
say-next-wait = Wait
say-next-held = Put it aside, then scan the next code

# Questions of the bench
say-ask-which-line = Which one is it?
    .second = Several lines of the RMA fit.
say-ask-which-reading = What was scanned?
    .second = The code can be read in two ways.
say-ask-blind = No RMA found. Take it in without one?
    .second = It gets a number and a place. Head office settles later.
say-ask-unexpected = Not expected. Was it in this parcel?
    .second = { $title }
say-ask-parcel-done = Is the parcel empty?
    .second = { $missing } not found yet.
say-ask-override-grade = Which grade should it have?
    .second = A second person looks at it.
say-ask-override-reason = Why another grade?
say-ask-hold-reason = Hold it for what?
say-ask-skip-reason = Why without the photo?
say-ask-void = Was this unit never there?
say-ask-finding = What else do you see?
say-ask-reprint = Which label again?
say-ask-unknown-item = Product not known. Take it in all the same?
    .second = It is held until someone knows what it is.

# Choices and what follows
say-choice-yes = Yes
say-choice-no = No
say-choice-take-in = Yes, take it in
say-choice-blind = Take it in without an RMA
say-choice-scan-again = No, wrong scan
say-choice-cancel = Cancel
say-choice-print = Print label
say-choice-override = Change grade
say-choice-hold = Hold
say-choice-photo = Take a photo
say-choice-skip-photo = Skip the photo
say-choice-parcel-done = Parcel is empty
say-choice-empty-box = Empty box
say-choice-line = { $title }
say-choice-reading = { $kind }: { $text }
say-choice-grade = Grade { $grade }
say-choice-reason = { $reason }
say-choice-hold-reason = { $hold }
say-choice-finding = { $finding }
say-choice-more = More…
say-choice-shelf = Put it on a shelf
say-choice-release = Release
say-effect-go-on = go on
say-effect-grade = grade { $grade }
say-effect-review = to review
say-effect-hold = held
say-effect-finding = { $finding }
say-effect-nothing-saved = nothing is saved
say-effect-undeclared = as an item that was not expected
say-effect-line = { $sku }, { $received } of { $expected } here
say-effect-quarantine = to quarantine
say-effect-photo = photo needed

# Why the policy decided
say-why-gate = Stopped by row { $row }
say-why-row = Row { $row } allows it
say-why-candidate = Allowed by row { $row }
say-why-best-value = Best value: { $amount }
say-why-grade = Grade { $grade }
say-why-category = { $category }
say-why-finding = { $finding }
say-why-reason = Customer said: { $reason }
say-why-preference = Customer wants: { $preference }
say-why-no-row = No row fits: quarantine
say-why-unknown-fact = Not known: { $fact }
