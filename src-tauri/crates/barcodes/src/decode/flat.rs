//! A picture without its light: each pixel against the mean around it.
#![allow(
    clippy::indexing_slicing,
    reason = "pixel loops: places come from the picture's own size; `any_picture_is_flattened` covers odd ones"
)]

use super::Luma;

/// Signed differences from the surrounding mean, row by row: dark is negative.
#[derive(Debug, Default)]
pub(super) struct Flat {
    pub width: usize,
    pub height: usize,
    pub values: Vec<i16>,
}

impl Flat {
    /// Against the mean of a square of side 2 × radius + 1.
    pub fn of(luma: &Luma, radius: usize) -> Flat {
        let (width, height) = (luma.width() as usize, luma.height() as usize);
        let pixels = luma.pixels();
        let radius = radius.clamp(1, 400);
        let mut values = Vec::with_capacity(pixels.len());
        // Sums of columns over the rows near the present one, brought forward row by row.
        let mut columns = vec![0_u32; width];
        let row = |y: usize| &pixels[y * width..(y + 1) * width];
        for y in 0..radius.min(height) {
            columns.iter_mut().zip(row(y)).for_each(|(sum, p)| *sum += u32::from(*p));
        }
        for y in 0..height {
            if y + radius < height {
                columns.iter_mut().zip(row(y + radius)).for_each(|(sum, p)| *sum += u32::from(*p));
            }
            if y > radius {
                columns.iter_mut().zip(row(y - radius - 1)).for_each(|(sum, p)| *sum -= u32::from(*p));
            }
            let rows = (y + radius).min(height - 1) - y.saturating_sub(radius) + 1;
            flatten_row(row(y), &columns, rows, radius, &mut values);
        }
        Flat { width, height, values }
    }

    /// Between pixels; 0 outside.
    #[inline]
    pub fn at(&self, x: f32, y: f32) -> f32 {
        let (x, y) = (x - 0.5, y - 0.5);
        // Neither is a number that is none.
        if !(x >= 0.0 && y >= 0.0 && x < self.width as f32 && y < self.height as f32) {
            return 0.0;
        }
        let (left, top) = (x as usize, y as usize);
        if left + 1 >= self.width || top + 1 >= self.height {
            return 0.0;
        }
        let (dx, dy) = (x - left as f32, y - top as f32);
        let place = top * self.width + left;
        let (a, b) = (f32::from(self.values[place]), f32::from(self.values[place + 1]));
        let below = place + self.width;
        let (c, d) = (f32::from(self.values[below]), f32::from(self.values[below + 1]));
        let upper = a + (b - a) * dx;
        upper + (c + (d - c) * dx - upper) * dy
    }

    /// True for a pixel darker than what surrounds it. Light outside.
    pub fn dark(&self, x: usize, y: usize) -> bool {
        x < self.width && y < self.height && self.values[y * self.width + x] < DARK
    }

    /// Dark and light exchanged.
    pub fn invert(&mut self) {
        self.values.iter_mut().for_each(|value| *value = -*value);
    }
}

/// Noise on white paper is not dark.
const DARK: i16 = -3;

fn flatten_row(row: &[u8], columns: &[u32], rows: usize, radius: usize, values: &mut Vec<i16>) {
    let width = row.len();
    let mut sum: u32 = columns.iter().take(radius).sum();
    let mut scale = 0.0;
    let mut count = 0;
    for (x, pixel) in row.iter().enumerate() {
        if x + radius < width {
            sum += columns[x + radius];
        }
        if x > radius {
            sum -= columns[x - radius - 1];
        }
        let now = (x + radius).min(width - 1) - x.saturating_sub(radius) + 1;
        if now != count {
            count = now;
            scale = 1.0 / (count * rows) as f32;
        }
        values.push(i16::from(*pixel) - (sum as f32 * scale) as i16);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_picture_is_flattened(width in 1..40_usize, height in 1..40_usize, radius in 1..30_usize, seed in any::<u8>()) {
            let pixels: Vec<u8> = (0..width * height).map(|i| (i as u8).wrapping_mul(seed)).collect();
            let luma = Luma::new(width as u32, height as u32, pixels.clone()).unwrap();
            let flat = Flat::of(&luma, radius);
            for y in 0..height {
                for x in 0..width {
                    let mut around = Vec::new();
                    for near_y in y.saturating_sub(radius)..=(y + radius).min(height - 1) {
                        for near_x in x.saturating_sub(radius)..=(x + radius).min(width - 1) {
                            around.push(f32::from(pixels[near_y * width + near_x]));
                        }
                    }
                    let mean = around.iter().sum::<f32>() / around.len() as f32;
                    let value = f32::from(flat.values[y * width + x]);
                    prop_assert!((value - (f32::from(pixels[y * width + x]) - mean)).abs() <= 1.1);
                }
            }
            for at in [-1.0, 0.0, 0.5, 7.3, 1.0e9, f32::NAN] {
                let _ = flat.at(at, at);
            }
        }
    }
}
