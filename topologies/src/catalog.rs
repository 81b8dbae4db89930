//! Well-known networks by name, and the one way from what a user typed to a network.

use std::path::Path;

use crate::generate::{self, SpecError};
use crate::load::{self, FileProblem, LoadError};
use crate::topology::Topology;

/// Name and node-link JSON; `topologies/catalog/README.md` says where they come from.
const CATALOG: &[(&str, &str)] = &[
    ("abilene", include_str!("../catalog/abilene.json")),
    ("geant", include_str!("../catalog/geant.json")),
];

/// What names no network.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    #[error(transparent)]
    Spec(#[from] SpecError),
    #[error(transparent)]
    File(#[from] LoadError),
    #[error("the catalog's {name}: {problem}")]
    Catalog {
        name: &'static str,
        problem: FileProblem,
    },
    #[error(
        "`{text}` is neither a topology ({}), nor one of the catalog ({}), nor a file",
        generate::usages(),
        names().collect::<Vec<_>>().join(", ")
    )]
    Unknown { text: String },
}

/// The names of the catalog.
pub fn names() -> impl Iterator<Item = &'static str> {
    CATALOG.iter().map(|&(name, _)| name)
}

impl Topology {
    /// A network from what a user typed: a generator with arguments, a name of the catalog, or a
    /// file. A file named like one of the former is had with `./` before it.
    ///
    /// # Errors
    /// When it is none of them, or the file or the arguments are wrong.
    pub fn resolve(text: &str) -> Result<Self, ResolveError> {
        if generate::names_generator(text) {
            return Ok(Self::parse(text)?);
        }
        let known = CATALOG
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(text));
        if let Some(&(name, json)) = known {
            let in_catalog = |problem| ResolveError::Catalog { name, problem };
            return load::from_text(name, json).map_err(in_catalog);
        }
        if Path::new(text).exists() || text.contains(['/', '.']) {
            return Ok(Self::load(text)?);
        }
        Err(ResolveError::Unknown {
            text: text.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalog_holds_what_it_says() {
        let sizes: Vec<_> = names()
            .map(|name| Topology::resolve(name).unwrap())
            .map(|t| {
                (
                    t.name().to_owned(),
                    t.switches().len(),
                    t.hosts().len(),
                    t.links().len(),
                )
            })
            .collect();
        assert_eq!(
            sizes,
            [
                ("abilene".to_owned(), 11, 11, 14),
                ("geant".to_owned(), 22, 22, 36)
            ]
        );
    }

    #[test]
    fn cities_have_names_labels_and_places() {
        let abilene = Topology::resolve("Abilene").unwrap();
        let switch = abilene.switch("losangele").unwrap();
        assert_eq!(switch.label.as_deref(), Some("Los Angeles"));
        assert!(
            switch
                .coordinates
                .is_some_and(|c| (c.lat - 34.05).abs() < 0.1 && c.lon < -118.0)
        );
    }

    #[test]
    fn a_misspelt_name_is_answered_with_what_there_is() {
        let error = Topology::resolve("abilenne").unwrap_err().to_string();
        assert!(
            error.contains("geant") && error.contains("fat-tree,K"),
            "{error}"
        );
        let error = Topology::resolve("./missing.json").unwrap_err().to_string();
        assert!(error.starts_with("./missing.json: "), "{error}");
    }
}
