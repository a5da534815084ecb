//! Pictures made easier to read.

use super::found::Region;
use super::{Luma, Point};
use image::imageops::{self, FilterType};
use image::{GrayImage, ImageBuffer};

impl Luma {
    /// A part of the picture; none if it is empty or reaches outside.
    pub(super) fn cut(&self, region: Region) -> Option<Luma> {
        let (x, y) = (region.x as usize, region.y as usize);
        let (width, height) = (region.width as usize, region.height as usize);
        let mut pixels = Vec::with_capacity(width.checked_mul(height)?);
        for row in self.pixels().chunks(self.width() as usize).skip(y).take(height) {
            pixels.extend_from_slice(row.get(x..x.checked_add(width)?)?);
        }
        Luma::new(region.width, region.height, pixels).ok()
    }

    /// Scaled so that the longest side has at most `side` pixels; none if it is already that small.
    pub(super) fn at_most(&self, side: u32) -> Option<Luma> {
        let longest = self.width().max(self.height());
        if longest <= side {
            return None;
        }
        let scaled = |length: u32| {
            let length = u64::from(length) * u64::from(side) / u64::from(longest);
            u32::try_from(length).unwrap_or(side).max(1)
        };
        let small = imageops::thumbnail(&self.to_image()?, scaled(self.width()), scaled(self.height()));
        from_image(small)
    }

    /// Twice as wide and high.
    pub(super) fn doubled(&self) -> Option<Luma> {
        let (width, height) = (self.width().checked_mul(2)?, self.height().checked_mul(2)?);
        from_image(imageops::resize(&self.to_image()?, width, height, FilterType::Triangle))
    }

    /// Edges made steeper, against blur.
    pub(super) fn unsharp(&self) -> Option<Luma> {
        from_image(imageops::unsharpen(&self.to_image()?, 1.5, 0))
    }

    /// Black and white by comparing each pixel with the mean of its neighbourhood, against uneven light.
    pub(super) fn adaptive(&self) -> Option<Luma> {
        let image = self.to_image()?;
        let radius = (self.width().max(self.height()) / 24).max(6);
        let black_and_white = threshold_by_mean(&image, radius);
        from_image(black_and_white)
    }

    /// Light and dark exchanged.
    pub(super) fn inverted(&self) -> Option<Luma> {
        Luma::new(self.width(), self.height(), self.pixels().iter().map(|p| 255 - p).collect()).ok()
    }

    /// Turned by so many degrees, white around it. The second answers where a place in it was before.
    pub(super) fn turned(&self, degrees: f32) -> Option<(Luma, impl Fn(Point) -> Point + use<>)> {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (width, height) = (self.width() as f32, self.height() as f32);
        let wide = (width * cos.abs() + height * sin.abs()).ceil();
        let high = (width * sin.abs() + height * cos.abs()).ceil();
        let before = move |p: Point| {
            let (x, y) = (p.x - wide / 2.0, p.y - high / 2.0);
            Point { x: x * cos + y * sin + width / 2.0, y: y * cos - x * sin + height / 2.0 }
        };
        let (columns, rows) = (wide as u32, high as u32);
        let places = (0..rows).flat_map(|y| (0..columns).map(move |x| (x as f32 + 0.5, y as f32 + 0.5)));
        let pixels = places.map(|(x, y)| {
            let before = before(Point { x, y });
            self.between(before.x, before.y) as u8
        });
        Some((Luma::new(columns, rows, pixels.collect()).ok()?, before))
    }

    fn to_image(&self) -> Option<GrayImage> {
        ImageBuffer::from_raw(self.width(), self.height(), self.pixels().to_vec())
    }
}

fn from_image(image: GrayImage) -> Option<Luma> {
    let (width, height) = image.dimensions();
    Luma::new(width, height, image.into_raw()).ok()
}

/// A pixel is dark when it is well below the mean of the square of side 2 × radius + 1 around it.
#[expect(
    clippy::indexing_slicing,
    reason = "a pixel loop: every index is below the table's size by construction"
)]
fn threshold_by_mean(image: &GrayImage, radius: u32) -> GrayImage {
    const BELOW: u64 = 7;
    let (width, height) = image.dimensions();
    let (w, h, r) = (width as usize, height as usize, radius as usize);
    // sums[y][x]: all pixels above and left of (x, y).
    let stride = w + 1;
    let mut sums = vec![0_u64; stride * (h + 1)];
    for (y, row) in image.as_raw().chunks(w.max(1)).enumerate() {
        let mut line = 0;
        for (x, pixel) in row.iter().enumerate() {
            line += u64::from(*pixel);
            sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1] + line;
        }
    }
    let mut out = image.clone();
    for (y, row) in out.as_mut().chunks_mut(w.max(1)).enumerate() {
        let (top, bottom) = (y.saturating_sub(r), (y + r + 1).min(h));
        for (x, pixel) in row.iter_mut().enumerate() {
            let (left, right) = (x.saturating_sub(r), (x + r + 1).min(w));
            let sum = sums[bottom * stride + right] + sums[top * stride + left]
                - sums[top * stride + right]
                - sums[bottom * stride + left];
            let count = ((bottom - top) * (right - left)) as u64;
            *pixel = if (u64::from(*pixel) + BELOW) * count < sum { 0 } else { 255 };
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn adaptive_finds_marks_in_light_and_shade() {
        // A ramp from dark to bright with a darker dot at each end.
        let pixels: Vec<u8> = (0..200 * 40_u32).map(|i| 40 + u8::try_from(i % 200).unwrap()).collect();
        let mut picture = pixels;
        for x in [20_usize, 180] {
            picture[20 * 200 + x] -= 30;
        }
        let out = Luma::new(200, 40, picture).unwrap().adaptive().unwrap();
        assert_eq!(out.pixels()[20 * 200 + 20], 0);
        assert_eq!(out.pixels()[20 * 200 + 180], 0);
        assert_eq!(out.pixels()[20 * 200 + 100], 255);
    }

    proptest! {
        #[test]
        fn any_size_is_filtered(width in 1..60_u32, height in 1..60_u32, seed in any::<u8>()) {
            let pixels = (0..width * height).map(|i| (i as u8).wrapping_mul(seed)).collect();
            let luma = Luma::new(width, height, pixels).unwrap();
            for filtered in [luma.adaptive(), luma.unsharp(), luma.inverted()] {
                let filtered = filtered.unwrap();
                prop_assert_eq!((filtered.width(), filtered.height()), (width, height));
            }
            let doubled = luma.doubled().unwrap();
            prop_assert_eq!((doubled.width(), doubled.height()), (2 * width, 2 * height));
            let (turned, before) = luma.turned(f32::from(seed)).unwrap();
            prop_assert!(turned.width().max(turned.height()) >= width.min(height));
            let middle = before(Point { x: turned.width() as f32 / 2.0, y: turned.height() as f32 / 2.0 });
            prop_assert!((middle.x - width as f32 / 2.0).abs() < 1.0 && (middle.y - height as f32 / 2.0).abs() < 1.0);
            if let Some(small) = luma.at_most(16) {
                prop_assert_eq!(small.width().max(small.height()), 16);
            }
        }
    }
}
