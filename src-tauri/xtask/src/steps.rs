//! A run of named steps: each is announced, timed and, at the end, summed up with how to run it alone.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// The steps that have run so far.
#[derive(Debug)]
pub struct Steps {
    began: Instant,
    done: Vec<Done>,
}

#[derive(Debug)]
struct Done {
    name: String,
    again: String,
    took: Duration,
    outcome: Outcome,
}

#[derive(Debug)]
enum Outcome {
    Passed,
    /// Passed, but a part could not be done: the words say which.
    PassedBut(String),
    Failed(String),
}

/// What a step that ended well has to say.
#[derive(Debug)]
pub enum Passed {
    /// All of it was done.
    Whole,
    /// A part could not be done here; the words say which and why.
    But(String),
}

impl Default for Steps {
    fn default() -> Self {
        Self::new()
    }
}

impl Steps {
    /// No steps yet; the clock starts.
    pub fn new() -> Self {
        Self { began: Instant::now(), done: Vec::new() }
    }

    /// Runs one step. `again` is the command line that runs it alone. A failure is kept, not returned:
    /// later steps still tell what they find. The answer says whether it passed.
    pub fn step(&mut self, name: &str, again: &str, work: impl FnOnce() -> Result<Passed>) -> bool {
        println!("\n== {name}");
        let began = Instant::now();
        let outcome = match work() {
            Ok(Passed::Whole) => Outcome::Passed,
            Ok(Passed::But(what)) => Outcome::PassedBut(what),
            Err(error) => Outcome::Failed(format!("{error:#}")),
        };
        let done = Done { name: name.to_owned(), again: again.to_owned(), took: began.elapsed(), outcome };
        println!("{}", done.line());
        let passed = !matches!(done.outcome, Outcome::Failed(_));
        self.done.push(done);
        passed
    }

    /// Prints every step with its time, and fails if one did.
    pub fn finish(self) -> Result<()> {
        println!("\n== summary");
        for done in &self.done {
            println!("{}", done.line());
        }
        println!("   altogether {}", seconds(self.began.elapsed()));
        let failed: Vec<&Done> =
            self.done.iter().filter(|done| matches!(done.outcome, Outcome::Failed(_))).collect();
        if failed.is_empty() {
            return Ok(());
        }
        println!("\nrun again alone:");
        for done in &failed {
            println!("   {}", done.again);
        }
        let names: Vec<&str> = failed.iter().map(|done| done.name.as_str()).collect();
        bail!("{} of {} steps failed: {}", failed.len(), self.done.len(), names.join(", "));
    }
}

impl Done {
    fn line(&self) -> String {
        let took = seconds(self.took);
        match &self.outcome {
            Outcome::Passed => format!("ok     {took}  {}", self.name),
            Outcome::PassedBut(what) => format!("ok     {took}  {} – but {what}", self.name),
            Outcome::Failed(why) => format!("FAILED {took}  {}: {why}", self.name),
        }
    }
}

fn seconds(took: Duration) -> String {
    format!("{:7.1} s", took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failure_among_many_fails_the_whole_and_later_steps_still_run() {
        let mut steps = Steps::new();
        assert!(steps.step("first", "again 1", || Ok(Passed::Whole)));
        assert!(!steps.step("second", "again 2", || bail!("it broke")));
        let mut third_ran = false;
        assert!(steps.step("third", "again 3", || {
            third_ran = true;
            Ok(Passed::But("half of it was missing".into()))
        }));
        assert!(third_ran);
        let error = steps.finish().unwrap_err();
        assert_eq!(error.to_string(), "1 of 3 steps failed: second");
    }

    #[test]
    fn nothing_but_passes_is_a_pass() {
        let mut steps = Steps::new();
        steps.step("first", "again 1", || Ok(Passed::But("a part was missing".into())));
        assert!(steps.finish().is_ok());
    }
}
