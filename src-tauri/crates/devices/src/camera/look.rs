//! How good a picture is: sharp, lit, and of something. Pure.
//!
//! Blur is measured as the width of edges in pixels, not as an amount of detail: where brightness steps, the energy of
//! its second derivative over that of its first is 1 / (2 σ²) for an edge blurred by a Gaussian of σ pixels, whatever
//! its contrast and light. A blank sheet has no edges and so no blur. Both directions are looked at, since a hand that
//! moves blurs only one. Every fourth row is enough.

/// Only each so many rows are looked at.
const ROW_STEP: usize = 4;
/// Pixels of a row that are judged together.
const RUN: usize = 24;
/// A run has an edge where brightness changes by this much from a pixel to the one after the next.
const EDGE: i32 = 24;
/// With fewer runs that have an edge, nothing is said about blur.
const MIN_EDGE_RUNS: u32 = 12;
/// Darker than this is black, brighter than that is white: nothing is left to see.
const BLACK: u8 = 12;
const WHITE: u8 = 250;
/// Tiles across and down, for light and for what lies in the frame.
const TILES_ACROSS: usize = 16;
const TILES_DOWN: usize = 9;

/// What was measured of one picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// Width of its edges in pixels, as the σ of a Gaussian, in the worse direction; `None` where there are no edges.
    pub blur_px: Option<f32>,
    /// The same as thousandths of the picture's width: to compare pictures of several sizes.
    pub blur_permille: Option<f32>,
    /// Mean brightness, 0 to 255.
    pub brightness: f32,
    /// Share of black pixels, 0 to 1.
    pub black: f32,
    /// Share of white pixels, 0 to 1.
    pub white: f32,
    /// Darkest over brightest of the nine parts of the picture, 0 to 1.
    pub evenness: f32,
    /// Mean brightness of 16 × 9 tiles, row after row: enough to tell an empty mat from one with something on it.
    pub tiles: Vec<u8>,
}

/// What is wrong with a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flaw {
    /// Out of focus, or moved.
    Blurred,
    /// Too little light.
    Dark,
    /// Too much light.
    Bright,
    /// A reflection hides a part.
    Glare,
    /// One side is much darker than the other.
    Uneven,
    /// Nothing lies there.
    Empty,
}

impl Flaw {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Blurred => "picture-blurred",
            Self::Dark => "picture-dark",
            Self::Bright => "picture-bright",
            Self::Glare => "picture-glare",
            Self::Uneven => "picture-uneven",
            Self::Empty => "picture-empty",
        }
    }
}

/// What a picture is measured against.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usual {
    /// Blur of the live stream lately, in thousandths of its width.
    pub blur_permille: Option<f32>,
    /// Tiles of the empty mat.
    pub mat: Option<Vec<u8>>,
}

/// Blurred beyond reading, in thousandths of the width, whatever the stream shows: 2.6 px at 1280.
const BLUR_LIMIT_PERMILLE: f32 = 2.0;
/// Below this a picture is sharp, whatever the stream shows: 1.2 px at 1280.
const BLUR_FINE_PERMILLE: f32 = 0.95;
/// So many times the stream's usual blur is a moved hand or camera.
const BLUR_OVER_USUAL: f32 = 1.6;
const DARK_BELOW: f32 = 38.0;
const BLACK_ABOVE: f32 = 0.6;
const WHITE_ABOVE: f32 = 0.35;
/// So much of white in one spot is a reflection.
const GLARE_ABOVE: f32 = 0.02;
const EVEN_ABOVE: f32 = 0.45;
/// Tiles that differ from the mat by this much, and how many make something.
const TILE_DIFFERS: f32 = 14.0;
const TILES_TAKEN: usize = 2;

impl Look {
    /// Looks at grey pixels, row after row; `None` where there are fewer than the size says, or next to none.
    pub fn at(width: usize, height: usize, grey: &[u8]) -> Option<Self> {
        if width < 3 * RUN || height < 3 * ROW_STEP || grey.len() < width.checked_mul(height)? {
            return None;
        }
        let rows: Vec<&[u8]> = grey.chunks_exact(width).take(height).collect();
        let mut along = Edges::default();
        let mut across = Edges::default();
        for three in rows.windows(3).step_by(ROW_STEP) {
            let [above, row, below] = three else { continue };
            along.look_along(row);
            across.look_across(above, row, below);
        }
        let light = Light::of(&rows, width);
        let blur_px = [along.blur(), across.blur()].into_iter().flatten().reduce(f32::max);
        Some(Self {
            blur_px,
            blur_permille: blur_px.map(|blur| blur * 1000.0 / width as f32),
            brightness: light.mean,
            black: light.black,
            white: light.white,
            evenness: light.evenness(),
            tiles: light.tiles,
        })
    }

    /// What is wrong with it as evidence.
    pub fn flaws(&self, usual: &Usual) -> Vec<Flaw> {
        let blurred = self.blur_permille.is_some_and(|blur| {
            let moved = usual.blur_permille.is_some_and(|usual| blur > usual * BLUR_OVER_USUAL);
            blur > BLUR_LIMIT_PERMILLE || (blur > BLUR_FINE_PERMILLE && moved)
        });
        let dark = self.brightness < DARK_BELOW || self.black > BLACK_ABOVE;
        let bright = self.white > WHITE_ABOVE;
        let empty = match &usual.mat {
            Some(mat) => !self.shows_something_on(mat),
            None => self.blur_px.is_none() && !dark,
        };
        [(blurred, Flaw::Blurred), (dark, Flaw::Dark), (bright, Flaw::Bright), (empty && !dark, Flaw::Empty)]
            .into_iter()
            .filter_map(|(is, flaw)| is.then_some(flaw))
            .collect()
    }

    /// What is wrong with lens and light, for whoever sets the camera up.
    pub fn set_up_flaws(&self) -> Vec<Flaw> {
        let glare = self.white > GLARE_ABOVE && self.white <= WHITE_ABOVE;
        let uneven = self.evenness < EVEN_ABOVE;
        let mut flaws = self.flaws(&Usual::default());
        flaws.retain(|flaw| *flaw != Flaw::Empty);
        flaws.extend(glare.then_some(Flaw::Glare));
        flaws.extend(uneven.then_some(Flaw::Uneven));
        flaws
    }

    /// Whether something lies on the mat, of which these are the tiles. Light that came up or went down everywhere alike is no something.
    pub fn shows_something_on(&self, mat: &[u8]) -> bool {
        let shifts: Vec<f32> =
            self.tiles.iter().zip(mat).map(|(now, then)| f32::from(*now) - f32::from(*then)).collect();
        let mut sorted = shifts.clone();
        sorted.sort_by(f32::total_cmp);
        let light = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
        shifts.iter().filter(|shift| (**shift - light).abs() > TILE_DIFFERS).count() >= TILES_TAKEN
    }
}

/// Energies of first and second derivative where there are edges.
#[derive(Debug, Default)]
struct Edges {
    first: u64,
    second: u64,
    runs: u32,
}

impl Edges {
    fn look_along(&mut self, row: &[u8]) {
        for run in row.chunks(RUN) {
            let threes = run.windows(3).filter_map(|three| match three {
                [before, here, after] => Some((*before, *here, *after)),
                _ => None,
            });
            self.take(threes);
        }
    }

    fn look_across(&mut self, above: &[u8], row: &[u8], below: &[u8]) {
        for ((above, row), below) in above.chunks(RUN).zip(row.chunks(RUN)).zip(below.chunks(RUN)) {
            let threes = above.iter().zip(row).zip(below);
            self.take(threes.map(|((above, here), below)| (*above, *here, *below)));
        }
    }

    /// Takes in a run of neighbours, if it has an edge.
    fn take(&mut self, threes: impl Iterator<Item = (u8, u8, u8)>) {
        let (mut first, mut second, mut steepest) = (0_u64, 0_u64, 0);
        for (before, here, after) in threes {
            let (before, here, after) = (i32::from(before), i32::from(here), i32::from(after));
            let slope = after - before;
            let bend = after - 2 * here + before;
            steepest = steepest.max(slope.abs());
            first += u64::from((slope * slope).unsigned_abs());
            second += u64::from((bend * bend).unsigned_abs());
        }
        if steepest >= EDGE {
            self.first += first;
            self.second += second;
            self.runs += 1;
        }
    }

    /// The σ of the blur in pixels.
    fn blur(&self) -> Option<f32> {
        if self.runs < MIN_EDGE_RUNS || self.second == 0 {
            return None;
        }
        // The slope was taken over two pixels: its square counts four times.
        let ratio = self.second as f32 / (self.first as f32 / 4.0);
        Some((1.0 / (2.0 * ratio)).sqrt())
    }
}

struct Light {
    mean: f32,
    black: f32,
    white: f32,
    tiles: Vec<u8>,
}

impl Light {
    fn of(rows: &[&[u8]], width: usize) -> Self {
        let (mut sum, mut black, mut white, mut count) = (0_u64, 0_u64, 0_u64, 0_u64);
        let mut tiles = Vec::with_capacity(TILES_ACROSS * TILES_DOWN);
        let tile_width = width.div_ceil(TILES_ACROSS);
        for band in rows.chunks(rows.len().div_ceil(TILES_DOWN)) {
            let mut sums = [(0_u64, 0_u64); TILES_ACROSS];
            for row in band.iter().step_by(ROW_STEP) {
                for (tile, (total, pixels)) in row.chunks(tile_width).zip(&mut sums) {
                    for pixel in tile {
                        *total += u64::from(*pixel);
                        black += u64::from(*pixel <= BLACK);
                        white += u64::from(*pixel >= WHITE);
                    }
                    *pixels += tile.len() as u64;
                }
            }
            for (total, pixels) in sums {
                sum += total;
                count += pixels;
                tiles.push(u8::try_from(total / pixels.max(1)).unwrap_or(u8::MAX));
            }
        }
        let of_all = |part: u64| part as f32 / count.max(1) as f32;
        Self { mean: of_all(sum), black: of_all(black), white: of_all(white), tiles }
    }

    /// Of the nine parts of the picture, each with its brightest tiles, so that what lies there does not count as shade.
    fn evenness(&self) -> f32 {
        let mut parts = [0_u8; 9];
        for (at, tile) in self.tiles.iter().enumerate() {
            let part = (at / TILES_ACROSS * 3 / TILES_DOWN) * 3 + at % TILES_ACROSS * 3 / TILES_ACROSS;
            if let Some(brightest) = parts.get_mut(part) {
                *brightest = (*brightest).max(*tile);
            }
        }
        let darkest = parts.iter().min().copied().unwrap_or_default();
        let brightest = parts.iter().max().copied().unwrap_or_default();
        f32::from(darkest) / f32::from(brightest.max(1))
    }
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma, imageops};

    use super::*;

    /// A sheet of large print on a light mat.
    fn scene(width: u32, height: u32) -> GrayImage {
        GrayImage::from_fn(width, height, |x, y| {
            let inside = (width / 4..width * 3 / 4).contains(&x) && (height / 4..height * 3 / 4).contains(&y);
            let ink = inside && (x / 37 + y / 34) % 2 == 0;
            Luma([if ink { 40 } else { 190 }])
        })
    }

    fn look(picture: &GrayImage) -> Look {
        Look::at(picture.width() as usize, picture.height() as usize, picture.as_raw()).unwrap()
    }

    #[test]
    fn blur_is_told_in_pixels_whatever_the_contrast() {
        // To within a factor of two, and always more for more: that tells a lens to be wiped from a sharp picture.
        let mut before = look(&scene(640, 360)).blur_px.unwrap();
        assert!(before < 0.8);
        for sigma in [1.5_f32, 2.5, 4.0] {
            let blurred = imageops::blur(&scene(640, 360), sigma);
            let pale = GrayImage::from_fn(640, 360, |x, y| {
                Luma([100 + (f32::from(blurred.get_pixel(x, y).0[0]) * 0.5) as u8])
            });
            let told = look(&blurred).blur_px.unwrap();
            // So soft and pale that no edge is left: then there is nothing in the frame.
            let paler = look(&pale).blur_px.unwrap_or(sigma);
            for told in [told, paler] {
                assert!((0.5..2.0).contains(&(told / sigma)), "σ {sigma} told as {told}");
            }
            assert!(told > before, "more blur is told as more");
            before = told;
        }
    }

    #[test]
    fn a_hand_that_moves_sideways_blurs_too() {
        let sharp = scene(640, 360);
        let moved = GrayImage::from_fn(640, 360, |x, y| {
            let sum: u32 = (0..13).map(|d| u32::from(sharp.get_pixel((x + d).min(639), y).0[0])).sum();
            Luma([(sum / 13) as u8])
        });
        assert!(look(&moved).blur_px.unwrap() > 1.6, "{:?}", look(&moved).blur_px);
        let usual = Usual { blur_permille: look(&sharp).blur_permille, mat: None };
        assert_eq!(look(&moved).flaws(&usual), [Flaw::Blurred]);
        assert_eq!(look(&sharp).flaws(&usual), []);
    }

    #[test]
    fn light_and_an_empty_mat_are_told() {
        let sharp = scene(640, 360);
        let with = |change: fn(u8) -> u8| {
            let mut picture = sharp.clone();
            picture.pixels_mut().for_each(|pixel| pixel.0[0] = change(pixel.0[0]));
            look(&picture)
        };
        assert_eq!(with(|v| v / 10).flaws(&Usual::default()), [Flaw::Dark]);
        assert_eq!(with(|v| v.saturating_add(90)).flaws(&Usual::default()), [Flaw::Bright]);
        let mat = GrayImage::from_pixel(640, 360, Luma([190]));
        assert_eq!(look(&mat).flaws(&Usual::default()), [Flaw::Empty]);
        let usual = Usual { blur_permille: None, mat: Some(look(&mat).tiles) };
        assert_eq!(look(&sharp).flaws(&usual), []);
        let dimmer = GrayImage::from_pixel(640, 360, Luma([150]));
        assert_eq!(look(&dimmer).flaws(&usual), [Flaw::Empty], "less light on an empty mat is no thing");
    }

    #[test]
    fn lens_and_light_check_sees_glare_and_shade() {
        let glare = GrayImage::from_fn(640, 360, |x, y| {
            Luma([if x.abs_diff(300) < 60 && y.abs_diff(100) < 60 { 255 } else { 150 }])
        });
        assert!(look(&glare).set_up_flaws().contains(&Flaw::Glare));
        let shade = GrayImage::from_fn(640, 360, |x, _| Luma([(240 - x / 3) as u8]));
        assert_eq!(look(&shade).set_up_flaws(), [Flaw::Uneven]);
        assert_eq!(look(&scene(640, 360)).set_up_flaws(), []);
    }

    #[test]
    fn too_few_pixels_are_no_picture() {
        assert_eq!(Look::at(640, 360, &[0; 100]), None);
        assert_eq!(Look::at(2, 2, &[0; 4]), None);
        assert_eq!(Look::at(usize::MAX, 2, &[0; 4]), None);
    }
}
