//! Counters of the rule service.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;

/// Over all switches.
#[derive(Debug, Default)]
pub(super) struct Counters {
    /// Flow-mods and group-mods sent.
    pub(super) changes: Counter,
    /// Rules and groups refused by switches.
    pub(super) refused: Counter,
    /// Entries and groups put right after somebody else changed or deleted them.
    pub(super) mended: Counter,
    /// Batches without an answer, sent again.
    pub(super) retries: Counter,
    /// Flow tables read.
    pub(super) reads: Counter,
    /// Flow-removed messages dropped because a worker did not keep up; its table is read instead.
    pub(super) removed_drops: Counter,
}

impl Counters {
    pub(super) fn register(&self, registry: &mut Registry) {
        let all = [
            (
                "rules_changes",
                "Flow-mods and group-mods sent",
                &self.changes,
            ),
            (
                "rules_refused",
                "Rules and groups refused by switches",
                &self.refused,
            ),
            (
                "rules_mended",
                "Entries and groups put right again",
                &self.mended,
            ),
            ("rules_retries", "Batches sent again", &self.retries),
            ("rules_reads", "Flow tables read", &self.reads),
            (
                "rules_removed_drops",
                "Flow-removed messages dropped",
                &self.removed_drops,
            ),
        ];
        for (name, help, counter) in all {
            registry.register(name, help, counter.clone());
        }
    }
}
