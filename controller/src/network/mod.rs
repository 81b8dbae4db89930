//! The network as it is known: one task writes it, everybody reads snapshots.
