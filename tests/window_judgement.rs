//! The rooms of judgement in the real window: totes that leave, the figures of the shift, what does not fit about a
//! unit and why it was decided so, a blind second inspection, and decisions of two benches at odds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use bench::Bench;
use bench::seam::{Reply, Request, Screen, Stage};
use serde_json::{Value, json};
use support::Story;
use tokio::runtime::Runtime;
use xtask::dock::review;
use xtask::dock::shift::{Act, LineState};
use xtask::programs::Programs;

const KW: (&str, &str) = ("RS:O:KW-7F3A9C", "2468");
const MB: (&str, &str) = ("RS:O:MB-51D2E8", "1357");
const TO: (&str, &str) = ("RS:O:TO-C40B77", "8642");

/// Another bench hears of a unit by two looks at the line, each a second apart.
const PATIENCE: Duration = Duration::from_secs(60);

/// Words that would judge the customer.
const UNKIND: [&str; 8] = ["fraud", "cheat", "thief", "steal", "lie", "fake", "suspect", "guilty"];

#[test]
fn what_left_in_totes_what_does_not_fit_and_what_the_shift_came_to() {
    let mut story = Story::open("judgement");
    story.until_stage("sign-in");
    returned(&mut story, "headphones-scratched");
    returned(&mut story, "shirt-unworn");
    returned(&mut story, "headphones-copied-label");
    let stowed = number(&story, "headphones-scratched");
    let copied = number(&story, "headphones-copied-label");

    tote_leaves(&story, "T-0201", &stowed);
    to_bench(&story);
    change_to(&mut story, TO);
    what_does_not_fit(&story, &copied);
    to_bench(&story);
    figures(&story);
    to_bench(&story);
    story.close();
}

/// The containers room: contents, the printed list, closed, shipped.
fn tote_leaves(story: &Story, code: &str, inside: &str) {
    let row = |state: &str| {
        format!("return document.querySelector('tr[data-container=\"{code}\"]')?.dataset.state === '{state}'")
    };
    story.window().press("Alt+8").unwrap();
    shows(story, "the tote in the containers room", &row("OPEN"));
    story.window().click(&format!("tr[data-container=\"{code}\"] button")).unwrap();
    let chosen = format!("return document.querySelector('.panel h1')?.innerText.trim() === '{code}'");
    shows(story, "the tote itself", &chosen);
    let lines = "[...document.querySelectorAll('[data-testid=contents] tbody tr')]";
    shows(story, "its contents", &format!("return {lines}.length === 1"));
    let inside_it = format!("return {lines}.map((row) => row.dataset.lpn.replace(/\\D/g, ''))");
    assert_eq!(told(story, &inside_it), json!([inside]));
    look(story, "contents");
    story.window().press("p").unwrap();
    shows(
        story,
        "where the list was printed",
        "return document.querySelector('[data-testid=printed]') !== null",
    );
    // An open tote does not leave.
    story.window().press("s").unwrap();
    assert_eq!(told(story, "return document.querySelector('[data-testid=ship]') === null"), true);
    story.window().press("c").unwrap();
    shows(story, "the closed tote", &row("CLOSED"));
    look(story, "closed");
    story.window().press("s").unwrap();
    shows(story, "the field for a tracking number", "return document.activeElement?.id === 'ship-tracking'");
    typed(story, "CX473190006DE", "ship-tracking");
    look(story, "shipping");
    story.window().press("Enter").unwrap();
    shows(
        story,
        "that the tote has left",
        &format!(
            "const row = document.querySelector('tr[data-container=\"{code}\"]'); \
             return row === null || row.dataset.state === 'SHIPPED'"
        ),
    );
    look(story, "shipped");
}

/// The review room: signals in neutral words, which row of the policy decided, and the pack that anyone can check.
fn what_does_not_fit(story: &Story, number: &str) {
    review::enter(story.window()).unwrap();
    assert!(review::select(story.window(), number).unwrap(), "{number} is not in the queue");
    story.until_loaded(".review img[src^='photo:']");
    let signals = "[...document.querySelectorAll('[data-testid=signals] li')]";
    let kinds = format!("return {signals}.map((li) => li.dataset.signal).sort()");
    assert_eq!(told(story, &kinds), json!(["LABEL_COPIED", "SERIAL_MISMATCH"]));
    let words = told(story, "return document.querySelector('[data-testid=signals]').innerText.toLowerCase()");
    let words = words.as_str().unwrap();
    for unkind in UNKIND {
        let judges = words.split(|c: char| !c.is_alphabetic()).any(|word| word == unkind);
        assert!(!judges, "{unkind}: {words}");
    }
    for fact in ["serial", "label"] {
        assert!(words.contains(fact), "{words}");
    }
    look(story, "signals");

    story.window().press("x").unwrap();
    let fired = "return document.querySelector('[data-testid=explain]')?.dataset.rows > 0 \
                 && document.querySelector('[data-testid=explained] tr[data-answer=fired]') !== null";
    shows(story, "the rows that decided", fired);
    look(story, "explained");
    story.window().click("[data-filter=all]").unwrap();
    let all = "return document.querySelector('[data-testid=explain]').dataset.rows > 60 \
               && document.querySelector('[data-testid=explained] tr:not([data-answer=fired]) td:nth-child(4)') !== null";
    shows(story, "every row with the cell that it failed by", all);
    look(story, "explained-all");
    story.window().press("Escape").unwrap();
    shows(story, "the evidence again", "return document.querySelector('[data-testid=decide]') !== null");

    story.window().press("w").unwrap();
    let path = "document.querySelector('[data-testid=pack]')?.dataset.path ?? ''";
    shows(story, "the evidence pack", &format!("return ({path}) !== ''"));
    look(story, "pack");
    let path = PathBuf::from(told(story, &format!("return {path}")).as_str().unwrap());
    let checked = program(&Programs::told().unwrap().station, |verify| {
        verify.args(["verify", "--json", "--pack"]).arg(&path);
    });
    let report: Value = serde_json::from_slice(&checked.stdout).unwrap();
    assert!(checked.status.success(), "{report:#}");
    story.window().press("Escape").unwrap();
}

/// The insights room: open units by what waiting costs, each question with its table, drawing and period.
fn figures(story: &Story) {
    story.window().press("Alt+9").unwrap();
    let open = "return document.querySelectorAll('[data-testid=open-units] tbody tr').length > 0";
    shows(story, "the open units", open);
    look(story, "open-units");
    let page = |name: &str| {
        format!("return document.querySelector('[data-testid=insights]')?.dataset.page === '{name}'")
    };
    let names = told(
        story,
        "return [...document.querySelectorAll('[data-insight]')].map((one) => one.dataset.insight)",
    );
    let names: Vec<String> = serde_json::from_value(names).unwrap();
    assert_eq!(names.len(), 11, "ten questions and the open units");
    for name in &names[1..] {
        story.window().press("j").unwrap();
        shows(story, name, &page(name));
        let answered = "return document.querySelector('[data-testid=insight-table], [data-testid=insight-empty]') !== null \
                        && document.querySelector('.insight-body [role=alert]') === null";
        shows(story, &format!("an answer to {name}"), answered);
        no_raw_words(story);
        if name == "dispositions" {
            let rows = "return document.querySelectorAll('[data-testid=insight-table] tbody tr').length";
            assert_ne!(told(story, rows), 0);
            shows(
                story,
                "its drawing",
                "return document.querySelector('[data-testid=drawing] svg path') !== null",
            );
            let units = "return document.querySelector('[data-testid=insight-units]').dataset.units";
            assert_eq!(told(story, units), "2", "what is only proposed counts in no figure");
            look(story, "figure");
            // A period before the station stood here.
            story.window().click("[data-stretch=own]").unwrap();
            let days = "for (const [id, day] of [['from', '2020-01-01'], ['until', '2020-01-31']]) { \
                        const field = document.getElementById(id); field.value = day; \
                        field.dispatchEvent(new Event('input', { bubbles: true })); \
                        field.dispatchEvent(new Event('change', { bubbles: true })); } return true";
            told(story, days);
            shows(
                story,
                "an empty period",
                "return document.querySelector('[data-testid=insight-empty]') !== null",
            );
            look(story, "period");
            story.window().click("[data-stretch=today]").unwrap();
            shows(
                story,
                "today again",
                "return document.querySelector('[data-testid=insight-table]') !== null",
            );
        }
    }
}

#[test]
fn a_second_person_grades_blind_and_both_are_told_where_they_differ() {
    let mut story = Story::open("blind");
    story.until_stage("sign-in");
    story.sign_in(MB.0, MB.1);
    returned(&mut story, "toy-car-incomplete");
    let unit = number(&story, "toy-car-incomplete");
    change_to(&mut story, KW);

    review::enter(story.window()).unwrap();
    assert!(review::select(story.window(), &unit).unwrap(), "{unit} is not in the queue");
    let shown = told(&story, "return document.querySelector('.panel').innerText");
    assert!(!shown.as_str().unwrap().contains("Grade C"), "{shown}");
    look(&story, "veiled");
    story.window().press("b").unwrap();
    let now = "return [document.querySelector('[data-testid=blind]')?.dataset.question, \
               document.querySelector('[data-testid=blind]')?.dataset.busy]";
    let answers = [
        ("SEAL", "NO"),
        ("COMPLETE", "YES"),
        ("BOX", "PLAYED"),
        ("SAFE", "NO"),
        ("UNUSABLE", "NO"),
        ("WASHED", "NO"),
    ];
    for given in 0..40 {
        shows(
            &story,
            "the next question, or that none is left",
            &format!(
                "const blind = document.querySelector('[data-testid=blind]'); \
                 return blind?.dataset.busy === 'false' && Number(blind.dataset.answers) === {given} \
                 && (blind.dataset.question !== '' || document.querySelector('[data-testid=blind-record]:enabled') !== null)"
            ),
        );
        let question = told(&story, now)[0].as_str().unwrap().to_owned();
        if question.is_empty() {
            break;
        }
        if given == 0 {
            look(&story, "question");
        }
        let choice = answers.iter().find(|(asked, _)| *asked == question).map_or("YES", |(_, choice)| choice);
        story.window().click(&format!("[data-choice={choice:?}]")).unwrap();
    }
    look(&story, "all-answered");
    story.window().press("Enter").unwrap();
    let saved = "return document.querySelector('[data-testid=blind-result]')?.dataset.saved === 'true'";
    shows(&story, "both grades", saved);
    assert_eq!(
        told(&story, "return document.querySelector('[data-testid=blind-result]').dataset.same"),
        "false"
    );
    let differ = told(&story, "return document.querySelector('[data-testid=blind-result]').innerText");
    let differ = differ.as_str().unwrap();
    assert!(!differ.contains("COMPLETE") && differ.contains('?'), "questions by their words: {differ}");
    look(&story, "result");
    story.window().press("Enter").unwrap();
    to_bench(&story);

    // A supervisor decides between the two, and sees both.
    change_to(&mut story, TO);
    review::enter(story.window()).unwrap();
    assert!(review::select(story.window(), &unit).unwrap(), "{unit} is not in the queue");
    shows(&story, "both grades for the supervisor", saved);
    look(&story, "both");
    story.window().press("a").unwrap();
    story.until("an empty queue", |seen| seen.waiting == Some(0));
    to_bench(&story);
    story.close();
}

#[test]
fn two_benches_at_odds_stop_the_unit_until_a_supervisor_says_which_decision_stands() {
    let mut story = Story::open("contest");
    story.until_stage("sign-in");
    let other = Other::open(&story);
    story.sign_in(KW.0, KW.1);
    story.act(Act::Frame("shirt.jpg".into()));
    story.scan(&["1Z5R89390357563014", "2901180002342", "{lpn}"]);
    story.until_stage("question");
    let unit = story.code("{lpn}");
    let number = unit.trim_start_matches("RS:U:").to_owned();

    other.sign_in(MB);
    other.until_question(&unit);
    // From here on neither knows of the other.
    story.act(Act::Line(LineState::Down));
    story.until("that the line is down", |seen| seen.line.as_deref() == Some("offline"));
    story.command(&["NO", "YES", "YES", "NO", "NO", "NO", "NO", "PHOTO"]);
    let here = story.until_stage("decision");
    assert_eq!(here.disposition.as_deref(), Some("RESTOCK"));
    story.command(&["CANCEL"]);
    other.press(&["NO", "YES", "YES", "NO", "NO", "NO", "YES", "PHOTO", "CANCEL"]);

    story.act(Act::Line(LineState::Up));
    story.until("the line", |seen| seen.line.as_deref() == Some("online"));
    change_to(&mut story, TO);
    story.until("the contest in the queue", |seen| seen.reviews == 1);
    // Whether the bench calls that a refusal is its own affair.
    let _ = story.player.scan("contest", &unit, false);
    let stopped = story.window().seen().unwrap();
    assert!(!matches!(stopped.stage.as_deref(), Some("stick-label" | "stow")), "{}", stopped.words());
    story.picture("stopped");
    story.command(&["CANCEL"]);

    review::enter(story.window()).unwrap();
    assert!(review::select(story.window(), &number).unwrap(), "{number} is not in the queue");
    look(&story, "alert");
    story.window().press("t").unwrap();
    let sides = "return document.querySelectorAll('[data-testid=contest] label.side').length === 2";
    shows(&story, "both decisions", sides);
    let words = told(&story, "return document.querySelector('[data-testid=contest]').innerText");
    for person in ["KW", "MB"] {
        assert!(words.as_str().unwrap().contains(person), "{words}");
    }
    look(&story, "sides");
    story.window().click("[data-testid=contest] label.side").unwrap();
    story.window().click("[data-testid=contest] button.main").unwrap();
    let settled = "return document.querySelector('[data-testid=contest]') === null \
                   && document.querySelector('[data-alert=contest]') === null";
    shows(&story, "that it is settled", settled);
    look(&story, "settled");
    to_bench(&story);
    story.until("nothing to review", |seen| seen.reviews == 0);
    story.until("that everything is sent", |seen| seen.unsent == Some(0));
    other.close();
    story.close();
}

/// Plays a return of the demo's shift.
fn returned(story: &mut Story, name: &str) {
    let shift = story.player.dock.shift.returns.clone();
    let one = shift.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no return {name}"));
    for (at, step) in one.steps.iter().enumerate() {
        if let Err(error) = story.player.step(name, step) {
            story.picture("failed");
            panic!("{name}, step {} ({}): {error:#}", at + 1, step.words());
        }
    }
}

fn number(story: &Story, name: &str) -> String {
    story.player.codes.number_of(name).unwrap_or_else(|| panic!("no unit of {name}")).to_owned()
}

fn change_to(story: &mut Story, (badge, pin): (&str, &str)) {
    story.command(&["LOG-OFF"]);
    story.until_stage("sign-in");
    story.sign_in(badge, pin);
    story.until("who is signed in", |seen| seen.operator.is_some());
}

/// Back to the bench; what stands open in a room takes the first Escape for itself.
fn to_bench(story: &Story) {
    story.window().press("Alt+1").unwrap();
    story.until("the bench", |seen| seen.stage.is_some());
}

#[track_caller]
fn told(story: &Story, body: &str) -> Value {
    story.window().script(body).unwrap()
}

#[track_caller]
fn shows(story: &Story, what: &str, body: &str) {
    if let Err(error) = story.window().until_true(what, body) {
        story.picture("failed");
        panic!("{error:#}");
    }
}

/// A picture of what stands there, whose words are whole.
#[track_caller]
fn look(story: &Story, of: &str) {
    story.picture(of);
    no_raw_words(story);
}

/// What the catalogue lacks, and what a sentence was not given, would be seen as it stands there.
#[track_caller]
fn no_raw_words(story: &Story) {
    let words = told(story, "return document.body.innerText");
    let words = words.as_str().unwrap();
    for raw in ["{$", "{ $", "undefined", "[object"] {
        assert!(!words.contains(raw), "{raw} in: {words}");
    }
}

/// Types into the field that has the focus, slower than a scanner.
fn typed(story: &Story, text: &str, field: &str) {
    for character in text.chars() {
        story.window().press(&character.to_string()).unwrap();
        std::thread::sleep(Duration::from_millis(70));
    }
    shows(story, text, &format!("return document.getElementById({field:?})?.value === {text:?}"));
}

fn program(path: &Path, arguments: impl FnOnce(&mut Command)) -> Output {
    let mut command = Command::new(path);
    arguments(&mut command);
    command.output().unwrap()
}

fn answer_of(path: &Path, arguments: impl FnOnce(&mut Command)) -> Value {
    let output = program(path, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A second bench of the depot, without a window and on a line of its own.
struct Other {
    runtime: Runtime,
    bench: Bench,
    _dir: tempfile::TempDir,
}

impl Other {
    fn open(story: &Story) -> Self {
        let programs = Programs::told().unwrap();
        let dock = &story.player.dock;
        let enrolled = answer_of(&programs.head_office, |enrol| {
            enrol.args(["enrol", "--json", "--depot", "LEJ2", "--name", "LEJ2-B05", "--data"]);
            enrol.arg(dock.folder.join("head-office"));
        });
        let dir = tempfile::Builder::new().prefix("rs-other-").tempdir().unwrap();
        let settings = json!({
            "camera": { "id": "camera", "source": { "kind": "mjpeg-http", "url": dock.camera.url } },
            "printer": { "id": "printer", "target": { "kind": "pdf-folder", "dir": dir.path().join("labels") } },
            "simulated": true,
            "poll_seconds": 1,
        });
        std::fs::create_dir(dir.path().join("labels")).unwrap();
        std::fs::write(dir.path().join("station.json"), settings.to_string()).unwrap();
        answer_of(&programs.station, |enrol| {
            enrol.args(["enrol", "--json", "--head-office", &format!("http://{}", dock.head_office.address)]);
            enrol.args(["--code", enrolled["code"].as_str().unwrap(), "--data"]).arg(dir.path());
        });
        let runtime = Runtime::new().unwrap();
        let bench = runtime.block_on(Bench::start(dir.path())).unwrap();
        Self { runtime, bench, _dir: dir }
    }

    fn ask(&self, request: Request) -> Screen {
        match self.runtime.block_on(self.bench.ask(request)).unwrap() {
            Reply::Screen(screen) => *screen,
            other => panic!("{other:?}"),
        }
    }

    /// Signs in, as soon as the operators have come down.
    fn sign_in(&self, (badge, pin): (&str, &str)) {
        let began = Instant::now();
        loop {
            self.ask(Request::Scan { text: badge.to_owned() });
            let digits: Vec<String> = pin.chars().map(|digit| format!("DIGIT-{digit}")).collect();
            for word in digits.iter().map(String::as_str).chain(["ENTER"]) {
                self.ask(Request::Press { command: word.to_owned() });
            }
            let screen = self.ask(Request::Screen);
            if screen.status.operator.is_some() {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "{:?}", screen.band.say);
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Takes up the unit as soon as this bench has heard of it.
    fn until_question(&self, unit: &str) {
        let began = Instant::now();
        loop {
            let screen = self.ask(Request::Scan { text: unit.to_owned() });
            if matches!(screen.stage, Stage::Question { .. }) {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "{:?}", screen.band.say);
            self.ask(Request::Press { command: "CANCEL".to_owned() });
            std::thread::sleep(Duration::from_millis(300));
        }
    }

    fn press(&self, words: &[&str]) {
        for word in words {
            let began = Instant::now();
            // The camera's first picture may take its time.
            loop {
                let screen = self.ask(Request::Press { command: (*word).to_owned() });
                if *word != "PHOTO" || matches!(screen.stage, Stage::Decision { .. }) {
                    break;
                }
                assert!(began.elapsed() < PATIENCE, "{:?}", screen.band.say);
                std::thread::sleep(Duration::from_millis(200));
            }
        }
    }

    fn close(self) {
        self.runtime.block_on(self.bench.stop());
    }
}
