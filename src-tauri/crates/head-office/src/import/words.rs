//! What is wrong with a row, and what to do about it, in words for the person at the terminal. Programs take the code.

/// A code in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// What is wrong.
    pub why: &'static str,
    /// What to do.
    pub next: &'static str,
}

/// Code, what is wrong, what to do.
const WORDS: [(&str, &str, &str); 71] = [
    // Files and tables.
    ("file-empty", "the file is empty", "export it anew"),
    ("file-missing", "a file of the policy is missing", "add it to the folder"),
    ("file-twice", "a file is there twice", "keep one of the two"),
    ("file-unknown", "no file of a policy has this name", "correct the name, or take it out of the folder"),
    ("folder-empty", "the folder holds no *.json", "name the folder that holds the checklists"),
    ("not-utf8", "not UTF-8", "save the file as UTF-8"),
    ("csv-unreadable", "not readable as CSV", "look at its quotes and commas"),
    ("json-unreadable", "not readable as JSON", "look at the named line and column"),
    ("xlsx-unreadable", "not readable as a workbook", "save it again as *.xlsx"),
    ("sheet-unknown", "no sheet of a policy has this name", "correct the sheet's name, or delete it"),
    ("sheet-too-large", "the sheet is too large for a policy", "delete rows and columns that are empty"),
    ("column-missing", "this column is missing", "add it"),
    ("column-twice", "this column is there twice", "keep one of the two"),
    ("column-unknown", "no such column is known", "correct its name, or take it out"),
    ("head-key-unknown", "no such key is known", "correct it, or take it out"),
    ("cell-count", "the row has more or fewer cells than the head", "look at its commas and quotes"),
    // Cells.
    ("cell-empty", "the cell must hold something", "fill it"),
    ("cell-part-empty", "a part between two | is empty", "take out the superfluous |"),
    ("cell-part-twice", "the cell names the same thing twice", "take one of them out"),
    (
        "cell-unreadable",
        "the value is not of this field's kind",
        "correct it; `detail` says what was expected",
    ),
    ("not-a-cell", "this cannot stand in a cell", "use the words of the policy's README"),
    ("amount-unreadable", "not an amount", "write it like 149.00 EUR"),
    ("bad-currency", "not a currency", "use three capital letters, such as EUR"),
    ("bad-id", "not usable as an id", "1 to 64 characters, no spaces at the ends"),
    ("date-unreadable", "not a date", "write it like 2026-11-30"),
    ("day-unreadable", "not a day of the year", "write it like 11-30"),
    ("number-unreadable", "not a number", "write digits, and a point before decimals"),
    ("percent-out-of-range", "not between 0 and 100", "correct the percentage"),
    ("range-unreadable", "not a range", "write it like 10..50, ..50 or 10.."),
    ("range-empty", "nothing lies in this range", "the first number must be the lower one"),
    ("neither-yes-nor-no", "neither yes nor no", "write yes or no"),
    ("unknown-code", "no such code", "use one of the vocabulary's"),
    (
        "unknown-word",
        "no published checklist or product has this word",
        "correct it, or import what has it first",
    ),
    // Lists.
    ("row-twice", "the same key stands in an earlier row", "keep one of the two"),
    ("gtin-check-digit", "the GTIN's check digit is wrong", "read the number from the article again"),
    (
        "gtin-shape",
        "not a GTIN of 8, 12, 13 or 14 digits",
        "correct it; a spreadsheet may have cut its zeros",
    ),
    ("gtin-taken", "another product has this GTIN", "find out which of the two it is"),
    ("title-unusable", "too long a title, or with control characters", "shorten it to 120 characters"),
    (
        "agreement-without-vendor",
        "terms of an agreement without its vendor",
        "name the vendor, or empty the cell",
    ),
    ("badge-twice", "another operator has this badge", "give out another badge"),
    ("badge-unusable", "not usable as a badge", "1 to 32 letters, digits and -._/+"),
    ("initials-unusable", "not usable as initials", "1 to 4 characters"),
    ("pin-unusable", "not usable as a PIN", "4 to 12 digits"),
    ("role-not-at-a-station", "nobody has this role at a station", "use GRADER, TECHNICIAN or SUPERVISOR"),
    ("key-unusable", "not usable as a key", "correct it"),
    ("label-id-unusable", "not usable as a return label's id", "use a number from 1 without leading zeros"),
    ("label-taken", "another RMA has this return label", "give this RMA a label of its own"),
    ("tracking-twice", "the RMA names this tracking number twice", "take one of them out"),
    ("lines-missing", "the RMA has no line", "add what is to come back"),
    ("more-authorised-than-requested", "more authorised than requested", "correct one of the two numbers"),
    ("more-accepted-than-received", "more accepted than received", "correct one of the two numbers"),
    (
        "rma-contradicted",
        "an earlier row of this RMA says otherwise",
        "say the same on each row, or leave it empty",
    ),
    // Policies.
    ("policy-number-taken", "this number is published with another text", "give the policy the next number"),
    ("policy-number-lower", "a policy with a higher number is published", "give the policy the next number"),
    ("policy-gap", "no row decides for some units", "add a row for them"),
    ("policy-faulty", "the policy cannot be searched", "mend what else is named first"),
    (
        "not-searched",
        "the policy is too large to be searched whole",
        "use fewer distinct values in its cells",
    ),
    ("rows-overlap", "two rows decide for the same unit", "tell them apart by a further cell"),
    ("rows-alike", "two rows ask for the same", "take one of them out"),
    ("row-shadowed", "rows before it leave it nothing", "take it out, or put it before them"),
    ("row-never-matches", "no unit can match this row", "correct its cells, or take it out"),
    ("row-unknown", "no row has this id", "correct the id"),
    ("signal-decides", "a signal alone decides in this row", "ask for a review instead"),
    ("one-signal-decides", "a single signal decides in this row", "ask for a review instead"),
    ("permits-nothing", "the row permits nothing that is forbidden later", "take it out, or put it first"),
    (
        "derogation-without-permit",
        "an exception is named by a row that permits nothing",
        "take the exception out",
    ),
    ("example-fails", "an example comes out otherwise", "correct the rows, or the example"),
    ("example-twice", "two examples have this name", "rename one of them"),
    ("example-row-missing", "no example is decided by this row", "add one that is"),
    ("sentence-missing", "the sentence has no words", "add it to why.json"),
    ("words-missing", "words in one of the languages are missing", "add them"),
];

impl Words {
    /// The words for a code of a refused row; general ones for what is rare.
    pub fn of(code: &str) -> Self {
        let known = WORDS.iter().find(|(known, ..)| *known == code);
        known.map_or(
            Self { why: "this is not as it must be", next: "correct it as the code says" },
            |(_, why, next)| Self { why, next },
        )
    }

    /// Whether a code has words of its own.
    pub fn known(code: &str) -> bool {
        WORDS.iter().any(|(known, ..)| *known == code)
    }
}
