//! OF 1.3.5 §7.5.4, OF 1.4.1 §7.5.4, OF 1.5.1 §7.5.4. A number keeps its meaning once it has one,
//! but for three codes of table features that became codes of properties in 1.4.

use super::{Kind, Row};
use crate::Version;
use crate::wire::Error;

pub(super) const KINDS: &[Kind] = error_kinds! {
    0 V1_3 "OFPET_HELLO_FAILED" {
        0 V1_3 V1_5 "OFPHFC_INCOMPATIBLE" "no protocol version in common";
        1 V1_3 V1_5 "OFPHFC_EPERM" "not permitted";
    }
    1 V1_3 "OFPET_BAD_REQUEST" {
        0 V1_3 V1_5 "OFPBRC_BAD_VERSION" "the version in the header is not supported";
        1 V1_3 V1_5 "OFPBRC_BAD_TYPE" "the message type is not supported";
        2 V1_3 V1_5 "OFPBRC_BAD_MULTIPART" "the multipart type is not supported";
        3 V1_3 V1_5 "OFPBRC_BAD_EXPERIMENTER" "the experimenter is not supported";
        4 V1_3 V1_5 "OFPBRC_BAD_EXP_TYPE" "the experimenter's message is not supported";
        5 V1_3 V1_5 "OFPBRC_EPERM" "not permitted";
        6 V1_3 V1_5 "OFPBRC_BAD_LEN" "the length is wrong for the message type";
        7 V1_3 V1_5 "OFPBRC_BUFFER_EMPTY" "the buffer was used before";
        8 V1_3 V1_5 "OFPBRC_BUFFER_UNKNOWN" "there is no such buffer";
        9 V1_3 V1_5 "OFPBRC_BAD_TABLE_ID" "there is no such table";
        10 V1_3 V1_5 "OFPBRC_IS_SLAVE" "the controller is slave and may only read";
        11 V1_3 V1_5 "OFPBRC_BAD_PORT" "there is no such port";
        12 V1_3 V1_5 "OFPBRC_BAD_PACKET" "the packet is not one";
        13 V1_3 V1_5 "OFPBRC_MULTIPART_BUFFER_OVERFLOW" "a multipart request was too long to keep";
        14 V1_4 V1_5 "OFPBRC_MULTIPART_REQUEST_TIMEOUT" "the rest of a multipart request did not come";
        15 V1_4 V1_5 "OFPBRC_MULTIPART_REPLY_TIMEOUT" "the rest of a multipart reply did not come";
        16 V1_5 V1_5 "OFPBRC_MULTIPART_BAD_SCHED" "a request came while the switch waited for a bundle's time";
        17 V1_5 V1_5 "OFPBRC_PIPELINE_FIELDS_ONLY" "the match can have pipeline fields only";
        18 V1_5 V1_5 "OFPBRC_UNKNOWN" "the switch does not say why";
    }
    2 V1_3 "OFPET_BAD_ACTION" {
        0 V1_3 V1_5 "OFPBAC_BAD_TYPE" "the action is not known";
        1 V1_3 V1_5 "OFPBAC_BAD_LEN" "an action has the wrong length";
        2 V1_3 V1_5 "OFPBAC_BAD_EXPERIMENTER" "the action's experimenter is not known";
        3 V1_3 V1_5 "OFPBAC_BAD_EXP_TYPE" "the experimenter's action is not known";
        4 V1_3 V1_5 "OFPBAC_BAD_OUT_PORT" "there is no such output port";
        5 V1_3 V1_5 "OFPBAC_BAD_ARGUMENT" "an action's argument is wrong";
        6 V1_3 V1_5 "OFPBAC_EPERM" "not permitted";
        7 V1_3 V1_5 "OFPBAC_TOO_MANY" "more actions than the switch can do";
        8 V1_3 V1_5 "OFPBAC_BAD_QUEUE" "there is no such queue";
        9 V1_3 V1_5 "OFPBAC_BAD_OUT_GROUP" "there is no such group";
        10 V1_3 V1_5 "OFPBAC_MATCH_INCONSISTENT" "the action does not fit the match";
        11 V1_3 V1_5 "OFPBAC_UNSUPPORTED_ORDER" "the actions cannot be done in this order";
        12 V1_3 V1_5 "OFPBAC_BAD_TAG" "the tag or encapsulation is not supported";
        13 V1_3 V1_5 "OFPBAC_BAD_SET_TYPE" "the field to set is not supported";
        14 V1_3 V1_5 "OFPBAC_BAD_SET_LEN" "the field to set has the wrong length";
        15 V1_3 V1_5 "OFPBAC_BAD_SET_ARGUMENT" "the field cannot be set to this value";
        16 V1_5 V1_5 "OFPBAC_BAD_SET_MASK" "the field cannot be set under this mask";
        17 V1_5 V1_5 "OFPBAC_BAD_METER" "there is no such meter";
    }
    3 V1_3 "OFPET_BAD_INSTRUCTION" {
        0 V1_3 V1_5 "OFPBIC_UNKNOWN_INST" "the instruction is not known";
        1 V1_3 V1_5 "OFPBIC_UNSUP_INST" "the instruction is not supported";
        2 V1_3 V1_5 "OFPBIC_BAD_TABLE_ID" "the next table is not valid";
        3 V1_3 V1_5 "OFPBIC_UNSUP_METADATA" "the metadata value is not supported";
        4 V1_3 V1_5 "OFPBIC_UNSUP_METADATA_MASK" "the metadata mask is not supported";
        5 V1_3 V1_5 "OFPBIC_BAD_EXPERIMENTER" "the instruction's experimenter is not known";
        6 V1_3 V1_5 "OFPBIC_BAD_EXP_TYPE" "the experimenter's instruction is not known";
        7 V1_3 V1_5 "OFPBIC_BAD_LEN" "an instruction has the wrong length";
        8 V1_3 V1_5 "OFPBIC_EPERM" "not permitted";
        9 V1_4 V1_5 "OFPBIC_DUP_INST" "an instruction is given twice";
    }
    4 V1_3 "OFPET_BAD_MATCH" {
        0 V1_3 V1_5 "OFPBMC_BAD_TYPE" "the match type is not supported";
        1 V1_3 V1_5 "OFPBMC_BAD_LEN" "the match has the wrong length";
        2 V1_3 V1_5 "OFPBMC_BAD_TAG" "the tag or encapsulation is not supported";
        3 V1_3 V1_5 "OFPBMC_BAD_DL_ADDR_MASK" "the Ethernet address mask is not supported";
        4 V1_3 V1_5 "OFPBMC_BAD_NW_ADDR_MASK" "the network address mask is not supported";
        5 V1_3 V1_5 "OFPBMC_BAD_WILDCARDS" "the fields left out are not supported as such";
        6 V1_3 V1_5 "OFPBMC_BAD_FIELD" "a field is not supported";
        7 V1_3 V1_5 "OFPBMC_BAD_VALUE" "a field cannot have this value";
        8 V1_3 V1_5 "OFPBMC_BAD_MASK" "a field cannot have this mask";
        9 V1_3 V1_5 "OFPBMC_BAD_PREREQ" "a field needs another one that is not matched";
        10 V1_3 V1_5 "OFPBMC_DUP_FIELD" "a field is given twice";
        11 V1_3 V1_5 "OFPBMC_EPERM" "not permitted";
    }
    5 V1_3 "OFPET_FLOW_MOD_FAILED" {
        0 V1_3 V1_5 "OFPFMFC_UNKNOWN" "the switch does not say why";
        1 V1_3 V1_5 "OFPFMFC_TABLE_FULL" "the table is full";
        2 V1_3 V1_5 "OFPFMFC_BAD_TABLE_ID" "there is no such table";
        3 V1_3 V1_5 "OFPFMFC_OVERLAP" "an entry of the same priority overlaps";
        4 V1_3 V1_5 "OFPFMFC_EPERM" "not permitted";
        5 V1_3 V1_5 "OFPFMFC_BAD_TIMEOUT" "the timeout is not supported";
        6 V1_3 V1_5 "OFPFMFC_BAD_COMMAND" "the command is not known";
        7 V1_3 V1_5 "OFPFMFC_BAD_FLAGS" "a flag is not known or not supported";
        8 V1_4 V1_5 "OFPFMFC_CANT_SYNC" "the table it is synchronized with cannot have such an entry";
        9 V1_4 V1_5 "OFPFMFC_BAD_PRIORITY" "the priority is not supported";
        10 V1_4 V1_5 "OFPFMFC_IS_SYNC" "the entry is kept synchronized and may only be read";
    }
    6 V1_3 "OFPET_GROUP_MOD_FAILED" {
        0 V1_3 V1_5 "OFPGMFC_GROUP_EXISTS" "the group exists already";
        1 V1_3 V1_5 "OFPGMFC_INVALID_GROUP" "the group is not valid";
        2 V1_3 V1_5 "OFPGMFC_WEIGHT_UNSUPPORTED" "unequal weights are not supported";
        3 V1_3 V1_5 "OFPGMFC_OUT_OF_GROUPS" "the group table is full";
        4 V1_3 V1_5 "OFPGMFC_OUT_OF_BUCKETS" "the group has more buckets than the switch can do";
        5 V1_3 V1_5 "OFPGMFC_CHAINING_UNSUPPORTED" "groups cannot hand to groups";
        6 V1_3 V1_5 "OFPGMFC_WATCH_UNSUPPORTED" "this port or group cannot be watched";
        7 V1_3 V1_5 "OFPGMFC_LOOP" "the groups would form a loop";
        8 V1_3 V1_5 "OFPGMFC_UNKNOWN_GROUP" "there is no such group";
        9 V1_3 V1_5 "OFPGMFC_CHAINED_GROUP" "another group hands to this one";
        10 V1_3 V1_5 "OFPGMFC_BAD_TYPE" "the group type is not supported";
        11 V1_3 V1_5 "OFPGMFC_BAD_COMMAND" "the command is not known";
        12 V1_3 V1_5 "OFPGMFC_BAD_BUCKET" "a bucket is wrong";
        13 V1_3 V1_5 "OFPGMFC_BAD_WATCH" "what is to be watched is wrong";
        14 V1_3 V1_5 "OFPGMFC_EPERM" "not permitted";
        15 V1_5 V1_5 "OFPGMFC_UNKNOWN_BUCKET" "there is no such bucket";
        16 V1_5 V1_5 "OFPGMFC_BUCKET_EXISTS" "the bucket exists already";
    }
    7 V1_3 "OFPET_PORT_MOD_FAILED" {
        0 V1_3 V1_5 "OFPPMFC_BAD_PORT" "there is no such port";
        1 V1_3 V1_5 "OFPPMFC_BAD_HW_ADDR" "the address is not that of the port";
        2 V1_3 V1_5 "OFPPMFC_BAD_CONFIG" "the configuration is not valid";
        3 V1_3 V1_5 "OFPPMFC_BAD_ADVERTISE" "the features to advertise are not valid";
        4 V1_3 V1_5 "OFPPMFC_EPERM" "not permitted";
    }
    8 V1_3 "OFPET_TABLE_MOD_FAILED" {
        0 V1_3 V1_5 "OFPTMFC_BAD_TABLE" "there is no such table";
        1 V1_3 V1_5 "OFPTMFC_BAD_CONFIG" "the configuration is not valid";
        2 V1_3 V1_5 "OFPTMFC_EPERM" "not permitted";
    }
    9 V1_3 "OFPET_QUEUE_OP_FAILED" {
        0 V1_3 V1_5 "OFPQOFC_BAD_PORT" "there is no such port";
        1 V1_3 V1_5 "OFPQOFC_BAD_QUEUE" "there is no such queue";
        2 V1_3 V1_5 "OFPQOFC_EPERM" "not permitted";
    }
    10 V1_3 "OFPET_SWITCH_CONFIG_FAILED" {
        0 V1_3 V1_5 "OFPSCFC_BAD_FLAGS" "the flags are not valid";
        1 V1_3 V1_5 "OFPSCFC_BAD_LEN" "miss_send_len is not valid";
        2 V1_3 V1_5 "OFPSCFC_EPERM" "not permitted";
    }
    11 V1_3 "OFPET_ROLE_REQUEST_FAILED" {
        0 V1_3 V1_5 "OFPRRFC_STALE" "the generation id is an old one";
        1 V1_3 V1_5 "OFPRRFC_UNSUP" "roles cannot be changed";
        2 V1_3 V1_5 "OFPRRFC_BAD_ROLE" "there is no such role";
        3 V1_5 V1_5 "OFPRRFC_ID_UNSUP" "controllers cannot have ids";
        4 V1_5 V1_5 "OFPRRFC_ID_IN_USE" "another controller has this id";
    }
    12 V1_3 "OFPET_METER_MOD_FAILED" {
        0 V1_3 V1_5 "OFPMMFC_UNKNOWN" "the switch does not say why";
        1 V1_3 V1_5 "OFPMMFC_METER_EXISTS" "the meter exists already";
        2 V1_3 V1_5 "OFPMMFC_INVALID_METER" "the meter is not valid";
        3 V1_3 V1_5 "OFPMMFC_UNKNOWN_METER" "there is no such meter";
        4 V1_3 V1_5 "OFPMMFC_BAD_COMMAND" "the command is not known";
        5 V1_3 V1_5 "OFPMMFC_BAD_FLAGS" "the flags are not supported";
        6 V1_3 V1_5 "OFPMMFC_BAD_RATE" "the rate is not supported";
        7 V1_3 V1_5 "OFPMMFC_BAD_BURST" "the burst size is not supported";
        8 V1_3 V1_5 "OFPMMFC_BAD_BAND" "the band type is not supported";
        9 V1_3 V1_5 "OFPMMFC_BAD_BAND_VALUE" "a band has a value that is not supported";
        10 V1_3 V1_5 "OFPMMFC_OUT_OF_METERS" "there is no meter left";
        11 V1_3 V1_5 "OFPMMFC_OUT_OF_BANDS" "the meter has more bands than the switch can do";
    }
    13 V1_3 "OFPET_TABLE_FEATURES_FAILED" {
        0 V1_3 V1_5 "OFPTFFC_BAD_TABLE" "there is no such table";
        1 V1_3 V1_5 "OFPTFFC_BAD_METADATA" "the metadata mask is not valid";
        2 V1_3 V1_3 "OFPTFFC_BAD_TYPE" "a property type is not known";
        3 V1_3 V1_3 "OFPTFFC_BAD_LEN" "a property has the wrong length";
        4 V1_3 V1_3 "OFPTFFC_BAD_ARGUMENT" "a property has a value that is not supported";
        5 V1_3 V1_5 "OFPTFFC_EPERM" "not permitted";
        6 V1_5 V1_5 "OFPTFFC_BAD_CAPA" "the capabilities are not valid";
        7 V1_5 V1_5 "OFPTFFC_BAD_MAX_ENT" "max_entries is not valid";
        8 V1_5 V1_5 "OFPTFFC_BAD_FEATURES" "the features are not valid";
        9 V1_5 V1_5 "OFPTFFC_BAD_COMMAND" "the command is not known";
        10 V1_5 V1_5 "OFPTFFC_TOO_MANY" "more tables than the switch can do";
    }
    14 V1_4 "OFPET_BAD_PROPERTY" {
        0 V1_4 V1_5 "OFPBPC_BAD_TYPE" "a property type is not known";
        1 V1_4 V1_5 "OFPBPC_BAD_LEN" "a property has the wrong length";
        2 V1_4 V1_5 "OFPBPC_BAD_VALUE" "a property has a value that is not supported";
        3 V1_4 V1_5 "OFPBPC_TOO_MANY" "more properties than the switch can do";
        4 V1_4 V1_5 "OFPBPC_DUP_TYPE" "a property is given twice";
        5 V1_4 V1_5 "OFPBPC_BAD_EXPERIMENTER" "the property's experimenter is not known";
        6 V1_4 V1_5 "OFPBPC_BAD_EXP_TYPE" "the experimenter's property is not known";
        7 V1_4 V1_5 "OFPBPC_BAD_EXP_VALUE" "the experimenter's property has a value that is not known";
        8 V1_4 V1_5 "OFPBPC_EPERM" "not permitted";
    }
    15 V1_4 "OFPET_ASYNC_CONFIG_FAILED" {
        0 V1_4 V1_5 "OFPACFC_INVALID" "a mask is not valid";
        1 V1_4 V1_5 "OFPACFC_UNSUPPORTED" "the configuration is not supported";
        2 V1_4 V1_5 "OFPACFC_EPERM" "not permitted";
    }
    16 V1_4 "OFPET_FLOW_MONITOR_FAILED" {
        0 V1_4 V1_5 "OFPMOFC_UNKNOWN" "the switch does not say why";
        1 V1_4 V1_5 "OFPMOFC_MONITOR_EXISTS" "the monitor exists already";
        2 V1_4 V1_5 "OFPMOFC_INVALID_MONITOR" "the monitor is not valid";
        3 V1_4 V1_5 "OFPMOFC_UNKNOWN_MONITOR" "there is no such monitor";
        4 V1_4 V1_5 "OFPMOFC_BAD_COMMAND" "the command is not known";
        5 V1_4 V1_5 "OFPMOFC_BAD_FLAGS" "the flags are not supported";
        6 V1_4 V1_5 "OFPMOFC_BAD_TABLE_ID" "there is no such table";
        7 V1_4 V1_5 "OFPMOFC_BAD_OUT" "the output port or group is wrong";
    }
    17 V1_4 "OFPET_BUNDLE_FAILED" {
        0 V1_4 V1_5 "OFPBFC_UNKNOWN" "the switch does not say why";
        1 V1_4 V1_5 "OFPBFC_EPERM" "not permitted";
        2 V1_4 V1_5 "OFPBFC_BAD_ID" "there is no such bundle";
        3 V1_4 V1_5 "OFPBFC_BUNDLE_EXIST" "the bundle exists already";
        4 V1_4 V1_5 "OFPBFC_BUNDLE_CLOSED" "the bundle is closed";
        5 V1_4 V1_5 "OFPBFC_OUT_OF_BUNDLES" "more bundles than the switch can do";
        6 V1_4 V1_5 "OFPBFC_BAD_TYPE" "the bundle control type is not known";
        7 V1_4 V1_5 "OFPBFC_BAD_FLAGS" "the flags are not supported or not those of the bundle";
        8 V1_4 V1_5 "OFPBFC_MSG_BAD_LEN" "the message in it has the wrong length";
        9 V1_4 V1_5 "OFPBFC_MSG_BAD_XID" "the message in it has another xid";
        10 V1_4 V1_5 "OFPBFC_MSG_UNSUP" "such a message cannot be in a bundle";
        11 V1_4 V1_5 "OFPBFC_MSG_CONFLICT" "the message does not go with the others of the bundle";
        12 V1_4 V1_5 "OFPBFC_MSG_TOO_MANY" "more messages than a bundle can hold";
        13 V1_4 V1_5 "OFPBFC_MSG_FAILED" "a message of the bundle failed";
        14 V1_4 V1_5 "OFPBFC_TIMEOUT" "the bundle was open for too long";
        15 V1_4 V1_5 "OFPBFC_BUNDLE_IN_PROGRESS" "another bundle locks what it needs";
        16 V1_5 V1_5 "OFPBFC_SCHED_NOT_SUPPORTED" "bundles cannot be scheduled";
        17 V1_5 V1_5 "OFPBFC_SCHED_FUTURE" "the time is too far in the future";
        18 V1_5 V1_5 "OFPBFC_SCHED_PAST" "the time is too far in the past";
    }
    { Error::EXPERIMENTER } V1_3 "OFPET_EXPERIMENTER" {}
};
