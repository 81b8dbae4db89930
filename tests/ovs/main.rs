//! The rule service on a real Open vSwitch, in every version: what is wanted arrives, is read back
//! as equal, is mended, and keeps its age.

mod rules;
mod wants;
