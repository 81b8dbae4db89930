//! What survives a restart: hosts, names and places, and what the API changed about apps.
//!
//! One redb file in the data directory, records as JSON in it. Everything is read once at start.
//! Hosts and annotations are written by a task of their own ([`follow`]) that compares snapshots
//! every [`WRITE_EVERY`], so that nothing in the controller waits for a disk and a flood of changes
//! is one write; settings are on the disk before the API answers.

mod apps;
mod records;
mod writer;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use app_api::Annotations;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use tracing::warn;

use crate::network::RestoredHost;

pub use apps::{AppMemory, AppPlan};
pub use writer::follow;

/// Between two writes of what the network has become.
const WRITE_EVERY: Duration = Duration::from_secs(2);

/// Hosts nobody has seen for so long are forgotten at start.
const HOSTS_KEPT: Duration = Duration::from_secs(7 * 24 * 3600);

/// redb would take up to 1 GiB; all that is kept is read once.
const CACHE_BYTES: usize = 2 << 20;

const FILE: &str = "pointsman.redb";

type Table = TableDefinition<'static, &'static str, &'static [u8]>;
const HOSTS: Table = TableDefinition::new("hosts");
const APPS: Table = TableDefinition::new("apps");
const NAMES: Table = TableDefinition::new("annotations");
/// The only key of [`NAMES`].
const ALL_NAMES: &str = "all";

/// The open file. Cheap to clone; all clones are one.
#[derive(Debug, Clone)]
pub struct Store {
    database: Arc<Database>,
    path: Arc<Path>,
}

/// What was in the store at start.
#[derive(Debug, Default)]
pub struct Restored {
    pub hosts: Vec<RestoredHost>,
    pub annotations: Annotations,
}

/// The store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another controller has it.
    #[error("another pointsman uses {}: give this one its own with --data DIR", .0.display())]
    InUse(PathBuf),
    /// No place to keep it.
    #[error("cannot use {}: {source}", path.display())]
    Directory {
        path: PathBuf,
        source: std::io::Error,
    },
    /// The file is there and unusable, and could not be moved aside.
    #[error("cannot use {}: {source}", path.display())]
    Database {
        path: PathBuf,
        source: Box<redb::Error>,
    },
}

impl Store {
    /// Opens the store in a directory and reads it; both are made where they are missing. A file
    /// that cannot be read is moved aside, with a warning: a controller without memory is better
    /// than none.
    ///
    /// # Errors
    /// Another process has it, or the directory cannot be used.
    pub fn open(directory: &Path) -> Result<(Self, Restored), StoreError> {
        fs::create_dir_all(directory).map_err(|source| StoreError::Directory {
            path: directory.to_owned(),
            source,
        })?;
        let path = directory.join(FILE);
        match try_open(&path) {
            Ok(opened) => Ok(opened),
            Err(redb::Error::DatabaseAlreadyOpen) => Err(StoreError::InUse(path)),
            Err(error) if is_broken(&error) => {
                move_aside(&path, &error)?;
                try_open(&path).map_err(|source| StoreError::Database {
                    path,
                    source: Box::new(source),
                })
            }
            Err(error) => Err(StoreError::Database {
                path,
                source: Box::new(error),
            }),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn all(&self, table: Table) -> Result<Vec<(String, Vec<u8>)>, redb::Error> {
        let reading = self.database.begin_read()?;
        let table = reading.open_table(table)?;
        let entries = table.iter()?.map(|entry| {
            let (key, value) = entry?;
            Ok((key.value().to_owned(), value.value().to_owned()))
        });
        entries.collect()
    }

    /// Writes and removes (`None`) entries in one transaction. Blocks.
    fn write(
        &self,
        table: Table,
        entries: &[(String, Option<Vec<u8>>)],
    ) -> Result<(), redb::Error> {
        let writing = self.database.begin_write()?;
        {
            let mut table = writing.open_table(table)?;
            for (key, value) in entries {
                match value {
                    Some(value) => table.insert(key.as_str(), value.as_slice())?,
                    None => table.remove(key.as_str())?,
                };
            }
        }
        writing.commit()?;
        Ok(())
    }

    fn restored(&self, now: SystemTime) -> Result<Restored, redb::Error> {
        let mut hosts = Vec::new();
        let mut forgotten = Vec::new();
        for (key, value) in self.all(HOSTS)? {
            match records::host(&key, &value).filter(|(_, seen)| !is_old(*seen, now)) {
                Some((host, _)) => hosts.push(host),
                None => forgotten.push((key, None)),
            }
        }
        if !forgotten.is_empty() {
            self.write(HOSTS, &forgotten)?;
        }
        let names = self.all(NAMES)?;
        let annotations = names
            .first()
            .and_then(|(_, value)| records::annotations(value));
        Ok(Restored {
            hosts,
            annotations: annotations.unwrap_or_default(),
        })
    }
}

fn is_old(seen: SystemTime, now: SystemTime) -> bool {
    now.duration_since(seen).is_ok_and(|age| age > HOSTS_KEPT)
}

fn try_open(path: &Path) -> Result<(Store, Restored), redb::Error> {
    let database = Database::builder()
        .set_cache_size(CACHE_BYTES)
        .create(path)?;
    let store = Store {
        database: Arc::new(database),
        path: path.into(),
    };
    // So that the tables are there to be read.
    for table in [HOSTS, APPS, NAMES] {
        store.write(table, &[])?;
    }
    let restored = store.restored(SystemTime::now())?;
    Ok((store, restored))
}

/// Whether the file itself is at fault, not the way to it.
fn is_broken(error: &redb::Error) -> bool {
    match error {
        redb::Error::Corrupted(_)
        | redb::Error::UpgradeRequired(_)
        | redb::Error::RepairAborted
        | redb::Error::TableTypeMismatch { .. } => true,
        redb::Error::Io(error) => matches!(
            error.kind(),
            std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof
        ),
        _ => false,
    }
}

fn move_aside(path: &Path, error: &redb::Error) -> Result<(), StoreError> {
    let seconds = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let aside = path.with_extension(format!("broken-{seconds}"));
    fs::rename(path, &aside).map_err(|source| StoreError::Directory {
        path: path.to_owned(),
        source,
    })?;
    warn!(
        file = %aside.display(), %error,
        "the store could not be read: moved aside, starting without memory"
    );
    Ok(())
}

#[cfg(test)]
mod tests;
