//! `cargo xtask test`: every test, with what the tests need around them started before and stopped after.

use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use crate::display::Display;
use crate::install::{self, Purpose};
use crate::printing::PrivateBus;
use crate::steps::{Passed, Steps};
use crate::workspace::Workspace;
use crate::{command, page, programs};

/// Variables as pairs of name and value.
type Environment = Vec<(&'static str, String)>;

/// What to test.
#[derive(Debug, Args)]
pub struct Options {
    /// Run only tests whose names contain this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Run only this part; may be given several times
    #[arg(long, value_enum, value_name = "PART")]
    only: Vec<Part>,
}

/// A part of the tests that can run alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// All crates that need no window, with the whole-system stories
    Core,
    /// The stories that drive the real window
    Window,
    /// The page's unit tests, in node
    Page,
    /// The page in a real browser
    Browser,
}

impl Options {
    fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    fn wants_rust(&self) -> bool {
        self.wants(Part::Core) || self.wants(Part::Window)
    }

    /// Both of the page's test scripts are vitest's.
    fn vitest_filter(&self) -> Vec<String> {
        self.filter.iter().flat_map(|text| ["-t".to_owned(), text.clone()]).collect()
    }

    fn again(&self, part: &str) -> String {
        match &self.filter {
            Some(filter) => format!("cargo xtask test --only {part} --filter {filter:?}"),
            None => format!("cargo xtask test --only {part}"),
        }
    }
}

/// Runs the tests; fails if one fails.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let mut steps = Steps::new();
    if prepare(workspace, options, &mut steps) {
        test(workspace, options, &mut steps);
    }
    steps.finish()
}

/// Installs and builds. The answer says whether there is anything to test.
fn prepare(workspace: &Workspace, options: &Options, steps: &mut Steps) -> bool {
    let installed = steps.step("install what is missing", "cargo xtask install", || {
        install::install(workspace, Purpose::TEST)?;
        Ok(Passed::Whole)
    });
    // The window embeds the page; nothing else needs it built.
    let page_is_built = installed
        && (!options.wants(Part::Window)
            || steps.step("build the page", "cd ui && npm run build", || {
                page::build(workspace)?;
                Ok(Passed::Whole)
            }));
    page_is_built && (!needs_programs(options) || build_programs_and_tests(workspace, options, steps))
}

fn build_programs_and_tests(workspace: &Workspace, options: &Options, steps: &mut Steps) -> bool {
    let mut cargo = command::cargo(&workspace.root);
    cargo.args(["build", "--bins", "--tests"]).args(selection(options));
    let again = command::shown(&cargo);
    steps.step("build the programs and tests", &again, || {
        command::run(&mut cargo)?;
        Ok(Passed::Whole)
    })
}

fn test(workspace: &Workspace, options: &Options, steps: &mut Steps) {
    let mut environment = programs::environment(workspace);
    let mut around = None;
    let started =
        steps.step("start a screen, and a private bus for the printer", "cargo test -p xtask", || {
            let (surroundings, theirs) = Surroundings::start()?;
            around = Some(surroundings);
            environment.extend(theirs);
            Ok(Passed::Whole)
        });
    if !started {
        return;
    }
    if options.wants_rust() {
        let (name, part) = rust_part(options);
        steps.step(name, &options.again(part), || rust_tests(workspace, options, &environment));
    }
    if options.wants(Part::Core) {
        let mut cargo = rtsp_tests(workspace, options);
        let again = command::shown(&cargo);
        steps.step("test cameras over RTSP", &again, || {
            command::run(&mut cargo)?;
            Ok(Passed::Whole)
        });
    }
    if options.wants(Part::Page) {
        steps.step("test the page in node", &options.again("page"), || {
            page::script(workspace, "test", &options.vitest_filter(), &environment)?;
            Ok(Passed::Whole)
        });
    }
    if options.wants(Part::Browser) {
        steps.step("test the page in a browser", &options.again("browser"), || {
            browser_tests(workspace, options, &environment)
        });
    }
    drop(around);
}

/// One cargo call for crates and window together: two would resolve features differently and compile most of the
/// dependencies twice.
fn selection(options: &Options) -> Vec<&'static str> {
    if options.wants(Part::Window) {
        let mut selection = vec!["--workspace"];
        selection.extend(programs::EMBEDDED_PAGE);
        selection
    } else {
        Vec::new()
    }
}

fn needs_programs(options: &Options) -> bool {
    options.wants_rust() || options.wants(Part::Browser)
}

fn rust_part(options: &Options) -> (&'static str, &'static str) {
    match (options.wants(Part::Core), options.wants(Part::Window)) {
        (true, true) => ("test the crates, the stories and the window", "core --only window"),
        (_, true) => ("test the window", "window"),
        _ => ("test the crates and the stories", "core"),
    }
}

fn rust_tests(workspace: &Workspace, options: &Options, environment: &Environment) -> Result<Passed> {
    let mut cargo = command::cargo(&workspace.root);
    cargo.args(["test", "--no-fail-fast"]).args(selection(options));
    let window: Vec<&str> = window_stories(workspace);
    if options.wants(Part::Window) && window.is_empty() {
        bail!("the window has no tests: the root package names none in a [[test]] entry");
    }
    if !options.wants(Part::Core) {
        cargo.args(window.iter().flat_map(|name| ["--test", *name]));
    }
    if let Some(filter) = &options.filter {
        cargo.arg("--").arg(filter);
    }
    command::run(cargo.envs(environment.iter().map(|(name, value)| (*name, value))))?;
    Ok(Passed::Whole)
}

/// Links GStreamer, which the product does not: a call of its own.
fn rtsp_tests(workspace: &Workspace, options: &Options) -> Command {
    let mut cargo = command::cargo(&workspace.root);
    cargo.args(["test", "-p", "devices", "--features", "rtsp", "--test", "rtsp"]);
    if let Some(filter) = &options.filter {
        cargo.arg("--").arg(filter);
    }
    cargo
}

fn window_stories(workspace: &Workspace) -> Vec<&str> {
    workspace
        .targets("test")
        .into_iter()
        .filter(|target| target.package == "returns-station")
        .map(|target| target.name)
        .collect()
}

fn browser_tests(workspace: &Workspace, options: &Options, environment: &Environment) -> Result<Passed> {
    const SCRIPT: &str = "test:browser";
    if !page::has_script(workspace, SCRIPT)? {
        return Ok(Passed::But(format!("ui/package.json has no script {SCRIPT}: nothing ran")));
    }
    page::script(workspace, SCRIPT, &options.vitest_filter(), environment)?;
    Ok(Passed::Whole)
}

/// What tests find around them: a screen of their own, and the bus that `ippeveprinter` needs.
struct Surroundings {
    _bus: PrivateBus,
    _display: Display,
    _logs: tempfile::TempDir,
}

impl Surroundings {
    fn start() -> Result<(Self, Environment)> {
        let logs = tempfile::Builder::new().prefix("rs-test-").tempdir().context("no temporary folder")?;
        let display = Display::start(logs.path())?;
        let bus = PrivateBus::start()?;
        let environment = display.environment().into_iter().chain(bus.environment()).collect();
        Ok((Self { _bus: bus, _display: display, _logs: logs }, environment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(only: &[Part]) -> Options {
        Options { filter: None, only: only.to_vec() }
    }

    #[test]
    fn without_a_choice_everything_runs() {
        let all = options(&[]);
        for part in [Part::Core, Part::Window, Part::Page, Part::Browser] {
            assert!(all.wants(part));
        }
        assert!(selection(&all).contains(&"--workspace"));
    }

    #[test]
    fn the_core_alone_never_links_the_window() {
        assert!(selection(&options(&[Part::Core])).is_empty());
        assert!(selection(&options(&[Part::Browser])).is_empty());
        assert!(!needs_programs(&options(&[Part::Page])));
    }

    #[test]
    fn a_step_can_be_run_again_alone_with_the_same_filter() {
        let mut chosen = options(&[]);
        chosen.filter = Some("power cut".into());
        assert_eq!(chosen.again("core"), "cargo xtask test --only core --filter \"power cut\"");
    }
}
