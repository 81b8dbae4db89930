//! What a network emulated in this process does.
