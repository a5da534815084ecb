//! Labels over IPP to a real `ippeveprinter` on loopback.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod eve;

use bytes::Bytes;
use devices::{Job, PrintFault, PrinterConfig, printer};

use eve::{Bus, EvePrinter};
use ipp::model::JobState;

fn job(name: &str, bytes: usize) -> Job {
    // Not a PDF that one could see, but every byte counts.
    let body = (0..bytes).map(|n| (n * 31 % 251) as u8);
    let pdf: Bytes = b"%PDF-1.7\n".iter().copied().chain(body).collect();
    Job { name: name.to_owned(), pdf, media_mm: (51.0, 25.0) }
}

fn printer(uri: &str) -> std::sync::Arc<dyn devices::Printer> {
    let json = serde_json::json!({"id": "printer", "target": {"kind": "ipp", "uri": uri}});
    printer::open(serde_json::from_value::<PrinterConfig>(json).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_printer_gets_exactly_the_bytes_of_the_label() {
    let bus = Bus::of_this_run();
    let eve = EvePrinter::start(&bus, "application/pdf", "exit 0\n").await;
    let printer = printer(&eve.uri);
    printer.check().await.unwrap();
    let (first, second) = (job("00417-39258-61 lpn", 200_000), job("Größe \u{1d}", 10));
    assert!(printer.print(first.clone()).await.unwrap().detail.ends_with("job 1"));
    assert!(printer.print(second.clone()).await.unwrap().detail.ends_with("job 2"));
    assert_eq!(eve.spooled(), [first.pdf, second.pdf]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printer_without_pdf_rejects_the_label() {
    let bus = Bus::of_this_run();
    let eve = EvePrinter::start(&bus, "image/pwg-raster", "exit 0\n").await;
    let fault = printer(&eve.uri).print(job("x", 10)).await.unwrap_err();
    assert_eq!(fault.code(), "printer-rejected", "{fault}");
    // A client error, RFC 8011, appendix B.1.4; this printer names the attribute's value, not the format.
    assert!(matches!(&fault, PrintFault::Rejected { detail } if detail.starts_with("0x040")), "{fault}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_roll_is_told_and_its_job_cancelled() {
    let bus = Bus::of_this_run();
    let dir = tempfile::tempdir().unwrap();
    let (empty, out) = (dir.path().join("empty"), dir.path().join("out"));
    std::fs::write(&empty, "").unwrap();
    // The printer's engine: says that the roll is empty, waits for a new one, then puts the label out.
    let engine = format!(
        "if [ -e {empty} ]; then echo 'STATE: +media-empty' >&2; while [ -e {empty} ]; do sleep 0.1; done;\n\
         echo 'STATE: -media-empty' >&2; exit 1; fi\n\
         echo label >> {out}\n",
        empty = empty.display(),
        out = out.display(),
    );
    let eve = EvePrinter::start(&bus, "application/pdf", &engine).await;
    let printer = printer(&eve.uri);
    assert_eq!(printer.print(job("x", 10)).await.unwrap_err(), PrintFault::OutOfPaper);

    std::fs::remove_file(&empty).unwrap();
    eve::until("the first job is cancelled", async || eve.job_state(1).await == JobState::Canceled as i32)
        .await;
    printer.print(job("x again", 10)).await.unwrap();
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "label\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_that_the_printer_spoils_is_no_printed_label() {
    let bus = Bus::of_this_run();
    let eve = EvePrinter::start(&bus, "application/pdf", "exit 1\n").await;
    let fault = printer(&eve.uri).print(job("x", 10)).await.unwrap_err();
    assert_eq!(fault.code(), "printer-rejected", "{fault}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printer_that_is_switched_off_does_not_answer() {
    let bus = Bus::of_this_run();
    let eve = EvePrinter::start(&bus, "application/pdf", "exit 0\n").await;
    let printer = printer(&eve.uri);
    printer.print(job("x", 10)).await.unwrap();
    drop(eve);
    let fault = printer.print(job("x", 10)).await.unwrap_err();
    assert_eq!(fault.code(), "printer-missing", "{fault}");
}
