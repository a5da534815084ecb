//! One label: its size and what stands where on it. Millimetres from the top left corner, x to the right, y down.

use serde::Serialize;

/// Resolution of the label printers that the measures are made for.
pub const PRINTER_DPI: f64 = 203.0;

/// Millimetres of so many printer dots at [`PRINTER_DPI`].
pub fn dots(count: u32) -> f64 {
    f64::from(count) * 25.4 / PRINTER_DPI
}

/// The nearest whole printer dot, in millimetres: where a symbol must start to print sharply.
pub fn on_dot(mm: f64) -> f64 {
    (mm * PRINTER_DPI / 25.4).round() * 25.4 / PRINTER_DPI
}

/// One label, or one page of a sheet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Label {
    /// What it is, for a print job or a file name: "disposition 041733927088-1".
    pub name: String,
    /// Width of the page.
    pub width_mm: f64,
    /// Height of the page.
    pub height_mm: f64,
    /// What stands on it, drawn in this order.
    pub elements: Vec<Element>,
}

/// Something on a label.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Element {
    /// Words.
    Text(Text),
    /// A one-dimensional symbol.
    Bars(Bars),
    /// A two-dimensional symbol.
    Matrix(Matrix),
    /// A grade's shape.
    Shape(Shape),
    /// A straight horizontal or vertical line.
    Line(Line),
    /// A rectangle's edge.
    Box(Box),
}

/// Weight of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// For reading.
    #[default]
    Regular,
    /// For finding.
    Bold,
}

/// What `x_mm` of a text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anchor {
    /// The left edge of its room. Text that runs from right to left and has a width to fill ends at the right
    /// edge of that room instead.
    #[default]
    Start,
    /// The middle of the text.
    Centre,
    /// The right edge of the text.
    End,
}

/// What happens to text that is wider than its room.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    /// It is cut and ends in "…".
    #[default]
    Cut,
    /// It gets smaller, down to this size in points; then it is cut.
    Shrink {
        /// Smallest size, in points.
        to_pt: f64,
    },
}

/// Black on the label's white, or white on something black.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ink {
    /// What a label printer prints.
    #[default]
    Black,
    /// Left out of something black.
    White,
}

/// Words, on one line or several. Their direction follows from the words themselves (Unicode bidi).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Text {
    /// See [`Anchor`].
    pub x_mm: f64,
    /// The first line's baseline.
    pub y_mm: f64,
    /// Size of the letters.
    pub size_pt: f64,
    /// Weight of the letters.
    pub weight: Weight,
    /// What `x_mm` means.
    pub anchor: Anchor,
    /// The room in width; none: no limit, one line.
    pub max_width_mm: Option<f64>,
    /// What happens to wider text.
    pub fit: Fit,
    /// At most so many lines, broken between words. 0 counts as 1.
    pub max_lines: usize,
    /// A code that a person compares: slashed zero, digits of one width.
    pub code: bool,
    /// Colour.
    pub ink: Ink,
    /// The words. Control characters count as spaces; what no font holds is drawn as □.
    pub text: String,
}

impl Text {
    /// Black regular text that starts here and is not limited in width.
    pub fn new(x_mm: f64, y_mm: f64, size_pt: f64, text: impl Into<String>) -> Self {
        Self {
            x_mm,
            y_mm,
            size_pt,
            weight: Weight::Regular,
            anchor: Anchor::Start,
            max_width_mm: None,
            fit: Fit::Cut,
            max_lines: 1,
            code: false,
            ink: Ink::Black,
            text: text.into(),
        }
    }

    /// In bold.
    pub fn bold(mut self) -> Self {
        self.weight = Weight::Bold;
        self
    }

    /// As a code to compare.
    pub fn code(mut self) -> Self {
        self.code = true;
        self
    }

    /// Within this width, cut where it is longer.
    pub fn within(mut self, max_width_mm: f64) -> Self {
        self.max_width_mm = Some(max_width_mm);
        self
    }

    /// Within this width, smaller where it is longer.
    pub fn shrunk_within(mut self, max_width_mm: f64, to_pt: f64) -> Self {
        self.max_width_mm = Some(max_width_mm);
        self.fit = Fit::Shrink { to_pt };
        self
    }

    /// On up to so many lines.
    pub fn lines(mut self, max_lines: usize) -> Self {
        self.max_lines = max_lines;
        self
    }

    /// With another meaning of `x_mm`.
    pub fn anchored(mut self, anchor: Anchor) -> Self {
        self.anchor = anchor;
        self
    }

    /// In another colour.
    pub fn inked(mut self, ink: Ink) -> Self {
        self.ink = ink;
        self
    }
}

/// A one-dimensional symbol. Quiet zones are not part of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bars {
    /// Left edge of the first bar.
    pub x_mm: f64,
    /// Upper edge.
    pub y_mm: f64,
    /// Height of the bars.
    pub height_mm: f64,
    /// Width of one module.
    pub module_mm: f64,
    /// Widths in modules: bar, space, …, bar.
    pub widths: Vec<u8>,
    /// What the symbol says.
    pub content: String,
}

impl Bars {
    /// Width without quiet zones.
    pub fn width_mm(&self) -> f64 {
        self.widths.iter().map(|width| f64::from(*width)).sum::<f64>() * self.module_mm
    }
}

/// A two-dimensional symbol. Its quiet zone is not part of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Matrix {
    /// Left edge of the first column.
    pub x_mm: f64,
    /// Upper edge of the first row.
    pub y_mm: f64,
    /// Side of one module.
    pub module_mm: f64,
    /// Dark modules, row by row; all rows have one length.
    pub rows: Vec<Vec<bool>>,
    /// What the symbol says.
    pub content: String,
}

impl Matrix {
    /// Width without quiet zone.
    pub fn width_mm(&self) -> f64 {
        self.rows.first().map_or(0, Vec::len) as f64 * self.module_mm
    }
}

/// A grade's letter, told apart by its shape as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum GradeMark {
    /// A disc.
    N,
    /// A square.
    A,
    /// A diamond.
    B,
    /// A triangle that points up.
    C,
    /// A triangle that points down.
    D,
    /// An octagon, black.
    X,
}

impl GradeMark {
    /// The mark of a grade's letter.
    pub fn from_letter(letter: &str) -> Option<Self> {
        match letter {
            "N" => Some(Self::N),
            "A" => Some(Self::A),
            "B" => Some(Self::B),
            "C" => Some(Self::C),
            "D" => Some(Self::D),
            "X" => Some(Self::X),
            _ => None,
        }
    }

    /// The letter.
    pub fn letter(self) -> &'static str {
        match self {
            Self::N => "N",
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
            Self::X => "X",
        }
    }
}

/// A grade's shape with its letter inside: an edge of ink with a black letter, X filled with a white one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shape {
    /// Left edge of the square that holds it.
    pub x_mm: f64,
    /// Upper edge of that square.
    pub y_mm: f64,
    /// Side of that square.
    pub side_mm: f64,
    /// Which grade.
    pub grade: GradeMark,
}

/// A straight line, drawn as an area of ink: horizontal where it is wider than thick.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// Left edge.
    pub x_mm: f64,
    /// Upper edge.
    pub y_mm: f64,
    /// Width of the inked area.
    pub width_mm: f64,
    /// Height of the inked area.
    pub height_mm: f64,
}

/// A rectangle's edge, inside the rectangle.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Box {
    /// Left edge.
    pub x_mm: f64,
    /// Upper edge.
    pub y_mm: f64,
    /// Outer width.
    pub width_mm: f64,
    /// Outer height.
    pub height_mm: f64,
    /// Thickness of the edge.
    pub edge_mm: f64,
}
