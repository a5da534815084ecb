//! A printer that writes each label as a PDF file.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::{Job, PrintFault, Printed, Printer};
use crate::device::DeviceId;

const MAX_NAME_CHARS: usize = 80;

/// Writes `0001-<job name>.pdf`, `0002-…` into a folder. A file that is there is whole, and is never overwritten.
#[derive(Debug)]
pub struct PdfFolderPrinter {
    id: DeviceId,
    folder: Arc<Folder>,
}

#[derive(Debug)]
struct Folder {
    dir: PathBuf,
    /// Two jobs at once would take the same number.
    one_at_a_time: Mutex<()>,
}

impl PdfFolderPrinter {
    /// A printer into this folder, which is created with the first job.
    pub fn new(id: DeviceId, dir: impl Into<PathBuf>) -> Self {
        Self { id, folder: Arc::new(Folder { dir: dir.into(), one_at_a_time: Mutex::new(()) }) }
    }
}

impl Printer for PdfFolderPrinter {
    fn id(&self) -> &DeviceId {
        &self.id
    }

    fn print(&self, job: Job) -> BoxFuture<'_, Result<Printed, PrintFault>> {
        let folder = Arc::clone(&self.folder);
        blocking(move || folder.write(&job).map(|detail| Printed { detail })).boxed()
    }

    fn check(&self) -> BoxFuture<'_, Result<(), PrintFault>> {
        let folder = Arc::clone(&self.folder);
        blocking(move || {
            std::fs::create_dir_all(&folder.dir)?;
            tempfile::Builder::new().prefix(".check-").tempfile_in(&folder.dir).map(drop)
        })
        .boxed()
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, PrintFault> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)
        .and_then(|result| result)
        .map_err(|error| PrintFault::Folder { detail: error.to_string() })
}

impl Folder {
    /// Writes to a temporary file, syncs it, gives it its name, and syncs the folder; yields the name.
    fn write(&self, job: &Job) -> io::Result<String> {
        let _alone = self.one_at_a_time.lock().unwrap_or_else(PoisonError::into_inner);
        std::fs::create_dir_all(&self.dir)?;
        let mut file = temporary_in(&self.dir)?;
        file.write_all(&job.pdf)?;
        file.as_file().sync_all()?;
        let mut number = self.highest_number()? + 1;
        loop {
            let name = format!("{number:04}-{}.pdf", file_name(&job.name));
            match file.persist_noclobber(self.dir.join(&name)) {
                Ok(_) => {
                    sync_folder(&self.dir)?;
                    return Ok(name);
                }
                Err(taken) if taken.error.kind() == io::ErrorKind::AlreadyExists => {
                    file = taken.file;
                    number += 1;
                }
                Err(other) => return Err(other.error),
            }
        }
    }

    fn highest_number(&self) -> io::Result<u64> {
        let mut highest = 0;
        for entry in std::fs::read_dir(&self.dir)? {
            let name = entry?.file_name();
            let number = name.to_str().and_then(|name| name.split_once('-')?.0.parse().ok());
            highest = highest.max(number.unwrap_or(0));
        }
        Ok(highest)
    }
}

fn temporary_in(dir: &std::path::Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".label-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Other programs may want to print what lies here.
        builder.permissions(std::fs::Permissions::from_mode(0o644));
        builder.tempfile_in(dir)
    }
    #[cfg(not(unix))]
    builder.tempfile_in(dir)
}

#[cfg(unix)]
fn sync_folder(dir: &std::path::Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_dir: &std::path::Path) -> io::Result<()> {
    Ok(())
}

/// Letters, digits, dot, dash and underscore of a job's name; all else becomes a dash.
fn file_name(name: &str) -> String {
    let clean: String = name
        .chars()
        .take(MAX_NAME_CHARS)
        .map(|c| if c.is_alphanumeric() || ".-_".contains(c) { c } else { '-' })
        .collect();
    if clean.is_empty() { "label".to_owned() } else { clean }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn job(name: &str, text: &str) -> Job {
        Job { name: name.to_owned(), pdf: Bytes::from(text.to_owned()), media_mm: (51.0, 25.0) }
    }

    fn names(dir: &std::path::Path) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn labels_are_numbered_and_whole() {
        let dir = tempfile::tempdir().unwrap();
        let printer = PdfFolderPrinter::new(DeviceId::new("p"), dir.path().join("labels"));
        printer.check().await.unwrap();
        assert_eq!(
            printer.print(job("00417 lpn/../x", "one")).await.unwrap().detail,
            "0001-00417-lpn-..-x.pdf"
        );
        assert_eq!(printer.print(job("", "two")).await.unwrap().detail, "0002-label.pdf");
        let labels = dir.path().join("labels");
        assert_eq!(names(&labels), ["0001-00417-lpn-..-x.pdf", "0002-label.pdf"]);
        assert_eq!(std::fs::read(labels.join("0002-label.pdf")).unwrap(), b"two");
    }

    #[tokio::test]
    async fn a_new_printer_goes_on_counting_and_overwrites_nothing() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("0041-old.pdf"), "old").unwrap();
        std::fs::write(dir.path().join("notes.txt"), "").unwrap();
        let printer = PdfFolderPrinter::new(DeviceId::new("p"), dir.path());
        assert_eq!(printer.print(job("old", "new")).await.unwrap().detail, "0042-old.pdf");
        assert_eq!(std::fs::read(dir.path().join("0041-old.pdf")).unwrap(), b"old");
    }

    #[tokio::test]
    async fn many_at_once_all_get_out() {
        let dir = tempfile::tempdir().unwrap();
        let printer = PdfFolderPrinter::new(DeviceId::new("p"), dir.path());
        let jobs = (0..20).map(|n| printer.print(job("same", &n.to_string())));
        let printed = futures_util::future::join_all(jobs).await;
        assert!(printed.iter().all(Result::is_ok));
        assert_eq!(names(dir.path()).len(), 20);
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_a_fault() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "").unwrap();
        let printer = PdfFolderPrinter::new(DeviceId::new("p"), file.join("labels"));
        assert_eq!(printer.print(job("x", "")).await.unwrap_err().code(), "printer-folder");
        assert_eq!(printer.check().await.unwrap_err().code(), "printer-folder");
    }
}
