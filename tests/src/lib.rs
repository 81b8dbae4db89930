//! Parts for tests that look at Pointsman from outside: the program as a process, and networks of
//! real switches around it.
//!
//! What goes wrong here is a failed test, so these parts panic and say why instead of returning
//! errors.

pub mod controller;
pub mod lab;
pub mod ovs;
pub mod ports;
pub mod wait;

pub use controller::Controller;
pub use lab::Lab;
pub use ovs::PrivateOvs;
pub use wait::until;
