//! A supervisor's hand in the review room: keys, and clicks where the room has no key.

use anyhow::{Context, Result, bail};

use super::shift::Review;
use super::window::Window;

/// Goes to the review room, decides about the unit of this number, and comes back to the bench.
/// `refused`: the room does not let it happen, for the unit is not there or may not be decided.
pub fn decide(window: &Window, number: &str, wanted: &Review, refused: bool) -> Result<()> {
    enter(window)?;
    let decided = decide_here(window, number, wanted);
    // A form that stayed open takes the first Escape for itself.
    for _ in 0..3 {
        if window.seen()?.stage.is_none() {
            window.press("Escape")?;
            std::thread::sleep(std::time::Duration::from_millis(300));
        }
    }
    let decided = decided?;
    window.until("the bench", |seen| seen.stage.is_some())?;
    match (decided, refused) {
        (true, false) | (false, true) => Ok(()),
        (true, true) => bail!("the review was not refused"),
        (false, false) => bail!("the review room does not let {number} be decided"),
    }
}

/// Goes to the review room and waits until its queue is there.
pub fn enter(window: &Window) -> Result<()> {
    window.press("Alt+2")?;
    window.until("the review room", |seen| seen.waiting.is_some())?;
    // The room asks the bench for its queue when it opens: until the answer is there it shows nothing at all.
    window.until_true("the review queue", "return document.querySelector('.panel')?.children.length > 0")
}

/// Moves to the unit's row with J and K, as a supervisor does. The answer says whether it is there.
pub fn select(window: &Window, number: &str) -> Result<bool> {
    let rows = window.script(&format!("return {ROWS}"))?;
    let rows: Vec<(String, bool)> = serde_json::from_value(rows).context("the queue looks otherwise")?;
    let Some(wanted) = rows.iter().position(|(row, _)| row == number) else { return Ok(false) };
    let selected = rows.iter().position(|(_, on)| *on).unwrap_or(0);
    let key = if wanted > selected { "j" } else { "k" };
    for _ in 0..wanted.abs_diff(selected) {
        window.press(key)?;
        // A scanner's keys come faster than a person's.
        std::thread::sleep(std::time::Duration::from_millis(150));
    }
    let shown = format!(
        "return document.querySelector('[data-testid=\"review-lpn\"]')?.innerText.replace(/\\D/g, '') === '{number}' \
         && document.querySelector('[data-testid=\"decide\"]') !== null"
    );
    window.until_true(&format!("the evidence of {number}"), &shown)?;
    Ok(true)
}

fn decide_here(window: &Window, number: &str, wanted: &Review) -> Result<bool> {
    if !select(window, number)? {
        return Ok(false);
    }
    let blocked =
        window.script("return document.querySelector('[data-testid=\"decide\"]').dataset.blocked")?;
    if blocked != "" {
        return Ok(false);
    }
    match wanted.outcome.as_str() {
        "APPROVED" => window.press("a")?,
        "CHANGED" => change(window, wanted)?,
        other => bail!("the review room is not driven to {other} here"),
    }
    let gone = format!("return !({ROWS}).some(([number]) => number === '{number}')");
    window.until_true(&format!("the queue without {number}"), &gone)?;
    Ok(true)
}

fn change(window: &Window, wanted: &Review) -> Result<()> {
    window.press("c")?;
    let form = "[data-testid=\"change\"]";
    window
        .until_true("the form for a change", &format!("return document.querySelector('{form}') !== null"))?;
    for (name, value) in [("disposition", &wanted.disposition), ("reason", &wanted.reason)] {
        if let Some(value) = value {
            window.click(&format!("{form} label:has(input[name={name}][value={value}])"))?;
        }
    }
    window.click(&format!("{form} button.main"))
}

/// Each row's number in digits, and whether it is the selected one.
const ROWS: &str = "[...document.querySelectorAll('tr[data-unit]')]\
    .map((row) => [(row.dataset.lpn ?? '').replace(/\\D/g, ''), row.classList.contains('on')])";
