//! The model in JSON, as REST clients write and read it.
//!
//! A match is an object of OXM names; an action an object with its `type`; instructions an object
//! of lists. What is unknown is refused, and every error names the field.
//!
//! ```
//! # use openflow::flow::{Instructions, Match};
//! let json = r#"{"eth_type":"0x0800","ipv4_dst":"10.0.0.0/24","ip_proto":6,"tcp_dst":80}"#;
//! let matching: Match = serde_json::from_str(json).unwrap();
//! assert_eq!(matching.to_string(), "tcp,nw_dst=10.0.0.0/24,tp_dst=80");
//!
//! let json = r#"{"apply":[{"type":"set_field","field":"eth_dst","value":"00:00:5e:00:53:01"},
//!                         {"type":"output","port":3}],"goto":2}"#;
//! let instructions: Instructions = serde_json::from_str(json).unwrap();
//! assert_eq!(
//!     instructions.to_string(),
//!     "set_field:00:00:5e:00:53:01->eth_dst,output:3,goto_table:2"
//! );
//! ```

mod action;
mod group;
mod matching;
mod value;

#[cfg(test)]
mod tests;
