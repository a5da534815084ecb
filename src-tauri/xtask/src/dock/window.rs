//! The real window, driven from outside as a person would: WebKit's own driver between it and us.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::seen::{LOOK, Seen};
use crate::running::Running;

const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(25);
/// The page's only motion lasts 120 ms.
const BLINK: Duration = Duration::from_millis(250);

/// A window, and the driver between it and us; both end when this goes out of scope.
#[derive(Debug)]
pub struct Window {
    runtime: Runtime,
    client: Client,
    process: PathBuf,
    driver: Running,
}

impl Window {
    /// Opens the window on a station's folder; `screen` is what it needs to find its display. Waits until the page
    /// shows the bench.
    pub fn open(program: &Path, data: &Path, screen: &[(&'static str, String)], logs: &Path) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|free| free.local_addr())
            .context("no free port")?
            .port();
        let mut command = Command::new("WebKitWebDriver");
        command.args(["--host=127.0.0.1", &format!("--port={port}")]);
        command.envs(screen.iter().map(|(name, value)| (*name, value)));
        let mut driver = Running::start("WebKitWebDriver", &command, &logs.join("driver.log"))
            .context("package webkit2gtk-driver has it")?;
        driver.until(PATIENCE, || std::net::TcpStream::connect(("127.0.0.1", port)).ok())?;

        let process = logs.join("window.pid");
        let binary = starter(program, data, logs, &process)?;
        let mut wanted = Capabilities::new();
        wanted.insert("webkitgtk:browserOptions".into(), json!({ "binary": binary, "args": [] }));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("the driver cannot be spoken to")?;
        let url = format!("http://127.0.0.1:{port}");
        let client = runtime
            .block_on(async {
                let mut builder = ClientBuilder::new(HttpConnector::new());
                tokio::time::timeout(PATIENCE, builder.capabilities(wanted).connect(&url)).await
            })
            .context("the window did not open in time")?
            .with_context(|| format!("the window does not open; see {}", logs.display()))?;
        let window = Self { runtime, client, process, driver };
        window.until("the bench", |seen| seen.stage.is_some())?;
        Ok(window)
    }

    /// What the page shows now.
    pub fn seen(&self) -> Result<Seen> {
        serde_json::from_value(self.script(LOOK)?).context("the page looks otherwise than expected")
    }

    /// Waits until the page shows what fits, and gives it. `what` is for the complaint when it never does.
    pub fn until(&self, what: &str, fits: impl Fn(&Seen) -> bool) -> Result<Seen> {
        let began = Instant::now();
        loop {
            let seen = self.seen()?;
            if fits(&seen) {
                return Ok(seen);
            }
            if began.elapsed() > PATIENCE {
                bail!("the window never showed {what}; it shows {}", seen.words());
            }
            std::thread::sleep(POLL);
        }
    }

    /// Runs a function body in the page and gives what it returns.
    pub fn script(&self, body: &str) -> Result<Value> {
        let answer = self.runtime.block_on(self.client.execute(body, Vec::new()));
        answer.context("the window does not answer")
    }

    /// Asks the bench as the page does. The inner result is the bench's: an answer's body, or the code of its refusal.
    pub fn ask(&self, request: &Value) -> Result<std::result::Result<Value, String>> {
        let body = "const [request, done] = arguments; window.__TAURI_INTERNALS__.invoke('ask', { request }) \
                    .then((reply) => done({ body: reply.body ?? null }), (refusal) => done({ code: refusal?.code ?? String(refusal) }));";
        let answer = self.runtime.block_on(self.client.execute_async(body, vec![request.clone()]));
        let answer = answer.context("the window does not answer")?;
        if let Some(code) = answer.get("code").and_then(Value::as_str) {
            return Ok(Err(code.to_owned()));
        }
        Ok(Ok(answer.get("body").cloned().unwrap_or_default()))
    }

    /// Waits until a function body in the page returns true.
    pub fn until_true(&self, what: &str, body: &str) -> Result<()> {
        let began = Instant::now();
        while self.script(body)? != Value::Bool(true) {
            if began.elapsed() > PATIENCE {
                bail!("the window never showed {what}; it shows {}", self.seen()?.words());
            }
            std::thread::sleep(POLL);
        }
        Ok(())
    }

    /// Presses one key: a character, or a name such as "Enter", "F4", "Alt+2".
    pub fn press(&self, key: &str) -> Result<()> {
        let (alt, key) = key.strip_prefix("Alt+").map_or((false, key), |key| (true, key));
        let value = code_point(key).with_context(|| format!("there is no key {key}"))?;
        let mut actions = KeyActions::new("keyboard".into());
        if alt {
            actions = actions.then(KeyAction::Down { value: ALT });
        }
        actions = actions.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        if alt {
            actions = actions.then(KeyAction::Up { value: ALT });
        }
        let pressed = self.runtime.block_on(self.client.perform_actions(actions));
        pressed.with_context(|| format!("the key {key} cannot be pressed"))
    }

    /// Clicks the first element that this CSS selector finds, as a person does: after scrolling it to where nothing
    /// covers it. The driver by itself is content with a place under a row that stays in sight.
    pub fn click(&self, css: &str) -> Result<()> {
        let centre = format!("document.querySelector({css:?})?.scrollIntoView({{ block: 'center' }})");
        self.script(&centre)?;
        let clicked =
            self.runtime.block_on(async { self.client.find(Locator::Css(css)).await?.click().await });
        clicked.with_context(|| format!("{css} cannot be clicked"))
    }

    /// Takes a picture of the page as it is painted.
    pub fn picture(&self, file: &Path) -> Result<()> {
        // The band blinks when a result comes; and two frames more, or the picture shows what was there before.
        std::thread::sleep(BLINK);
        self.runtime
            .block_on(self.client.execute_async(
                "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(true)));",
                Vec::new(),
            ))
            .context("the window does not paint")?;
        let png = self.runtime.block_on(self.client.screenshot()).context("no picture of the window")?;
        std::fs::write(file, png).with_context(|| format!("cannot write {}", file.display()))
    }

    /// Sets the window's outer size in pixels.
    pub fn resize(&self, width: u32, height: u32) -> Result<()> {
        self.runtime.block_on(self.client.set_window_size(width, height)).context("the window keeps its size")
    }

    /// The power is cut: the window is gone without a word.
    pub fn cut_power(mut self) -> Result<()> {
        let process = self.process()?;
        kill(process, Signal::SIGKILL).context("the window cannot be killed")?;
        self.driver.stop();
        wait_for_end(process)
    }

    /// Closes the window as a person does, and waits until the station has stopped.
    pub fn close(mut self) -> Result<()> {
        let process = self.process()?;
        // The driver may end the window before it answers.
        let _ = self.runtime.block_on(self.client.clone().close());
        let began = Instant::now();
        while kill(process, None).is_ok() && began.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(POLL);
        }
        if kill(process, None).is_ok() {
            let _ = kill(process, Signal::SIGTERM);
        }
        self.driver.stop();
        wait_for_end(process)
    }

    fn process(&self) -> Result<Pid> {
        let written = std::fs::read_to_string(&self.process).context("the window's process is not known")?;
        Ok(Pid::from_raw(written.trim().parse().context("the window's process is not known")?))
    }
}

fn wait_for_end(process: Pid) -> Result<()> {
    let began = Instant::now();
    while kill(process, None).is_ok() {
        if began.elapsed() > PATIENCE {
            bail!("the window does not end");
        }
        std::thread::sleep(POLL);
    }
    Ok(())
}

/// The driver starts a program without arguments: this one says who it is and becomes the window. Should the driver be
/// gone, the kernel ends it.
fn starter(program: &Path, data: &Path, logs: &Path, process: &Path) -> Result<PathBuf> {
    let script = logs.join("window.sh");
    let text = format!(
        "#!/bin/sh\necho $$ > {}\nexport TAURI_AUTOMATION=true TAURI_WEBVIEW_AUTOMATION=true\n\
         exec setpriv --pdeathsig TERM -- {} --data {} >> {} 2>&1\n",
        quoted(process),
        quoted(program),
        quoted(data),
        quoted(&logs.join("window.log")),
    );
    std::fs::write(&script, text).with_context(|| format!("cannot write {}", script.display()))?;
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755))
        .with_context(|| format!("{} cannot be made to run", script.display()))?;
    std::path::absolute(&script).context("the starter has no path")
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}

const ALT: char = '\u{E00A}';

/// WebDriver's code point of a key (W3C WebDriver, section 17.4.2); a character stands for itself.
fn code_point(key: &str) -> Option<char> {
    let named = match key {
        "Enter" => '\u{E007}',
        "Tab" => '\u{E004}',
        "Escape" => '\u{E00C}',
        "ArrowLeft" => '\u{E012}',
        "ArrowUp" => '\u{E013}',
        "ArrowRight" => '\u{E014}',
        "ArrowDown" => '\u{E015}',
        _ => {
            if let Some(number) = key.strip_prefix('F').and_then(|number| number.parse::<u32>().ok()) {
                return if (1..=12).contains(&number) { char::from_u32(0xE030 + number) } else { None };
            }
            let mut characters = key.chars();
            return characters.next().filter(|_| characters.next().is_none());
        }
    };
    Some(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_the_code_points_of_the_standard() {
        assert_eq!(code_point("F1"), Some('\u{E031}'));
        assert_eq!(code_point("F12"), Some('\u{E03C}'));
        assert_eq!(code_point("F13"), None);
        assert_eq!(code_point("y"), Some('y'));
        assert_eq!(code_point("F"), Some('F'));
        assert_eq!(code_point("no key"), None);
    }

    #[test]
    fn a_path_with_quotes_is_one_word_for_the_shell() {
        let folder = Path::new("/tmp/it's here");
        let echoed =
            crate::command::output(Command::new("sh").args(["-c", &format!("printf %s {}", quoted(folder))]));
        assert_eq!(echoed.unwrap(), "/tmp/it's here");
    }
}
