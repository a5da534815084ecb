//! What may stand behind the program's name.

use std::path::PathBuf;

/// The command line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// The station's data folder.
    pub(crate) data: PathBuf,
}

const USAGE: &str = "usage: returns-station [--data DIR]\n\n  --data DIR   the station's folder (default: the user's data folder, returns-station)";

/// Reads the command line, or says how it is used.
pub(crate) fn parse() -> Result<Arguments, String> {
    from(std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()))
}

fn from(mut arguments: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut data = None;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--data" => data = Some(arguments.next().ok_or_else(|| USAGE.to_owned())?.into()),
            _ => return Err(USAGE.to_owned()),
        }
    }
    Ok(Arguments { data: data.unwrap_or_else(bench::default_data_dir) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_can_be_named_and_rubbish_is_answered_with_usage() {
        let parse = |words: &[&str]| from(words.iter().map(|word| (*word).to_owned()));
        assert_eq!(parse(&["--data", "/x"]).unwrap().data, PathBuf::from("/x"));
        assert!(parse(&["--data"]).unwrap_err().starts_with("usage:"));
        assert!(parse(&["--wrong"]).unwrap_err().starts_with("usage:"));
        assert!(parse(&[]).is_ok());
    }
}
