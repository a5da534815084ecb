//! `ui/src/platform/types.ts` is what the seam's Rust types say. Write it anew with
//! `WRITE_TYPES=1 cargo test -p bench --test types_for_the_page`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeMap;
use std::path::Path;

use bench::seam::{Coded, Notice, Reply, Request};
use returns::codes::CommandCode;
use ts_rs::{Config, TS, TypeVisitor};

/// Collects a type's declaration and those of everything it is made of.
struct Declarations<'a> {
    config: &'a Config,
    found: BTreeMap<String, String>,
}

impl TypeVisitor for Declarations<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Only types with a file of their own are declared; numbers, lists and the like are not.
        if T::output_path().is_none() || self.found.contains_key(&T::ident(self.config)) {
            return;
        }
        self.found.insert(T::ident(self.config), T::decl(self.config));
        T::visit_dependencies(self);
    }
}

fn types() -> String {
    let config = Config::new();
    let mut declarations = Declarations { config: &config, found: BTreeMap::new() };
    declarations.visit::<Request>();
    declarations.visit::<Reply>();
    declarations.visit::<Notice>();
    declarations.visit::<Coded>();
    declarations.visit::<CommandCode>();
    let mut file = "// The seam between the bench and the screen. Generated from Rust, do not edit:\n\
                    // WRITE_TYPES=1 cargo test -p bench --test types_for_the_page\n"
        .to_owned();
    for declaration in declarations.found.values() {
        file.push_str(&format!("\nexport {declaration}\n"));
    }
    file
}

#[test]
fn the_page_knows_the_seam_as_it_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src/platform/types.ts");
    let now = types();
    if std::env::var_os("WRITE_TYPES").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    assert!(
        committed == now,
        "{} is stale: run WRITE_TYPES=1 cargo test -p bench --test types_for_the_page",
        path.display()
    );
}
