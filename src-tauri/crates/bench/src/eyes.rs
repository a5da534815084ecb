//! The camera as a scanner: decodes live frames and says which codes are in view.
//!
//! A code is in view from the frame in which it counts – bars when the decoder is sure of them at first sight, else when two
//! frames agree – until it was gone for a while. The desk takes each at most once as long as it stays in view, when it is what it waits for. Commands and badges are never taken from the camera: a printed command sheet may lie
//! in view. Whether a code fits what the desk waits for is the desk's to say.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use barcodes::decode::{Decoder, Luma, Symbol};
use barcodes::meaning::{self, Meaning};
use devices::camera::{Flaw, Look};
use devices::{Camera, Frame};
use tokio::sync::mpsc;

use crate::seam::{CameraCheck, LensVerdict, MatView, Outline};
use crate::stream::Stream;

/// Out of view for so long, a code counts anew.
const GONE_AFTER: Duration = Duration::from_secs(2);
/// What one live frame may cost.
const BUDGET: Duration = Duration::from_millis(120);
/// Least time between two decoded frames.
const PACE: Duration = Duration::from_millis(90);

/// What the camera saw in one frame.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// Every code in the frame, for the preview.
    pub(crate) outlines: Vec<Outline>,
    /// Codes in view, as a scanner would send them.
    pub(crate) in_view: Vec<Vec<u8>>,
}

/// Which codes are in view.
#[derive(Debug, Default)]
struct View {
    codes: HashMap<Vec<u8>, Sighting>,
}

#[derive(Debug)]
struct Sighting {
    last: Instant,
    frames: u32,
    needed: u32,
}

impl View {
    /// Takes one frame's symbols in and gives all codes that are in view then.
    fn look(&mut self, symbols: &[Symbol], now: Instant) -> Vec<Vec<u8>> {
        self.codes.retain(|_, sighting| now.duration_since(sighting.last) < GONE_AFTER);
        for symbol in symbols.iter().filter(|symbol| counts(symbol)) {
            let needed = if symbol.confirmed { 1 } else { 2 };
            let sighting =
                self.codes.entry(symbol.scan()).or_insert(Sighting { last: now, frames: 0, needed });
            sighting.last = now;
            sighting.frames += 1;
        }
        let counted = self.codes.iter().filter(|(_, sighting)| sighting.frames >= sighting.needed);
        let mut in_view: Vec<Vec<u8>> = counted.map(|(code, _)| code.clone()).collect();
        in_view.sort();
        in_view
    }
}

fn counts(symbol: &Symbol) -> bool {
    let reading = meaning::read(&symbol.scan());
    matches!(
        reading.certain(),
        Some(
            Meaning::ReturnLabel { .. }
                | Meaning::Unit { .. }
                | Meaning::Container { .. }
                | Meaning::Location { .. }
                | Meaning::Tracking { .. }
                | Meaning::Product { .. }
        )
    )
}

/// Watches a camera until the receiver is gone.
pub(crate) async fn watch(camera: Arc<dyn Camera>, stream: Stream, seen: mpsc::Sender<Seen>) {
    let mut frames = camera.subscribe();
    let mut view = View::default();
    let mut decoder = Decoder::new();
    let mut saw_something = false;
    while frames.changed().await.is_ok() {
        let Some(frame) = frames.borrow_and_update().clone() else { continue };
        let started = Instant::now();
        let noted = stream.clone();
        let looking =
            tokio::task::spawn_blocking(move || (symbols_of(&mut decoder, &noted, &frame), decoder));
        let symbols;
        (symbols, decoder) = looking.await.unwrap_or_default();
        let outlines: Vec<Outline> = symbols.iter().map(|(symbol, size)| outline(symbol, *size)).collect();
        let symbols: Vec<Symbol> = symbols.into_iter().map(|(symbol, _)| symbol).collect();
        let in_view = view.look(&symbols, Instant::now());
        let sees_something = !outlines.is_empty() || !in_view.is_empty();
        if sees_something || saw_something {
            saw_something = sees_something;
            if seen.send(Seen { outlines, in_view }).await.is_err() {
                return;
            }
        }
        if let Some(rest) = PACE.checked_sub(started.elapsed()) {
            tokio::time::sleep(rest).await;
        }
    }
}

fn symbols_of(decoder: &mut Decoder, stream: &Stream, frame: &Frame) -> Vec<(Symbol, (f32, f32))> {
    let Ok(luma) = barcodes::image_in::load_frame(&frame.jpeg) else { return Vec::new() };
    let size = size_of(&luma);
    if let Some(look) = Look::at(luma.width() as usize, luma.height() as usize, luma.pixels()) {
        stream.note(look);
    }
    decoder.look(&luma, BUDGET).into_iter().map(|symbol| (symbol, size)).collect()
}

fn size_of(luma: &Luma) -> (f32, f32) {
    (luma.width().max(1) as f32, luma.height().max(1) as f32)
}

fn outline(symbol: &Symbol, (width, height): (f32, f32)) -> Outline {
    Outline {
        corners: symbol.corners.map(|corner| [corner.x / width, corner.y / height]),
        text: symbol.text.chars().filter(|c| !c.is_control()).take(64).collect(),
        fits: counts(symbol),
    }
}

/// How a frame looks to whoever sets the camera up.
pub(crate) fn check(look: &Look, mat: Option<MatView>) -> CameraCheck {
    let flaws = look.set_up_flaws();
    let verdict = |what: &str, flaws_of: &[Flaw]| LensVerdict {
        what: what.to_owned(),
        fine: Some(!flaws.iter().any(|flaw| flaws_of.contains(flaw))),
    };
    // A blank sheet has no edges: nobody can say whether it is sharp.
    let sharpness = LensVerdict {
        fine: look.blur_px.map(|_| !flaws.contains(&Flaw::Blurred)),
        ..verdict("sharpness", &[])
    };
    CameraCheck {
        blur_px: look.blur_px,
        brightness: look.brightness,
        black_percent: look.black * 100.0,
        white_percent: look.white * 100.0,
        evenness_percent: look.evenness * 100.0,
        verdicts: vec![
            sharpness,
            verdict("exposure", &[Flaw::Dark, Flaw::Bright]),
            verdict("glare", &[Flaw::Glare]),
            verdict("evenness", &[Flaw::Uneven]),
        ],
        flaws: flaws.into_iter().map(|flaw| crate::desk::say(flaw.code(), [])).collect(),
        mat,
        mat_code: crate::test_code::mat_code(),
    }
}

#[cfg(test)]
mod tests {
    use barcodes::decode::{Point, Symbology};

    use super::*;

    fn symbol(text: &str, symbology: Symbology) -> Symbol {
        Symbol {
            symbology,
            aim: String::new(),
            bytes: text.as_bytes().to_vec(),
            text: text.to_owned(),
            corners: [Point { x: 0.0, y: 0.0 }; 4],
            confirmed: !symbology.is_bars(),
            pass: "test",
        }
    }

    #[test]
    fn a_code_is_in_view_until_it_was_gone_for_a_while() {
        let mut view = View::default();
        let start = Instant::now();
        let tote = [symbol("RS:T:T-0231", Symbology::Qr)];
        assert_eq!(view.look(&tote, start).len(), 1);
        assert_eq!(
            view.look(&[], start + Duration::from_secs(1)).len(),
            1,
            "a frame without it is no absence"
        );
        assert_eq!(view.look(&[], start + Duration::from_secs(3)).len(), 0);
        assert_eq!(view.look(&tote, start + Duration::from_secs(4)).len(), 1);
    }

    #[test]
    fn a_bar_code_counts_when_two_frames_agree() {
        let mut view = View::default();
        let start = Instant::now();
        let parcel = [symbol("1Z999AA10123456784", Symbology::Code128)];
        assert_eq!(view.look(&parcel, start).len(), 0);
        assert_eq!(view.look(&parcel, start + Duration::from_millis(100)).len(), 1);
        let sure = [Symbol { confirmed: true, ..symbol("4006381333931", Symbology::Ean13) }];
        assert_eq!(view.look(&sure, start + Duration::from_millis(200)).len(), 2);
    }

    #[test]
    fn commands_and_badges_in_view_do_not_count() {
        let mut view = View::default();
        for text in ["RS:C:YES", "RS:O:KW-1", "some words"] {
            let seen = [symbol(text, Symbology::Qr)];
            assert!(view.look(&seen, Instant::now()).is_empty(), "{text}");
        }
    }
}
