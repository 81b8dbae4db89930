//! Parts for tests that look at Pointsman from outside: the program as a process, and networks of
//! real and of emulated switches around a controller.
//!
//! What goes wrong here is a failed test, so these parts panic and say why instead of returning
//! errors.

pub mod controller;
pub mod farm;
pub mod ground;
pub mod lab;
pub mod mininet;
pub mod ovs;
pub mod pinging;
pub mod ports;
pub mod rest;
pub mod scene;
pub mod wait;
pub mod web;

pub use controller::Controller;
pub use farm::Farm;
pub use ground::Ground;
pub use lab::Lab;
pub use ovs::PrivateOvs;
pub use pinging::Pinging;
pub use rest::Rest;
pub use scene::Scene;
pub use wait::until;
pub use web::Request;
