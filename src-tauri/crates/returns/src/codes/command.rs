//! Command words of the printed sheet: the payload of an `RS:C:` code.

use super::codes;

codes! {
    /// A command as the scanner reads it after `RS:C:`.
    CommandCode {
        Yes = "YES",
        No = "NO",
        Next = "NEXT",
        Undo = "UNDO",
        Photo = "PHOTO",
        SkipPhoto = "SKIP-PHOTO",
        Hold = "HOLD",
        Reprint = "REPRINT",
        Override = "OVERRIDE",
        GradeN = "GRADE-N",
        GradeA = "GRADE-A",
        GradeB = "GRADE-B",
        GradeC = "GRADE-C",
        GradeD = "GRADE-D",
        GradeX = "GRADE-X",
        Pick1 = "PICK-1",
        Pick2 = "PICK-2",
        Pick3 = "PICK-3",
        Pick4 = "PICK-4",
        Pick5 = "PICK-5",
        Pick6 = "PICK-6",
        Pick7 = "PICK-7",
        Pick8 = "PICK-8",
        Pick9 = "PICK-9",
        More = "MORE",
        Digit0 = "DIGIT-0",
        Digit1 = "DIGIT-1",
        Digit2 = "DIGIT-2",
        Digit3 = "DIGIT-3",
        Digit4 = "DIGIT-4",
        Digit5 = "DIGIT-5",
        Digit6 = "DIGIT-6",
        Digit7 = "DIGIT-7",
        Digit8 = "DIGIT-8",
        Digit9 = "DIGIT-9",
        Enter = "ENTER",
        Cancel = "CANCEL",
        Blind = "BLIND",
        NoLabel = "NO-LABEL",
        EmptyBox = "EMPTY-BOX",
        ParcelDone = "PARCEL-DONE",
        TakeOut = "TAKE-OUT",
        /// Closes the container on the screen.
        Close = "CLOSE",
        /// The container on the screen leaves the building.
        Ship = "SHIP",
        /// Parcels are scanned as they arrive, without opening them; again to leave.
        Arrivals = "ARRIVALS",
        /// What was just received was never there, or was received twice.
        Void = "VOID",
        /// The unit on the desk is weighed: its grams are typed.
        Weigh = "WEIGH",
        Help = "HELP",
        LogOff = "LOG-OFF",
    }
}

impl CommandCode {
    /// The grade of `GRADE-…`.
    pub fn grade(self) -> Option<super::Grade> {
        self.as_str().strip_prefix("GRADE-")?.parse().ok()
    }

    /// The number of `PICK-1` … `PICK-9`.
    pub fn pick(self) -> Option<u8> {
        self.as_str().strip_prefix("PICK-")?.parse().ok()
    }

    /// The digit of `DIGIT-0` … `DIGIT-9`.
    pub fn digit(self) -> Option<u8> {
        self.as_str().strip_prefix("DIGIT-")?.parse().ok()
    }
}
