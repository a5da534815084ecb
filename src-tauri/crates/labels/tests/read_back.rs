//! Every label, drawn as a printer draws it, and its codes read back by a reader that knows nothing of us.
//! Needs pdftoppm, pdffonts, pdfinfo, pdftotext (poppler-utils) and zbarimg (zbar-tools).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use labels::{
    Captions, CommandSheet, ContainerLabel, DispositionLabel, Label, LpnLabel, OperatorBadge, ReturnLabel,
    command_sheet, container_label, disposition_label, lpn_label, operator_badge, return_label,
    standard_commands, to_luma, to_pdf, to_png,
};
use rstest::rstest;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

const LPN: &str = "041733927088";
const PRINTER_DPI: f64 = 203.0;

/// "QR-Code:RS:U:…" and "CODE-128:RS:U:…", as zbarimg says it.
fn read(picture: &Path) -> BTreeSet<String> {
    let seen = run(Command::new("zbarimg").arg("--quiet").arg(picture), "zbar-tools");
    seen.lines().map(str::to_owned).collect()
}

fn run(command: &mut Command, package: &str) -> String {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{program} does not start ({error}): apt-get install {package}"));
    // zbarimg exits with 4 where it found nothing: the caller says what was missing.
    assert!(
        output.status.success() || output.status.code() == Some(4),
        "{program}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The pages of a PDF as pictures, grey with soft edges or each dot black or white.
fn printed(pdf: &[u8], folder: &Path, colours: &str) -> Vec<PathBuf> {
    let file = folder.join("label.pdf");
    std::fs::write(&file, pdf).unwrap();
    let dpi = PRINTER_DPI.to_string();
    let mut command = Command::new("pdftoppm");
    command.args(["-r", &dpi, colours]).arg(&file).arg(folder.join("page"));
    if colours == "-gray" {
        command.arg("-png");
    }
    run(&mut command, "poppler-utils");
    let mut pages: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("page"))
        .collect();
    pages.sort();
    pages
}

fn example_lpn() -> Label {
    lpn_label(&LpnLabel {
        lpn: LPN.to_owned(),
        station: "LEJ2-B04".to_owned(),
        title: "Aurel WH-900 headphones, black".to_owned(),
        received: "21 Nov 2026".to_owned(),
        captions: Captions::default(),
    })
    .unwrap()
}

fn disposition(grade: &str, words: &str, product: &str) -> DispositionLabel {
    DispositionLabel {
        lpn: LPN.to_owned(),
        print_number: 1,
        product: product.to_owned(),
        grade: grade.to_owned(),
        disposition_words: words.to_owned(),
        owner: "NLK".to_owned(),
        station: "LEJ2-B04".to_owned(),
        date: "21 Nov 2026".to_owned(),
        container_hint: "T-0231".to_owned(),
        captions: Captions::default(),
    }
}

fn example_disposition() -> Label {
    disposition_label(&disposition("B", "Restock as B", "Aurel WH-900 headphones, black, with case")).unwrap()
}

fn arabic_disposition() -> Label {
    let mut label = disposition("C", "إعادة إلى المخزون", "سماعات Aurel WH-900 لاسلكية سوداء مع علبة");
    label.captions = Captions { owner: "المالك".to_owned(), ..Captions::default() };
    disposition_label(&label).unwrap()
}

fn example_container() -> Label {
    container_label(&ContainerLabel {
        container: "T-0231".to_owned(),
        disposition_words: "Restock as B".to_owned(),
        owner: "NLK".to_owned(),
        depot: "LEJ2".to_owned(),
        captions: Captions::default(),
    })
    .unwrap()
}

fn token() -> String {
    // 144 characters of base45, spaces among them.
    "7WE QE$-E52L%HN/+A:K0*$B. ".chars().cycle().take(144).collect()
}

fn example_return() -> Label {
    return_label(&ReturnLabel {
        token: token(),
        rma: "R-2026-004711".to_owned(),
        owner: "Nordlicht Kontor".to_owned(),
        valid_until: "31 Dec 2026".to_owned(),
        note: "Put this label inside the parcel, on top of the goods. It holds no name and no address."
            .to_owned(),
        captions: Captions::default(),
    })
    .unwrap()
}

fn example_badge() -> Label {
    operator_badge(&OperatorBadge {
        badge: "KW-7F3A9C".to_owned(),
        initials: "KW".to_owned(),
        role: "Grader".to_owned(),
        depot: "LEJ2".to_owned(),
    })
    .unwrap()
}

fn example_sheet() -> Vec<Label> {
    command_sheet(&CommandSheet {
        title: "Command sheet, bench LEJ2-B04".to_owned(),
        note: "Scan instead of touching. Print at 100 %, keep flat and clean. Cover the neighbours with your hand \
               if the wrong one is read."
            .to_owned(),
        footer: "Check: scan YES, the bench must say “YES, nothing to answer”.".to_owned(),
        entries: standard_commands(),
        captions: Captions::default(),
    })
    .unwrap()
}

/// What must be read from each label.
fn expected(symbologies: &[&str], content: &str) -> BTreeSet<String> {
    symbologies.iter().map(|symbology| format!("{symbology}:{content}")).collect()
}

const BOTH: &[&str] = &["QR-Code", "CODE-128"];

#[rstest]
#[case::lpn(example_lpn(), BOTH, "RS:U:041733927088")]
#[case::disposition(example_disposition(), BOTH, "RS:U:041733927088/1")]
#[case::arabic(arabic_disposition(), BOTH, "RS:U:041733927088/1")]
#[case::container(example_container(), BOTH, "RS:T:T-0231")]
#[case::return_label(example_return(), &["QR-Code"], &format!("RS:R:{}", token()))]
#[case::badge(example_badge(), &["QR-Code"], "RS:O:KW-7F3A9C")]
fn codes_are_read_back_from_paper_and_screen(
    #[case] label: Label,
    #[case] symbologies: &[&str],
    #[case] content: &str,
) {
    let wanted = expected(symbologies, content);
    let pdf = to_pdf(std::slice::from_ref(&label)).unwrap();
    for colours in ["-gray", "-mono"] {
        let folder = tempfile::tempdir().unwrap();
        let pages = printed(&pdf, folder.path(), colours);
        assert_eq!(pages.len(), 1);
        assert_eq!(read(&pages[0]), wanted, "printed {colours}");
    }
    for dpi in [PRINTER_DPI, 300.0] {
        let folder = tempfile::tempdir().unwrap();
        let picture = folder.path().join("label.png");
        std::fs::write(&picture, to_png(&label, dpi).unwrap()).unwrap();
        assert_eq!(read(&picture), wanted, "drawn at {dpi} dpi");
    }
}

#[test]
fn every_command_is_read_back_from_the_sheet() {
    let pages = example_sheet();
    let mut wanted = BTreeSet::new();
    for entry in standard_commands() {
        wanted.extend(expected(BOTH, &format!("RS:C:{}", entry.command)));
    }
    let folder = tempfile::tempdir().unwrap();
    let printed = printed(&to_pdf(&pages).unwrap(), folder.path(), "-gray");
    // All commands stand on both sides of one sheet of paper.
    assert_eq!(printed.len(), 2);
    let mut seen = BTreeSet::new();
    for page in &printed {
        seen.extend(read(page));
    }
    assert_eq!(seen, wanted);
}

#[test]
fn print_numbers_up_to_999_fit_at_three_dots() {
    for print_number in [1, 12, 999] {
        let label =
            disposition_label(&DispositionLabel { print_number, ..disposition("A", "Restock", "Lamp") })
                .unwrap();
        let bars = label
            .elements
            .iter()
            .find_map(|element| match element {
                labels::model::Element::Bars(bars) => Some(bars),
                _ => None,
            })
            .unwrap();
        assert_eq!(bars.module_mm, labels::model::dots(3));
        let folder = tempfile::tempdir().unwrap();
        let pages = printed(&to_pdf(&[label]).unwrap(), folder.path(), "-mono");
        assert_eq!(read(&pages[0]), expected(BOTH, &format!("RS:U:{LPN}/{print_number}")));
    }
}

/// On paper each bar and module is exactly as many dots as it should be, so paper and screen hold the same dots.
#[rstest]
#[case(example_lpn())]
#[case(example_disposition())]
fn paper_and_screen_hold_the_same_dots(#[case] label: Label) {
    let codes_only: Vec<_> = label
        .elements
        .iter()
        .filter(|element| {
            matches!(element, labels::model::Element::Bars(_) | labels::model::Element::Matrix(_))
        })
        .cloned()
        .collect();
    let label = Label { elements: codes_only, ..label };
    let screen = to_luma(&label, PRINTER_DPI).unwrap();
    for colours in ["-gray", "-mono"] {
        let folder = tempfile::tempdir().unwrap();
        let pages = printed(&to_pdf(std::slice::from_ref(&label)).unwrap(), folder.path(), colours);
        let paper = grey(&pages[0]);
        assert_eq!(paper.dimensions(), screen.dimensions());
        let differing = paper
            .pixels()
            .zip(screen.pixels())
            .filter(|(paper, screen)| (paper[0] < 128) != (screen[0] < 128));
        assert_eq!(differing.count(), 0, "{colours}");
    }
}

/// Reads a PNG, or a PBM as pdftoppm writes it.
fn grey(picture: &Path) -> image::GrayImage {
    let bytes = std::fs::read(picture).unwrap();
    if let Some(rest) = bytes.strip_prefix(b"P4\n") {
        let line_end = rest.iter().position(|byte| *byte == b'\n').unwrap();
        let size = String::from_utf8(rest[..line_end].to_vec()).unwrap();
        let (width, height) = size.split_once(' ').unwrap();
        let (width, height): (u32, u32) = (width.parse().unwrap(), height.parse().unwrap());
        let dots = &rest[line_end + 1..];
        let stride = width.div_ceil(8);
        return image::GrayImage::from_fn(width, height, |x, y| {
            let byte = dots[(y * stride + x / 8) as usize];
            image::Luma([if byte >> (7 - x % 8) & 1 == 1 { 0 } else { 255 }])
        });
    }
    image::load_from_memory(&bytes).unwrap().into_luma8()
}

#[test]
fn a_page_is_as_large_as_its_label() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("labels.pdf");
    std::fs::write(&file, to_pdf(&[example_lpn(), example_disposition()]).unwrap()).unwrap();
    let said = run(Command::new("pdfinfo").args(["-f", "1", "-l", "2"]).arg(&file), "poppler-utils");
    // 51 × 25 mm and 100 × 50 mm in points.
    for size in ["144.567 x 70.866", "283.465 x 141.732"] {
        assert!(said.contains(size), "{said}");
    }
}

#[test]
fn fonts_are_embedded_and_cut_down_to_the_used_glyphs() {
    for label in
        [example_lpn(), example_disposition(), arabic_disposition(), example_container(), example_return()]
    {
        let pdf = to_pdf(std::slice::from_ref(&label)).unwrap();
        assert!(pdf.len() < 40_000, "{}: {} bytes", label.name, pdf.len());
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("label.pdf");
        std::fs::write(&file, pdf).unwrap();
        let said = run(Command::new("pdffonts").arg(&file), "poppler-utils");
        for font in said.lines().skip(2) {
            let words: Vec<&str> = font.split_whitespace().collect();
            // Name, type, encoding, then embedded, subset, Unicode; object and generation last.
            assert_eq!(words[words.len() - 5..words.len() - 2], ["yes", "yes", "yes"], "{said}");
        }
        assert!(said.contains("Inter-Bold"), "{said}");
    }
}

#[test]
fn words_can_be_searched_and_copied() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("label.pdf");
    std::fs::write(&file, to_pdf(&[example_disposition()]).unwrap()).unwrap();
    let said = run(Command::new("pdftotext").arg(&file).arg("-"), "poppler-utils");
    for words in ["Restock as B", "04173-39270-88", "Aurel WH-900 headphones, black, with", "Owner NLK"] {
        assert!(said.contains(words), "{words} in {said}");
    }
}

#[test]
fn two_labels_never_share_a_font_name_with_other_glyphs() {
    let names = |label: Label| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("label.pdf");
        std::fs::write(&file, to_pdf(&[label]).unwrap()).unwrap();
        let said = run(Command::new("pdffonts").arg(&file), "poppler-utils");
        said.lines()
            .skip(2)
            .map(|line| line.split_whitespace().next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let first = names(example_lpn());
    let second = names(example_disposition());
    assert!(first.iter().all(|name| name.contains('+') && !second.contains(name)), "{first:?} {second:?}");
}

/// Words stay on the label and off the symbols.
#[rstest]
#[case::nothing("", "", "")]
#[case::long(
    "X",
    "Quarantine until a supervisor has looked at it and said what shall happen to it",
    "Professional noise cancelling over-ear wireless headphones with a very long name and a longer subtitle, black"
)]
#[case::unbroken(
    "D",
    "Harvest parts",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHI"
)]
#[case::odd("N", "tea 茶\u{0}\u{1d}🎧\u{202e}", "\u{feff}\u{301}a\u{301}\u{301} ﷺ “x” €")]
#[case::arabic("A", "إتلاف", "قميص")]
fn whatever_the_words_the_codes_stay_readable(
    #[case] grade: &str,
    #[case] words: &str,
    #[case] product: &str,
) {
    let mut label = disposition(grade, words, product);
    if words.is_empty() {
        label = DispositionLabel { lpn: LPN.to_owned(), print_number: 1, ..DispositionLabel::default() };
    }
    let label = disposition_label(&label).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let pages = printed(&to_pdf(std::slice::from_ref(&label)).unwrap(), folder.path(), "-gray");
    assert_eq!(read(&pages[0]), expected(BOTH, "RS:U:041733927088/1"));
    let picture = to_luma(&label, PRINTER_DPI).unwrap();
    let edge = picture.enumerate_pixels().filter(|(x, y, _)| *x < 8 || *y < 8 || *x > 790 || *y > 391);
    assert!(edge.into_iter().all(|(_, _, pixel)| pixel[0] == 255), "ink at the label's edge");
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    assert_eq!(to_pdf(&[]).unwrap_err().code(), "label-nothing");
    let huge = Label { width_mm: 5000.0, ..example_lpn() };
    assert_eq!(to_pdf(std::slice::from_ref(&huge)).unwrap_err().code(), "label-size");
    assert_eq!(to_luma(&huge, 203.0).unwrap_err().code(), "label-size");
    assert_eq!(to_luma(&example_lpn(), f64::NAN).unwrap_err().code(), "label-size");
    assert_eq!(to_luma(&example_lpn(), 9_000.0).unwrap_err().code(), "label-size");
    assert_eq!(command_sheet(&CommandSheet::default()).unwrap_err().code(), "label-nothing");
    let long = ContainerLabel { container: "T".repeat(38), ..ContainerLabel::default() };
    assert_eq!(container_label(&long).unwrap_err().code(), "code-too-long");
}

/// No label carries a code that the bench refuses when it is scanned.
#[test]
fn a_code_that_the_bench_would_refuse_is_not_printed() {
    let refusals = [
        lpn_label(&LpnLabel { lpn: "041733927089".to_owned(), ..LpnLabel::default() }),
        disposition_label(&DispositionLabel { print_number: 0, ..disposition("A", "Restock", "Lamp") }),
        container_label(&ContainerLabel::default()),
        container_label(&ContainerLabel { container: "Käfig".to_owned(), ..ContainerLabel::default() }),
        return_label(&ReturnLabel::default()),
        return_label(&ReturnLabel { token: "lower case".to_owned(), ..ReturnLabel::default() }),
        operator_badge(&OperatorBadge::default()),
    ];
    for refused in refusals {
        assert_eq!(refused.unwrap_err().code(), "label-code");
    }
}

/// Where each element stands, as one readable list: a moved label is a changed list.
#[test]
fn golden_lists() {
    for label in [
        example_lpn(),
        example_disposition(),
        example_container(),
        example_return(),
        example_badge(),
        example_sheet().swap_remove(0),
    ] {
        insta::assert_snapshot!(label.name.replace(' ', "_"), list(&label));
    }
}

fn list(label: &Label) -> String {
    use labels::model::Element;
    let mut lines = vec![format!("{} {} x {} mm", label.name, label.width_mm, label.height_mm)];
    for element in &label.elements {
        lines.push(match element {
            Element::Text(text) => {
                format!(
                    "text {:.2} {:.2} {} pt {:?} {:?}",
                    text.x_mm, text.y_mm, text.size_pt, text.weight, text.text
                )
            }
            Element::Bars(bars) => format!(
                "bars {:.2} {:.2} {:.2} x {:.2} module {:.4} {}",
                bars.x_mm,
                bars.y_mm,
                bars.width_mm(),
                bars.height_mm,
                bars.module_mm,
                bars.content
            ),
            Element::Matrix(matrix) => format!(
                "matrix {:.2} {:.2} {} modules of {:.4} {}",
                matrix.x_mm,
                matrix.y_mm,
                matrix.rows.len(),
                matrix.module_mm,
                matrix.content
            ),
            Element::Shape(shape) => {
                format!("shape {:.2} {:.2} {} {:?}", shape.x_mm, shape.y_mm, shape.side_mm, shape.grade)
            }
            Element::Line(line) => {
                format!("line {:.2} {:.2} {:.2} x {:.2}", line.x_mm, line.y_mm, line.width_mm, line.height_mm)
            }
            Element::Box(edge) => {
                format!("box {:.2} {:.2} {:.2} x {:.2}", edge.x_mm, edge.y_mm, edge.width_mm, edge.height_mm)
            }
        });
    }
    lines.join("\n")
}
