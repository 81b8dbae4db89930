//! OF 1.0 §5.4.4.

use super::{Kind, Row, VENDOR};
use crate::Version;

pub(super) const KINDS: &[Kind] = error_kinds! {
    0 V1_0 "OFPET_HELLO_FAILED" {
        0 V1_0 V1_0 "OFPHFC_INCOMPATIBLE" "no protocol version in common";
        1 V1_0 V1_0 "OFPHFC_EPERM" "not permitted";
    }
    1 V1_0 "OFPET_BAD_REQUEST" {
        0 V1_0 V1_0 "OFPBRC_BAD_VERSION" "the version in the header is not supported";
        1 V1_0 V1_0 "OFPBRC_BAD_TYPE" "the message type is not supported";
        2 V1_0 V1_0 "OFPBRC_BAD_STAT" "the statistics type is not supported";
        3 V1_0 V1_0 "OFPBRC_BAD_VENDOR" "the vendor is not supported";
        4 V1_0 V1_0 "OFPBRC_BAD_SUBTYPE" "the vendor's message is not supported";
        5 V1_0 V1_0 "OFPBRC_EPERM" "not permitted";
        6 V1_0 V1_0 "OFPBRC_BAD_LEN" "the length is wrong for the message type";
        7 V1_0 V1_0 "OFPBRC_BUFFER_EMPTY" "the buffer was used before";
        8 V1_0 V1_0 "OFPBRC_BUFFER_UNKNOWN" "there is no such buffer";
    }
    2 V1_0 "OFPET_BAD_ACTION" {
        0 V1_0 V1_0 "OFPBAC_BAD_TYPE" "the action is not known";
        1 V1_0 V1_0 "OFPBAC_BAD_LEN" "an action has the wrong length";
        2 V1_0 V1_0 "OFPBAC_BAD_VENDOR" "the action's vendor is not known";
        3 V1_0 V1_0 "OFPBAC_BAD_VENDOR_TYPE" "the vendor's action is not known";
        4 V1_0 V1_0 "OFPBAC_BAD_OUT_PORT" "there is no such output port";
        5 V1_0 V1_0 "OFPBAC_BAD_ARGUMENT" "an action's argument is wrong";
        6 V1_0 V1_0 "OFPBAC_EPERM" "not permitted";
        7 V1_0 V1_0 "OFPBAC_TOO_MANY" "more actions than the switch can do";
        8 V1_0 V1_0 "OFPBAC_BAD_QUEUE" "there is no such queue";
    }
    3 V1_0 "OFPET_FLOW_MOD_FAILED" {
        0 V1_0 V1_0 "OFPFMFC_ALL_TABLES_FULL" "all tables are full";
        1 V1_0 V1_0 "OFPFMFC_OVERLAP" "an entry of the same priority overlaps";
        2 V1_0 V1_0 "OFPFMFC_EPERM" "not permitted";
        3 V1_0 V1_0 "OFPFMFC_BAD_EMERG_TIMEOUT" "an emergency entry cannot have a timeout";
        4 V1_0 V1_0 "OFPFMFC_BAD_COMMAND" "the command is not known";
        5 V1_0 V1_0 "OFPFMFC_UNSUPPORTED" "the actions cannot be done in this order";
    }
    4 V1_0 "OFPET_PORT_MOD_FAILED" {
        0 V1_0 V1_0 "OFPPMFC_BAD_PORT" "there is no such port";
        1 V1_0 V1_0 "OFPPMFC_BAD_HW_ADDR" "the address is not that of the port";
    }
    5 V1_0 "OFPET_QUEUE_OP_FAILED" {
        0 V1_0 V1_0 "OFPQOFC_BAD_PORT" "there is no such port";
        1 V1_0 V1_0 "OFPQOFC_BAD_QUEUE" "there is no such queue";
        2 V1_0 V1_0 "OFPQOFC_EPERM" "not permitted";
    }
    { VENDOR } V1_0 "NXET_VENDOR" {
        0 V1_0 V1_0 "NXVC_VENDOR_ERROR" "an error the vendor defines";
    }
};
