//! Symbols as a camera might see them, drawn with fixed seeds.

use barcodes::decode::Luma;
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageFormat};
use zxingcpp::BarcodeFormat;

/// The modules of a symbol with its quiet zone.
pub struct Grid {
    pub width: usize,
    pub height: usize,
    dark: Vec<bool>,
}

impl Grid {
    /// Printed or lit so that dark modules are so much too wide and high.
    fn dark(&self, x: f32, y: f32, gain: f32, stretch: f32) -> bool {
        if gain == 0.0 {
            return self.is_dark(x, y / stretch);
        }
        let by = gain.abs() / 2.0;
        let mut near = [(0.0, 0.0), (by, 0.0), (-by, 0.0), (0.0, by), (0.0, -by)].into_iter();
        let is_dark = |(dx, dy): (f32, f32)| self.is_dark(x + dx, (y + dy) / stretch);
        if gain > 0.0 { near.any(is_dark) } else { near.all(is_dark) }
    }

    fn is_dark(&self, x: f32, y: f32) -> bool {
        x >= 0.0
            && y >= 0.0
            && (x as usize) < self.width
            && (y as usize) < self.height
            && self.dark[y as usize * self.width + x as usize]
    }
}

/// A symbol by zxing-cpp's writer: another hand than the crate's own.
pub fn symbol(format: BarcodeFormat, text: &str) -> Grid {
    let code = zxingcpp::create(format).from_str(text).unwrap();
    let writer = zxingcpp::write().scale(1).add_quiet_zones(true);
    let image = code.to_image_with(&writer).unwrap();
    let dark = image.data().iter().map(|value| *value < 128).collect();
    Grid { width: image.width() as usize, height: image.height() as usize, dark }
}

/// A small generator of its own, so that a seed means the same for ever.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// 0 to 1.
    pub fn unit(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1_u64 << 24) as f32
    }

    fn normal(&mut self) -> f32 {
        (0..6).map(|_| self.unit()).sum::<f32>() * 1.41 - 4.23
    }
}

/// How a symbol is seen.
#[derive(Clone)]
pub struct View {
    pub px_per_module: f32,
    /// Turned in the picture, in degrees.
    pub turn: f32,
    /// Tilted away from the camera, in degrees.
    pub tilt: f32,
    /// Wrapped around a cylinder: half the angle that the symbol spans, in degrees.
    pub curve: f32,
    /// Grey of the dark and the light modules.
    pub dark: f32,
    pub light: f32,
    /// Light falls off by that share from one side to the other.
    pub shade: f32,
    /// Radius of a blinding spot, as a share of the symbol.
    pub glare: f32,
    /// Standard deviation in pixels.
    pub blur: f32,
    /// Length of the movement in pixels.
    pub motion: f32,
    /// Standard deviation in grey values.
    pub noise: f32,
    /// Modules by which dark ones are too wide: ink that ran, or where it is negative light that ate them away.
    pub gain: f32,
    /// Share of the symbol that is torn or painted over.
    pub damage: f32,
    /// JPEG quality; 100 leaves the picture alone.
    pub quality: u8,
}

impl Default for View {
    fn default() -> Self {
        View {
            px_per_module: 4.0,
            turn: 3.0,
            tilt: 0.0,
            curve: 0.0,
            dark: 40.0,
            light: 210.0,
            shade: 0.1,
            glare: 0.0,
            blur: 0.7,
            motion: 0.0,
            noise: 3.0,
            gain: 0.0,
            damage: 0.0,
            quality: 90,
        }
    }
}

pub fn seen(grid: &Grid, view: &View, seed: u64) -> Luma {
    let mut random = Random::new(seed);
    // A symbol of one line of modules is as high as a third of its width.
    let stretch = if grid.height < 4 { grid.width as f32 / 3.0 } else { 1.0 };
    let (w, h) = (grid.width as f32, grid.height as f32 * stretch);
    let side = ((w.hypot(h) + 6.0) * view.px_per_module) as usize;
    let mut pixels = vec![0.0_f32; side * side];
    let (sin, cos) = view.turn.to_radians().sin_cos();
    let (tilt_sin, tilt_cos) = view.tilt.to_radians().sin_cos();
    let distance = w.max(h) * 2.2;
    let blots: Vec<(f32, f32, f32, bool)> = (0..6)
        .map(|i| (random.unit() * w, random.unit() * h, (view.damage * w * h / 6.0 / 3.1).sqrt(), i % 2 == 0))
        .collect();
    let glare = (w * (0.2 + 0.6 * random.unit()), h * (0.2 + 0.6 * random.unit()), view.glare * w.min(h));
    for (place, pixel) in pixels.iter_mut().enumerate() {
        let (px, py) = ((place % side) as f32, (place / side) as f32);
        let mut sum = 0.0;
        for sample in 0..9 {
            let (dx, dy) = ((sample % 3) as f32 / 3.0 + 0.17, (sample / 3) as f32 / 3.0 + 0.17);
            let (x, y) = (
                (px + dx - side as f32 / 2.0) / view.px_per_module,
                (py + dy - side as f32 / 2.0) / view.px_per_module,
            );
            let (x, y) = (x * cos + y * sin, y * cos - x * sin);
            // The plane is turned around its vertical axis.
            let depth = distance / (distance * tilt_cos - x * tilt_sin);
            let (mut x, y) = (x * depth, y * depth);
            if view.curve > 0.0 {
                let half = view.curve.to_radians();
                let radius = w / 2.0 / half;
                x = if x.abs() < radius { (x / radius).asin() * radius } else { f32::INFINITY };
            }
            let (x, y) = (x + w / 2.0, y + h / 2.0);
            let mut value = if grid.dark(x, y, view.gain, stretch) { view.dark } else { view.light };
            for (bx, by, radius, black) in &blots {
                if (x - bx).hypot(y - by) < *radius {
                    value = if *black { view.dark } else { view.light };
                }
            }
            value *= 1.0 - view.shade * (x / w - 0.5);
            if glare.2 > 0.0 {
                let from = (x - glare.0).hypot(y - glare.1) / glare.2;
                value += 300.0 * (-from * from).exp();
            }
            sum += value;
        }
        *pixel = sum / 9.0;
    }
    finish(pixels, side, view, &mut random)
}

/// What the lens, the sensor and the camera's JPEG do.
fn finish(mut pixels: Vec<f32>, side: usize, view: &View, random: &mut Random) -> Luma {
    for value in &mut pixels {
        *value = value.min(255.0);
    }
    if view.blur > 0.0 {
        blur(&mut pixels, side, view.blur);
    }
    if view.motion >= 1.0 {
        let still = pixels.clone();
        let steps = view.motion.ceil() as usize;
        for y in 0..side {
            for x in 0..side {
                let sum: f32 = (0..steps).map(|i| still[y * side + (x + i).min(side - 1)]).sum();
                pixels[y * side + x] = sum / steps as f32;
            }
        }
    }
    let bytes: Vec<u8> =
        pixels.iter().map(|value| (value + random.normal() * view.noise).clamp(0.0, 255.0) as u8).collect();
    let side = u32::try_from(side).unwrap();
    if view.quality >= 100 {
        return Luma::new(side, side, bytes).unwrap();
    }
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, view.quality)
        .encode(&bytes, side, side, ExtendedColorType::L8)
        .unwrap();
    let grey = image::load_from_memory_with_format(&jpeg, ImageFormat::Jpeg).unwrap().into_luma8();
    Luma::new(side, side, grey.into_raw()).unwrap()
}

fn blur(pixels: &mut [f32], side: usize, sigma: f32) {
    let radius = (sigma * 3.0).ceil() as isize;
    let kernel: Vec<f32> =
        (-radius..=radius).map(|i| (-(i * i) as f32 / (2.0 * sigma * sigma)).exp()).collect();
    let sum: f32 = kernel.iter().sum();
    for across in [true, false] {
        let before = pixels.to_vec();
        for y in 0..side as isize {
            for x in 0..side as isize {
                let mut value = 0.0;
                for (place, weight) in kernel.iter().enumerate() {
                    let offset = place as isize - radius;
                    let (sx, sy) = if across { (x + offset, y) } else { (x, y + offset) };
                    let (sx, sy) = (sx.clamp(0, side as isize - 1), sy.clamp(0, side as isize - 1));
                    value += weight * before[(sy * side as isize + sx) as usize];
                }
                pixels[(y * side as isize + x) as usize] = value / sum;
            }
        }
    }
}
