//! REST v1, events, metrics, the dashboard's files.

pub mod model;
