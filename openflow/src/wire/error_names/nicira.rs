//! Errors of Nicira's extensions (0x00002320), as Open vSwitch sends them.

use super::{Row, VendorKind};
use crate::Version;

/// From 1.3 on: by `exp_type`.
pub(super) const ROWS: &[Row] = error_rows! {
    2 V1_3 V1_5 "NXBRC_NXM_INVALID" "a match field has the wrong length or form";
    3 V1_3 V1_5 "NXBRC_NXM_BAD_TYPE" "a match field is not known";
    4 V1_3 V1_5 "NXBRC_MUST_BE_ZERO" "bytes that have to be zero are not";
    5 V1_3 V1_5 "NXBRC_BAD_REASON" "there is no such reason";
    6 V1_3 V1_3 "OFPMOFC_MONITOR_EXISTS" "the monitor exists already";
    7 V1_3 V1_3 "OFPMOFC_BAD_FLAGS" "the monitor's flags are not supported";
    8 V1_3 V1_3 "OFPMOFC_UNKNOWN_MONITOR" "there is no such monitor";
    9 V1_3 V1_5 "NXBRC_FM_BAD_EVENT" "the flow monitor's event is not known";
    10 V1_3 V1_5 "NXBRC_UNENCODABLE_ERROR" "an error that this version has no number for";
    11 V1_3 V1_5 "NXBAC_MUST_BE_ZERO" "bytes of an action that have to be zero are not";
    12 V1_3 V1_5 "NXFMFC_HARDWARE" "the hardware cannot do it";
    13 V1_3 V1_5 "NXFMFC_BAD_TABLE_ID" "there is no such table";
    15 V1_3 V1_5 "NXBAC_BAD_CONJUNCTION" "a conjunction cannot stand beside these actions";
    16 V1_3 V1_5 "NXTTMFC_BAD_COMMAND" "the command of the tunnel table is not known";
    17 V1_3 V1_5 "NXTTMFC_BAD_OPT_LEN" "a tunnel option has a length that cannot be";
    18 V1_3 V1_5 "NXTTMFC_BAD_FIELD_IDX" "there is no tunnel metadata field of this number";
    19 V1_3 V1_5 "NXTTMFC_TABLE_FULL" "the tunnel table is full";
    20 V1_3 V1_5 "NXTTMFC_ALREADY_MAPPED" "the tunnel metadata field is mapped already";
    21 V1_3 V1_5 "NXTTMFC_DUP_ENTRY" "the tunnel option is mapped already";
    22 V1_4 V1_5 "OFPBFC_BAD_VERSION" "the message in the bundle is of another version";
    23 V1_4 V1_5 "NXQOFC_QUEUE_ERROR" "a queue could not be read";
    34 V1_3 V1_5 "NXR_NOT_SUPPORTED" "packets cannot be resumed";
    35 V1_3 V1_5 "NXR_STALE" "the packet to resume is not of this pipeline";
    36 V1_3 V1_5 "NXST_NOT_CONFIGURED" "the protocol asked about is not configured";
    37 V1_3 V1_5 "NXFMFC_INVALID_TLV_FIELD" "a tunnel metadata field is used that is not mapped";
    38 V1_3 V1_5 "NXTTMFC_INVALID_TLV_DEL" "the tunnel metadata field is in use";
    39 V1_3 V1_5 "NXBAC_BAD_HEADER_TYPE" "the header to push or pop is not supported";
    40 V1_3 V1_5 "NXBAC_UNKNOWN_ED_PROP" "a property of the encapsulation is not known";
    41 V1_3 V1_5 "NXBAC_BAD_ED_PROP" "a property of the encapsulation is wrong";
    42 V1_3 V1_5 "NXBAC_CT_DATAPATH_SUPPORT" "the datapath lacks this use of connection tracking in actions";
    43 V1_3 V1_5 "NXBMC_CT_DATAPATH_SUPPORT" "the datapath lacks this use of connection tracking in matches";
    44 V1_3 V1_5 "NXTFFC_DUP_TABLE" "a table is given twice";
};

/// In 1.0: by type and code of `nx_vendor_error`, with which the data begins. Types and codes are
/// those of the standard with numbers of Nicira's own from 0x100 on.
pub(super) const V10: &[VendorKind] = vendor_kinds! {
    0 {
        263 "OFPBMC_BAD_FIELD" "a field is not supported";
    }
    1 {
        256 "NXBRC_NXM_INVALID" "a match field has the wrong length or form";
        257 "NXBRC_NXM_BAD_TYPE" "a match field is not known";
        258 "OFPBMC_BAD_VALUE" "a field cannot have this value";
        259 "OFPBMC_BAD_MASK" "a field cannot have this mask";
        260 "OFPBMC_BAD_PREREQ" "a field needs another one that is not matched";
        261 "OFPBMC_DUP_FIELD" "a field is given twice";
        262 "OFPBMC_BAD_WILDCARDS" "the fields left out are not supported as such";
        264 "NXBMC_CT_DATAPATH_SUPPORT" "the datapath lacks this use of connection tracking in matches";
        265 "NXBAC_CT_DATAPATH_SUPPORT" "the datapath lacks this use of connection tracking in actions";
        512 "OFPBRC_BAD_TABLE_ID" "there is no such table";
        513 "OFPRRFC_BAD_ROLE" "there is no such role";
        514 "OFPBRC_BAD_PORT" "there is no such port";
        515 "NXBRC_MUST_BE_ZERO" "bytes that have to be zero are not";
        516 "NXBRC_BAD_REASON" "there is no such reason";
        517 "OFPMOFC_MONITOR_EXISTS" "the monitor exists already";
        518 "OFPMOFC_BAD_FLAGS" "the monitor's flags are not supported";
        519 "OFPMOFC_UNKNOWN_MONITOR" "there is no such monitor";
        520 "NXBRC_FM_BAD_EVENT" "the flow monitor's event is not known";
        521 "NXBRC_UNENCODABLE_ERROR" "an error that this version has no number for";
        522 "OFPBAC_MATCH_INCONSISTENT" "the action does not fit the match";
        523 "OFPBAC_BAD_SET_TYPE" "the field to set is not supported";
        524 "OFPBAC_BAD_SET_LEN" "the field to set has the wrong length";
        525 "OFPBAC_BAD_SET_ARGUMENT" "the field cannot be set to this value";
        527 "NXTTMFC_BAD_COMMAND" "the command of the tunnel table is not known";
        528 "NXTTMFC_BAD_OPT_LEN" "a tunnel option has a length that cannot be";
        529 "NXTTMFC_BAD_FIELD_IDX" "there is no tunnel metadata field of this number";
        530 "NXTTMFC_TABLE_FULL" "the tunnel table is full";
        531 "NXTTMFC_ALREADY_MAPPED" "the tunnel metadata field is mapped already";
        532 "NXTTMFC_DUP_ENTRY" "the tunnel option is mapped already";
        533 "NXR_NOT_SUPPORTED" "packets cannot be resumed";
        534 "NXR_STALE" "the packet to resume is not of this pipeline";
        535 "NXST_NOT_CONFIGURED" "the protocol asked about is not configured";
        536 "NXFMFC_INVALID_TLV_FIELD" "a tunnel metadata field is used that is not mapped";
        537 "NXTTMFC_INVALID_TLV_DEL" "the tunnel metadata field is in use";
    }
    2 {
        9 "OFPBAC_BAD_OUT_GROUP" "there is no such group";
        256 "NXBAC_MUST_BE_ZERO" "bytes of an action that have to be zero are not";
        257 "OFPBIC_UNSUP_INST" "the instruction is not supported";
        526 "NXBAC_BAD_CONJUNCTION" "a conjunction cannot stand beside these actions";
    }
    3 {
        258 "OFPFMFC_BAD_FLAGS" "a flag is not known or not supported";
    }
    5 {
        256 "NXFMFC_HARDWARE" "the hardware cannot do it";
        257 "NXFMFC_BAD_TABLE_ID" "there is no such table";
    }
    6 {
        0 "OFPGMFC_GROUP_EXISTS" "the group exists already";
        1 "OFPGMFC_INVALID_GROUP" "the group is not valid";
        2 "OFPGMFC_WEIGHT_UNSUPPORTED" "unequal weights are not supported";
        3 "OFPGMFC_OUT_OF_GROUPS" "the group table is full";
        4 "OFPGMFC_OUT_OF_BUCKETS" "the group has more buckets than the switch can do";
        5 "OFPGMFC_CHAINING_UNSUPPORTED" "groups cannot hand to groups";
        6 "OFPGMFC_WATCH_UNSUPPORTED" "this port or group cannot be watched";
        7 "OFPGMFC_LOOP" "the groups would form a loop";
        8 "OFPGMFC_UNKNOWN_GROUP" "there is no such group";
        9 "OFPGMFC_CHAINED_GROUP" "another group hands to this one";
        10 "OFPGMFC_BAD_TYPE" "the group type is not supported";
        11 "OFPGMFC_BAD_COMMAND" "the command is not known";
        12 "OFPGMFC_BAD_BUCKET" "a bucket is wrong";
        13 "OFPGMFC_BAD_WATCH" "what is to be watched is wrong";
        14 "OFPGMFC_EPERM" "not permitted";
        15 "OFPGMFC_UNKNOWN_BUCKET" "there is no such bucket";
        16 "OFPGMFC_BUCKET_EXISTS" "the bucket exists already";
    }
    13 {
        2 "OFPBPC_BAD_TYPE" "a property type is not known";
        3 "OFPBPC_BAD_LEN" "a property has the wrong length";
        4 "OFPBPC_BAD_VALUE" "a property has a value that is not supported";
    }
    14 {
        3 "OFPBPC_TOO_MANY" "more properties than the switch can do";
        4 "OFPBPC_DUP_TYPE" "a property is given twice";
        5 "OFPBPC_BAD_EXPERIMENTER" "the property's experimenter is not known";
        6 "OFPBPC_BAD_EXP_TYPE" "the experimenter's property is not known";
        7 "OFPBPC_BAD_EXP_VALUE" "the experimenter's property has a value that is not known";
        8 "OFPBPC_EPERM" "not permitted";
    }
};
