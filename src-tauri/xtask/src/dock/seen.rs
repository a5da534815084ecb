//! What a person sees in the window, in the words that the page carries for those who look from outside.

use serde::Deserialize;

/// Reads the page. Rooms other than the bench have neither stage nor band.
pub const LOOK: &str = r#"
const at = (id) => document.querySelector(`[data-testid="${id}"]`);
const of = (id, name) => at(id)?.dataset[name] || null;
const number = (id, name) => { const text = of(id, name); return text === null ? null : Number(text); };
const stage = at('stage');
const band = at('band');
const digits = (text) => text?.replace(/\D/g, '') || null;
return {
  stage: stage?.dataset.stage ?? null,
  grade: stage?.dataset.grade || null,
  disposition: stage?.dataset.disposition || null,
  printing: stage?.dataset.printing === 'true',
  band: band === null ? null : {
    tone: band.dataset.tone, code: band.dataset.code, saved: band.dataset.saved || null,
    blink: Number(band.dataset.blink), words: band.innerText.replace(/\s+/g, ' ').trim(),
  },
  unit: digits(stage?.dataset.lpn),
  saved: of('unit', 'saved'),
  operator: of('operator', 'initials'),
  line: of('status', 'line'),
  unsent: number('unsent', 'count'),
  reviews: number('reviews', 'count') ?? 0,
  waiting: number('review', 'rows'),
};
"#;

/// The window as it is seen at one moment.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// The bench's stage, while the bench is in front.
    pub stage: Option<String>,
    /// Grade of the unit on the bench.
    pub grade: Option<String>,
    /// Where it goes.
    pub disposition: Option<String>,
    /// A label is on its way to the printer.
    pub printing: bool,
    /// The result band, while the bench is in front.
    pub band: Option<Band>,
    /// Number of the unit on the bench, in digits.
    pub unit: Option<String>,
    /// "here" or "sent", of the unit on the bench.
    pub saved: Option<String>,
    /// Initials of who is signed in.
    pub operator: Option<String>,
    /// "online", "offline", "refused" or "none".
    pub line: Option<String>,
    /// Events and photos that head office does not have.
    pub unsent: Option<u64>,
    /// Reviews that wait, where the operator may see that.
    pub reviews: u64,
    /// Rows in the review room, while it is in front.
    pub waiting: Option<u64>,
}

/// The result band.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// ready, accepted, warning, rejected, supervisor or locked.
    pub tone: String,
    /// Stable code of what it says.
    pub code: String,
    /// "here" or "sent", where something was saved.
    pub saved: Option<String>,
    /// Goes up with every result.
    pub blink: u64,
    /// What it says.
    pub words: String,
}

impl Seen {
    /// The number of results so far.
    pub fn blink(&self) -> u64 {
        self.band.as_ref().map_or(0, |band| band.blink)
    }

    /// Code of what the band says.
    pub fn said(&self) -> &str {
        self.band.as_ref().map_or("", |band| band.code.as_str())
    }

    /// The bench said no: nothing was saved.
    pub fn is_refusal(&self) -> bool {
        self.band.as_ref().is_some_and(|band| {
            matches!(band.tone.as_str(), "rejected" | "locked" | "supervisor") && band.saved.is_none()
        })
    }

    /// In a line.
    pub fn words(&self) -> String {
        let mut words = format!("stage {}", self.stage.as_deref().unwrap_or("none"));
        if let Some(band) = &self.band {
            words.push_str(&format!(", band {} ({}: {})", band.code, band.tone, band.words));
        }
        for (name, value) in
            [("grade", &self.grade), ("disposition", &self.disposition), ("unit", &self.unit)]
        {
            if let Some(value) = value {
                words.push_str(&format!(", {name} {value}"));
            }
        }
        words
    }
}
