//! A camera's frames cost no memory once the decoder is warm. The readers' own memory in C++ does not count here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use barcodes::decode::{Decoder, Luma};
use barcodes::write::{Level, qr};
use std::time::Duration;

const BUDGET: Duration = Duration::from_secs(5);

/// A bench with some clutter, and perhaps a label.
fn frame(label: Option<&str>, shake: u32) -> Luma {
    let mut pixels: Vec<u8> = (0..1280 * 720_u32)
        .map(|i| {
            let (x, y) = (i % 1280, i / 1280);
            let clutter = (900..1100).contains(&x) && (100..300).contains(&y) && (x / 7 + y / 5) % 3 == 0;
            let noise = (i.wrapping_mul(2_654_435_761).wrapping_add(shake * 977) >> 30) as u8;
            if clutter { 60 + noise } else { 140 + noise }
        })
        .collect();
    if let Some(text) = label {
        let modules = qr(text.as_bytes(), Level::M).unwrap();
        for y in 0..(modules.height() + 8) * 4 {
            for x in 0..(modules.width() + 8) * 4 {
                let dark = modules.dark((x / 4).wrapping_sub(4), (y / 4).wrapping_sub(4));
                pixels[(300 + y) * 1280 + 300 + x] = if dark { 30 } else { 220 };
            }
        }
    }
    Luma::new(1280, 720, pixels).unwrap()
}

#[test]
fn a_frame_of_a_scene_at_rest_allocates_nothing() {
    let mut decoder = Decoder::new();
    let frames: Vec<Luma> = (0..60).map(|shake| frame(None, shake)).collect();
    for frame in &frames {
        assert!(decoder.look(frame, BUDGET).is_empty());
    }
    // The binding's own handle for a part that is read, and the reader's panic net: no pixels.
    let used = allocation_counter::measure(|| {
        for frame in frames.iter().take(8) {
            let _ = decoder.look(frame, BUDGET);
        }
    });
    assert!(used.bytes_total < 8 * 512, "{} bytes in 8 frames, {} times", used.bytes_total, used.count_total);
}

#[test]
fn a_frame_with_a_label_allocates_its_symbol_and_no_pixels() {
    let mut decoder = Decoder::new();
    let frames: Vec<Luma> = (0..60).map(|shake| frame(Some("RS:U:123450000159"), shake)).collect();
    for frame in &frames {
        assert_eq!(decoder.look(frame, BUDGET).len(), 1);
    }
    let used = allocation_counter::measure(|| {
        for frame in frames.iter().take(8) {
            assert_eq!(decoder.look(frame, BUDGET).len(), 1);
        }
    });
    assert!(
        used.bytes_total < 8 * 4096,
        "{} bytes in 8 frames, {} times",
        used.bytes_total,
        used.count_total
    );
}
