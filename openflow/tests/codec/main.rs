//! What holds of the codec, the text and the flow model, over messages of others and arbitrary ones.
//! One program: what is compiled and linked once is half of what these tests take.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../corpus/mod.rs"]
mod corpus;
#[path = "../generate/mod.rs"]
mod generate;
#[path = "../own_ovs/mod.rs"]
mod own_ovs;
#[path = "../random/mod.rs"]
mod random;
#[path = "../samples/mod.rs"]
mod samples;
#[path = "../targets/mod.rs"]
mod targets;

mod coverage;
mod felled_others;
mod judge_exceptions;
mod judges;
mod lift;
mod malformed;
mod messages;
mod mutants;
mod nicira;
mod open_vswitch;
mod os_ken_fields;
mod ovs_flow_mods;
mod ovs_matches;
mod ovs_monitor;
mod ovs_ofctl;
mod ovs_switch;
mod ovs_tables;
mod ovs_watched_model;
mod own_switch;
mod plausible;
mod round_trip;
mod said_again;
mod vectors;
