//! Times and shares.

/// This process's CPU time in milliseconds: other programs on the machine do not count. Elsewhere than on Unix it is wall time.
#[cfg(unix)]
pub fn cpu_ms() -> f64 {
    let time = nix::time::ClockId::CLOCK_PROCESS_CPUTIME_ID.now();
    time.map_or(0.0, |time| std::time::Duration::from(time).as_secs_f64() * 1000.0)
}

#[cfg(not(unix))]
pub fn cpu_ms() -> f64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed().as_secs_f64() * 1000.0
}

pub fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = cpu_ms();
    let out = work();
    (out, cpu_ms() - start)
}

/// How many were read, how many reads were wrong, and what each picture took.
#[derive(Default, Clone)]
pub struct Tally {
    pub pictures: usize,
    pub read: usize,
    pub wrong: usize,
    pub ms: Vec<f64>,
}

impl Tally {
    pub fn add(&mut self, other: &Tally) {
        self.pictures += other.pictures;
        self.read += other.read;
        self.wrong += other.wrong;
        self.ms.extend(&other.ms);
    }

    pub fn percent(&self) -> f64 {
        100.0 * self.read as f64 / self.pictures.max(1) as f64
    }

    /// The value that this share of the pictures does not exceed; none where it was not timed.
    pub fn at(&self, share: f64) -> Option<f64> {
        at(&self.ms, share)
    }

    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "pictures": self.pictures, "read": self.read, "wrong": self.wrong,
            "median_ms": self.at(0.5), "p95_ms": self.at(0.95), "worst_ms": self.at(1.0),
        })
    }
}

pub fn at(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (sorted.len() as f64 * share) as usize;
    sorted.get(place.min(sorted.len().checked_sub(1)?)).copied()
}

pub fn shown(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.1}"))
}
