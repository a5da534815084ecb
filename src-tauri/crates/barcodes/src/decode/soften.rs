//! Blur added against noise, and blur taken back.
#![allow(
    clippy::indexing_slicing,
    reason = "pixel loops: places come from the picture's own size; `any_picture_is_softened_and_sharpened` covers odd ones"
)]

use super::Luma;

impl Luma {
    /// Softened by about a pixel, against a sensor's noise.
    pub(super) fn softened(&self) -> Option<Luma> {
        let mut values: Vec<f32> = self.pixels().iter().map(|p| f32::from(*p)).collect();
        soften(&mut values, self.width() as usize, 1, &mut Vec::new());
        self.of_values(&values)
    }

    /// With a blur of about two pixels taken back, by van Cittert's iteration.
    pub(super) fn deblurred(&self) -> Option<Luma> {
        const ROUNDS: usize = 7;
        let width = self.width() as usize;
        let seen: Vec<f32> = self.pixels().iter().map(|p| f32::from(*p)).collect();
        let (mut guess, mut blurred, mut rows) = (seen.clone(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            blurred.clone_from(&guess);
            soften(&mut blurred, width, 2, &mut rows);
            for ((guess, blurred), seen) in guess.iter_mut().zip(&blurred).zip(&seen) {
                *guess = (*guess + 0.9 * (seen - blurred)).clamp(-40.0, 295.0);
            }
        }
        self.of_values(&guess)
    }

    fn of_values(&self, values: &[f32]) -> Option<Luma> {
        Luma::new(self.width(), self.height(), values.iter().map(|value| *value as u8).collect()).ok()
    }
}

/// Twice the mean of a square of side 2 × radius + 1, across and down.
fn soften(values: &mut [f32], width: usize, radius: usize, rows: &mut Vec<f32>) {
    for _ in 0..2 {
        for row in values.chunks_exact_mut(width.max(1)) {
            rows.clear();
            rows.extend_from_slice(row);
            mean_across(rows, radius, row);
        }
        mean_down(values, width.max(1), radius, rows);
    }
}

fn mean_across(from: &[f32], radius: usize, into: &mut [f32]) {
    let last = from.len() - 1;
    let scale = 1.0 / (2 * radius + 1) as f32;
    let near = |x: usize, offset: usize| from[(x + offset).saturating_sub(radius).min(last)];
    let inside = radius.min(from.len())..from.len().saturating_sub(radius).max(radius.min(from.len()));
    for x in (0..inside.start).chain(inside.end..from.len()) {
        into[x] = (0..=2 * radius).map(|offset| near(x, offset)).sum::<f32>() * scale;
    }
    for (out, near) in into[inside].iter_mut().zip(from.windows(2 * radius + 1)) {
        *out = near.iter().sum::<f32>() * scale;
    }
}

/// Row by row over whole rows, so that the sums of neighbouring columns are one operation.
fn mean_down(values: &mut [f32], width: usize, radius: usize, before: &mut Vec<f32>) {
    before.clear();
    before.extend_from_slice(values);
    let height = values.len() / width;
    let scale = 1.0 / (2 * radius + 1) as f32;
    for (y, row) in values.chunks_exact_mut(width).enumerate() {
        row.fill(0.0);
        for offset in 0..=2 * radius {
            let near = (y + offset).saturating_sub(radius).min(height - 1);
            for (sum, value) in row.iter_mut().zip(&before[near * width..(near + 1) * width]) {
                *sum += value * scale;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_blur_took_away_comes_back() {
        let sharp: Vec<u8> = (0..120 * 60).map(|i| if i % 120 / 6 % 2 == 0 { 40 } else { 210 }).collect();
        let mut soft: Vec<f32> = sharp.iter().map(|p| f32::from(*p)).collect();
        soften(&mut soft, 120, 2, &mut Vec::new());
        let seen = Luma::new(120, 60, soft.iter().map(|value| *value as u8).collect()).unwrap();
        let contrast = |luma: &Luma| {
            let row = &luma.pixels()[30 * 120 + 20..30 * 120 + 100];
            row.iter().max().unwrap() - row.iter().min().unwrap()
        };
        let back = seen.deblurred().unwrap();
        assert!(contrast(&back) > contrast(&seen) + 25, "{} after {}", contrast(&back), contrast(&seen));
        assert!(contrast(&seen.softened().unwrap()) < contrast(&seen));
    }

    proptest! {
        #[test]
        fn any_picture_is_softened_and_sharpened(width in 1..50_u32, height in 1..50_u32, grey in any::<u8>(), seed in any::<u8>()) {
            let pixels = (0..width * height).map(|i| (i as u8).wrapping_mul(seed)).collect();
            let luma = Luma::new(width, height, pixels).unwrap();
            prop_assert_eq!(luma.softened().unwrap().pixels().len(), luma.pixels().len());
            prop_assert_eq!(luma.deblurred().unwrap().pixels().len(), luma.pixels().len());
            let plain = Luma::new(width, height, vec![grey; (width * height) as usize]).unwrap();
            for same in [plain.softened().unwrap(), plain.deblurred().unwrap()] {
                prop_assert!(same.pixels().iter().all(|pixel| pixel.abs_diff(grey) <= 1));
            }
        }
    }
}
