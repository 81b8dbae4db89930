//! Errors of the ONF's extensions of 1.3 (0x4f4e4600), which became errors of 1.4 and 1.5, by
//! their `exp_type`.

use super::Row;
use crate::Version;

pub(super) const ROWS: &[Row] = error_rows! {
    2300 V1_3 V1_3 "OFPBFC_UNKNOWN" "the switch does not say why";
    2301 V1_3 V1_3 "OFPBFC_EPERM" "not permitted";
    2302 V1_3 V1_3 "OFPBFC_BAD_ID" "there is no such bundle";
    2303 V1_3 V1_3 "OFPBFC_BUNDLE_EXIST" "the bundle exists already";
    2304 V1_3 V1_3 "OFPBFC_BUNDLE_CLOSED" "the bundle is closed";
    2305 V1_3 V1_3 "OFPBFC_OUT_OF_BUNDLES" "more bundles than the switch can do";
    2306 V1_3 V1_3 "OFPBFC_BAD_TYPE" "the bundle control type is not known";
    2307 V1_3 V1_3 "OFPBFC_BAD_FLAGS" "the flags are not supported or not those of the bundle";
    2308 V1_3 V1_3 "OFPBFC_MSG_BAD_LEN" "the message in it has the wrong length";
    2309 V1_3 V1_3 "OFPBFC_MSG_BAD_XID" "the message in it has another xid";
    2310 V1_3 V1_3 "OFPBFC_MSG_UNSUP" "such a message cannot be in a bundle";
    2311 V1_3 V1_3 "OFPBFC_MSG_CONFLICT" "the message does not go with the others of the bundle";
    2312 V1_3 V1_3 "OFPBFC_MSG_TOO_MANY" "more messages than a bundle can hold";
    2313 V1_3 V1_3 "OFPBFC_MSG_FAILED" "a message of the bundle failed";
    2314 V1_3 V1_3 "OFPBFC_TIMEOUT" "the bundle was open for too long";
    2315 V1_3 V1_3 "OFPBFC_BUNDLE_IN_PROGRESS" "another bundle locks what it needs";
    2360 V1_3 V1_3 "OFPFMFC_BAD_PRIORITY" "the priority is not supported";
    2370 V1_3 V1_3 "OFPACFC_INVALID" "a mask is not valid";
    2371 V1_3 V1_3 "OFPACFC_UNSUPPORTED" "the configuration is not supported";
    2372 V1_3 V1_3 "OFPACFC_EPERM" "not permitted";
    2600 V1_3 V1_3 "OFPBIC_DUP_INST" "an instruction is given twice";
    2640 V1_3 V1_3 "OFPBRC_MULTIPART_REQUEST_TIMEOUT" "the rest of a multipart request did not come";
    2641 V1_3 V1_3 "OFPBRC_MULTIPART_REPLY_TIMEOUT" "the rest of a multipart reply did not come";
    4250 V1_3 V1_4 "OFPBAC_BAD_SET_MASK" "the field cannot be set under this mask";
    4443 V1_3 V1_3 "OFPBPC_TOO_MANY" "more properties than the switch can do";
    4444 V1_3 V1_3 "OFPBPC_DUP_TYPE" "a property is given twice";
    4445 V1_3 V1_3 "OFPBPC_BAD_EXPERIMENTER" "the property's experimenter is not known";
    4446 V1_3 V1_3 "OFPBPC_BAD_EXP_TYPE" "the experimenter's property is not known";
    4447 V1_3 V1_3 "OFPBPC_BAD_EXP_VALUE" "the experimenter's property has a value that is not known";
    4448 V1_3 V1_3 "OFPBPC_EPERM" "not permitted";
};
