//! Many kinds of code in one picture, and a camera's frames one after the other. The codes are drawn by another hand than this
//! crate's: zxing-cpp's writers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use barcodes::decode::{Decoder, Luma, Mode, Symbology, decode};
use barcodes::image_in;
use image::{GrayImage, ImageFormat};
use std::io::Cursor;
use std::time::Duration;
use zxingcpp::BarcodeFormat;

/// Generous: what is checked is the content, not the time.
const BUDGET: Duration = Duration::from_secs(20);

/// Twelve kinds, with what is to be read of each.
const CODES: [(BarcodeFormat, Symbology, &str, &str); 12] = [
    (BarcodeFormat::QRCode, Symbology::Qr, "RS:U:123450000159", "]Q1"),
    (BarcodeFormat::DataMatrix, Symbology::DataMatrix, "RS:L:A-1", "]d1"),
    (BarcodeFormat::PDF417, Symbology::Pdf417, "PARCEL 4711", "]L"),
    (BarcodeFormat::Aztec, Symbology::Aztec, "RS:T:T-0231", "]z0"),
    (BarcodeFormat::Code128, Symbology::Code128, "1Z999AA10123456784", "]C0"),
    (BarcodeFormat::EAN13, Symbology::Ean13, "4006381333931", "]E0"),
    (BarcodeFormat::EAN8, Symbology::Ean8, "96385074", "]E4"),
    (BarcodeFormat::ITF, Symbology::Itf, "10012345678902", "]I"),
    (BarcodeFormat::Code39, Symbology::Code39, "SHELF-12", "]A"),
    (BarcodeFormat::Code93, Symbology::Code93, "SHELF-93", "]G0"),
    (BarcodeFormat::DataBarExp, Symbology::DataBar, "0109506000134352", "]e0"),
    (BarcodeFormat::UPCA, Symbology::UpcA, "012345678905", "]E0"),
];

/// A symbol at so many pixels a module, with its quiet zone.
fn drawn(format: BarcodeFormat, text: &str, scale: u32) -> GrayImage {
    let text =
        if format == BarcodeFormat::DataBarExp { format!("(01){}", &text[2..]) } else { text.to_owned() };
    let code = zxingcpp::create(format).from_str(&text).unwrap_or_else(|e| panic!("{format}: {e}"));
    let image = code.to_image_with(&zxingcpp::write().scale(1).add_quiet_zones(true)).unwrap();
    let (width, height) = (image.width() as u32, image.height() as u32);
    // A line of bars is drawn 30 modules high.
    let stretch = if height < 4 { 30 } else { 1 };
    let data = image.data();
    GrayImage::from_fn((width + 8) * scale, (height * stretch + 8) * scale, |x, y| {
        let (x, y) = ((x / scale).wrapping_sub(4), (y / scale).wrapping_sub(4) / stretch);
        let dark = x < width && y < height && data[(y * width + x) as usize] < 128;
        image::Luma([if dark { 30 } else { 220 }])
    })
}

fn put(page: &mut GrayImage, code: &GrayImage, left: u32, top: u32) {
    image::imageops::replace(page, code, i64::from(left), i64::from(top));
}

fn luma(image: &GrayImage) -> Luma {
    Luma::new(image.width(), image.height(), image.as_raw().clone()).unwrap()
}

#[test]
fn twelve_codes_in_one_picture_are_all_read_and_told_apart() {
    let mut page = GrayImage::from_pixel(1920, 1080, image::Luma([220]));
    let (cell_width, cell_height) = (640, 270);
    for (place, (format, _, text, _)) in CODES.iter().enumerate() {
        let place = place as u32;
        let code = drawn(*format, text, if *format == BarcodeFormat::Code128 { 2 } else { 3 });
        assert!(
            code.width() < cell_width && code.height() < cell_height,
            "{format}: {:?}",
            code.dimensions()
        );
        put(&mut page, &code, place % 3 * cell_width + 20, place / 3 * cell_height + 5);
    }
    let symbols = decode(&luma(&page), Mode::Still, BUDGET);
    for (place, (format, symbology, text, aim)) in CODES.iter().enumerate() {
        let found = symbols.iter().find(|s| s.symbology == *symbology);
        let found = found.unwrap_or_else(|| panic!("{format} is missing among {symbols:#?}"));
        assert_eq!((found.text.as_str(), found.bytes.as_slice()), (*text, text.as_bytes()));
        assert!(found.aim.starts_with(aim), "{format}: {}", found.aim);
        let (left, top) = ((place as u32 % 3 * cell_width) as f32, (place as u32 / 3 * cell_height) as f32);
        for corner in found.corners {
            assert!(corner.x >= left && corner.x < left + cell_width as f32, "{format}: {corner:?}");
            assert!(corner.y >= top && corner.y < top + cell_height as f32, "{format}: {corner:?}");
        }
    }
    assert_eq!(symbols.len(), CODES.len(), "{symbols:#?}");
}

#[test]
fn small_qr_codes_are_read() {
    for (format, symbology, text) in [
        (BarcodeFormat::MicroQRCode, Symbology::MicroQr, "SHELF 12"),
        (BarcodeFormat::RMQRCode, Symbology::RmQr, "RS:T:T-0231"),
    ] {
        let symbols = decode(&luma(&drawn(format, text, 4)), Mode::Still, BUDGET);
        assert_eq!(symbols.len(), 1, "{format}: {symbols:?}");
        assert_eq!((symbols[0].symbology, symbols[0].text.as_str()), (symbology, text));
    }
}

/// A 720p frame: a bench with nothing on it, or a label.
fn frame(label: Option<&GrayImage>) -> Luma {
    let mut page = GrayImage::from_fn(1280, 720, |x, y| image::Luma([(120 + (x + y) / 40) as u8]));
    if let Some(label) = label {
        put(&mut page, label, 700, 300);
    }
    luma(&page)
}

#[test]
fn a_label_is_read_from_every_frame_that_shows_it() {
    let label = drawn(BarcodeFormat::QRCode, "RS:U:123450000159", 3);
    let mut camera = Decoder::new();
    for _ in 0..3 {
        assert_eq!(camera.look(&frame(None), BUDGET), vec![]);
    }
    for _ in 0..3 {
        let symbols = camera.look(&frame(Some(&label)), BUDGET);
        assert_eq!(symbols.len(), 1);
        assert_eq!(symbols[0].text, "RS:U:123450000159");
        assert!(symbols[0].corners.iter().all(|c| c.x > 690.0 && c.y > 290.0 && c.x < 900.0 && c.y < 500.0));
    }
    assert_eq!(camera.look(&frame(None), BUDGET), vec![]);
    assert_eq!(camera.look(&frame(Some(&label)), Duration::ZERO), vec![], "no budget, no symbols");
}

#[test]
fn bars_that_lie_are_read_from_frames() {
    let label = image::imageops::rotate90(&drawn(BarcodeFormat::Code128, "1Z999AA10123456784", 2));
    let mut camera = Decoder::new();
    let symbols = camera.look(&frame(Some(&label)), BUDGET);
    assert_eq!(symbols.len(), 1);
    assert_eq!((symbols[0].symbology, symbols[0].text.as_str()), (Symbology::Code128, "1Z999AA10123456784"));
    assert!(
        symbols[0].corners.iter().all(|c| c.x > 690.0 && c.y > 290.0 && c.x < 900.0 && c.y < 720.0),
        "{symbols:?}"
    );
}

#[test]
fn a_faint_label_in_a_scene_at_rest_is_read_within_some_frames() {
    let label = drawn(BarcodeFormat::QRCode, "RS:U:123450000159", 3);
    let turned = image::imageops::rotate90(&drawn(BarcodeFormat::DataMatrix, "RS:L:A-1", 3));
    let mut page = GrayImage::from_raw(1280, 720, frame(Some(&label)).into_pixels()).unwrap();
    let light_on_dark = GrayImage::from_fn(turned.width(), turned.height(), |x, y| {
        image::Luma([255 - turned.get_pixel(x, y).0[0]])
    });
    put(&mut page, &light_on_dark, 200, 100);
    let mut camera = Decoder::new();
    let read = (0..12).flat_map(|_| camera.look(&luma(&page), BUDGET)).any(|s| s.text == "RS:L:A-1");
    assert!(read, "the quick look does not try light on dark; the close look must");
}

#[test]
fn a_cameras_frame_is_the_same_picture_as_a_files() {
    let picture = drawn(BarcodeFormat::QRCode, "RS:C:YES", 5);
    let mut jpeg = Cursor::new(Vec::new());
    picture.write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
    let jpeg = jpeg.into_inner();
    let (file, frame) = (image_in::load(&jpeg).unwrap(), image_in::load_frame(&jpeg).unwrap());
    assert_eq!((file.width(), file.height()), (frame.width(), frame.height()));
    assert!(file.pixels().iter().zip(frame.pixels()).all(|(a, b)| a.abs_diff(*b) <= 4));
    let colours = image::DynamicImage::ImageLuma8(picture.clone()).into_rgb8();
    let mut jpeg_rgb = Cursor::new(Vec::new());
    colours.write_to(&mut jpeg_rgb, ImageFormat::Jpeg).unwrap();
    let read = decode(&image_in::load_frame(&jpeg_rgb.into_inner()).unwrap(), Mode::Still, BUDGET);
    assert_eq!(read[0].text, "RS:C:YES");
    assert_eq!(image_in::load_frame(&jpeg[..jpeg.len() / 2]).unwrap_err().code(), "image-damaged");
    assert_eq!(image_in::load_frame(b"RS:C:YES").unwrap_err().code(), "image-not-an-image");
}
