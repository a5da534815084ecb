//! Who used the processor: threads of this process by their names, and a PostgreSQL server with its children. Linux only;
//! elsewhere all figures are nought.

use std::collections::BTreeMap;
use std::fs;

/// Clock ticks a second in /proc.
const TICKS: f64 = 100.0;

/// CPU seconds by who used them.
pub type Used = BTreeMap<String, f64>;

/// What was used until now.
pub fn used(postgres_port: u16) -> Used {
    let mut used = Used::new();
    for entry in fs::read_dir("/proc/self/task").into_iter().flatten().filter_map(Result::ok) {
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
        let name = stat.split_once('(').and_then(|(_, rest)| rest.rsplit_once(')'));
        let name = name.map_or("", |(name, _)| name).to_owned();
        *used.entry(name).or_default() += ticks(&stat, &[11, 12]);
    }
    used.insert("PostgreSQL".to_owned(), of_postgres(postgres_port));
    used
}

/// What was used since, most first.
pub fn since(before: &Used, now: &Used) -> Vec<(String, f64)> {
    let mut used: Vec<(String, f64)> = now
        .iter()
        .map(|(name, seconds)| (name.clone(), seconds - before.get(name).copied().unwrap_or(0.0)))
        .filter(|(_, seconds)| *seconds > 0.0)
        .collect();
    used.sort_by(|one, other| other.1.total_cmp(&one.1));
    used
}

/// The sum of fields behind the name in a line of /proc/…/stat, in seconds.
fn ticks(stat: &str, places: &[usize]) -> f64 {
    let fields = fields(stat);
    let sum: f64 = places.iter().filter_map(|at| fields.get(*at)?.parse::<f64>().ok()).sum();
    sum / TICKS
}

/// What stands behind the name, which may hold anything: state, parent, …
fn fields(stat: &str) -> Vec<&str> {
    stat.rsplit(')').next().unwrap_or("").split_whitespace().collect()
}

fn of_postgres(port: u16) -> f64 {
    let port = format!("\0-p\0{port}\0");
    let processes: Vec<u32> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    let server = processes.iter().find(|pid| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).into_owned();
        line.split('\0').next().is_some_and(|program| program.ends_with("/postgres")) && line.contains(&port)
    });
    let Some(server) = server else { return 0.0 };
    let stat = |pid: &u32| fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let parent = server.to_string();
    let children = processes.iter().map(stat).filter(|stat| fields(stat).get(1) == Some(&parent.as_str()));
    // Its own, that of children that ended, and that of those that run.
    ticks(&stat(server), &[11, 12, 13, 14]) + children.map(|stat| ticks(&stat, &[11, 12])).sum::<f64>()
}
