//! Apps: each on its own task, its packet handlers on the connections.
