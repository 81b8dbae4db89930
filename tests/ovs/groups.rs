//! Groups that apps want, on a real switch.

use std::time::Duration;

use app_api::{Event, Priority, Rule, WantedGroup};
use openflow::flow::{Action, Bucket, GroupType, Instructions, Match};
use openflow::{Dpid, GroupId, MacAddr, PortNo};
use serde_json::Value;

use crate::wants::{BRIDGE, Lab, in_each};

/// The controller's own entries.
const CORE: usize = 2;

const V1_3: &str = "OpenFlow13";

fn to(port: u32) -> Bucket {
    Bucket::new([Action::output(PortNo(port))])
}

/// One of every type, what a switch may show otherwise included, and a rule for each.
fn one_of_everything() -> (Vec<WantedGroup>, Vec<Rule>) {
    let rewrite = [Action::set_eth_dst(MacAddr([2, 0, 0, 0, 0, 9]))];
    let rewrite = rewrite.into_iter().chain([Action::output(PortNo(3))]);
    let groups = [
        (GroupType::All, vec![to(1), to(2).weighing(5), to(3)]),
        (
            GroupType::Select,
            vec![to(1).weighing(1), to(2).weighing(3)],
        ),
        (GroupType::Indirect, vec![Bucket::new(rewrite)]),
        (
            GroupType::FastFailover,
            vec![to(1).while_up(PortNo(1)), to(2).while_up(PortNo(2))],
        ),
        (GroupType::All, vec![]),
    ];
    let numbers = 1u16..;
    let groups = numbers.zip(groups);
    let groups: Vec<_> = groups
        .map(|(number, (kind, buckets))| WantedGroup::new(Dpid(1), number, kind, buckets))
        .collect();
    let rules = groups.iter().map(|group| rule(group.number)).collect();
    (groups, rules)
}

/// Uses a group of the app's own number.
fn rule(number: u16) -> Rule {
    let [high, low] = number.to_be_bytes();
    let matching = Match::any().eth_dst(MacAddr([2, 0, 0, 0, high, low]));
    let to_group = Instructions::apply([Action::Group(GroupId(number.into()))]);
    Rule::new(Dpid(1), Priority::new(100), matching, to_group)
}

/// How many groups stand how, by the API.
async fn groups_standing(lab: &Lab, status: &str) -> usize {
    let groups = lab.groups().await;
    groups.iter().filter(|g| g["status"] == status).count()
}

/// So many groups, and as many rules, are as they should be.
async fn until_right(lab: &Lab, what: &str, groups: usize) -> Duration {
    let right = async || {
        groups_standing(lab, "installed").await == groups
            && lab.standing("installed").await == groups
    };
    lab.until(what, right).await
}

fn ids(groups: &[Value]) -> Vec<u64> {
    groups
        .iter()
        .map(|g| g["group"].as_u64().unwrap())
        .collect()
}

/// Somebody else at the switch.
fn ofctl(lab: &Lab, command: &str, arguments: &[&str]) {
    drop(lab.ovs.ofctl(lab.protocol, command, BRIDGE, arguments));
}

#[test]
fn wanted_groups_arrive_with_their_rules_once_and_go_after_them() {
    in_each(&[V1_3, "OpenFlow14", "OpenFlow15"], arrive_once_and_go);
}

async fn arrive_once_and_go(protocol: &'static str) {
    let lab = Lab::start(protocol).await;
    let (groups, rules) = one_of_everything();
    lab.want_groups(&groups, &rules).await;
    until_right(&lab, "arrived", groups.len()).await;
    let shown = lab.groups().await;
    assert!(
        shown
            .iter()
            .all(|g| g["owner"] == "wants" && g["set"] == "test")
    );
    assert_eq!(shown[0]["reason"], "the test says so");
    assert_eq!(shown[0]["references"], 1);
    assert_eq!((lab.dump_groups().len(), lab.dump().len()), (5, CORE + 5));

    let sent = lab.metric("rules_changes_total").await;
    assert_eq!(sent as usize, CORE + groups.len() + rules.len());
    lab.reads(3).await;
    lab.want_groups(&groups, &rules).await;
    lab.reads(1).await;
    assert_eq!(lab.metric("rules_changes_total").await, sent);
    assert_eq!(lab.metric("rules_mended_total").await, 0);

    lab.want_groups(&[], &[]).await;
    let gone = async || lab.dump_groups().is_empty() && lab.dump().len() == CORE;
    lab.until("gone", gone).await;
    lab.reads(1).await;
    assert_eq!(lab.metric("rules_mended_total").await, 0);
    assert_eq!(lab.metric("rules_refused_total").await, 0);
    let deleted = |event: &Event| matches!(event, Event::FlowRemoved { .. });
    assert!(!lab.hears(deleted), "no rule went with its group");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_keep_their_age_across_a_restart_of_the_controller() {
    let mut lab = Lab::start(V1_3).await;
    let (mut groups, mut rules) = one_of_everything();
    lab.want_groups(&groups, &rules).await;
    until_right(&lab, "arrived", groups.len()).await;
    ofctl(&lab, "add-group", &["group_id=7,type=all,bucket=output:1"]);
    let ages = async |lab: &Lab| {
        let groups = lab.groups().await.into_iter();
        let ours = groups.filter(|g| g["owner"] == "wants");
        let ages = ours.map(|g| g["age_s"].as_f64().unwrap());
        ages.fold(f64::INFINITY, f64::min)
    };
    let before = ages(&lab).await;
    let begun = std::time::Instant::now();
    lab.restart_controller().await;
    assert_eq!(groups_standing(&lab, "unclaimed").await, 5);

    // One of them is not wanted any more: it goes when it is released, the others never.
    groups.pop();
    rules.pop();
    lab.want_groups(&groups, &rules).await;
    until_right(&lab, "claimed", groups.len()).await;
    assert_eq!(groups_standing(&lab, "unclaimed").await, 1);
    lab.release().await;
    let released = async || groups_standing(&lab, "unclaimed").await == 0;
    lab.until("released", released).await;
    lab.reads(2).await;
    let grown = begun.elapsed().as_secs_f64() - 0.1;
    let after = ages(&lab).await;
    assert!(after > before + grown, "{before} {grown} {after}");
    assert_eq!(lab.metric("rules_changes_total").await, 2, "deletes only");
    assert_eq!(groups_standing(&lab, "foreign").await, 1);
    assert_eq!(lab.dump_groups().len(), groups.len() + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_else_does_to_our_groups_is_mended() {
    let lab = Lab::start(V1_3).await;
    let (groups, rules) = one_of_everything();
    lab.want_groups(&groups, &rules).await;
    until_right(&lab, "arrived", groups.len()).await;
    let all = (groups.len(), CORE + rules.len());
    let whole = async || (lab.dump_groups().len(), lab.dump().len()) == all;

    // Everything deleted, rules with it: heard at once.
    ofctl(&lab, "del-groups", &[]);
    let took = lab.until("put back", whole).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    until_right(&lab, "put back", groups.len()).await;

    // One deleted.
    let ours = ids(&lab.groups().await);
    ofctl(&lab, "del-groups", &[&format!("group_id={}", ours[1])]);
    let took = lab.until("put back", whole).await;
    assert!(took < Duration::from_secs(1), "{took:?}");

    // Flow table and groups, one after the other.
    ofctl(&lab, "del-flows", &[]);
    ofctl(&lab, "del-groups", &[]);
    let took = lab.until("put back", whole).await;
    assert!(took < Duration::from_secs(1), "{took:?}");

    // Other buckets, and a foreign group: seen at the next read.
    let altered = format!("group_id={},type=all,bucket=output:4", ours[0]);
    ofctl(&lab, "mod-group", &[&altered]);
    ofctl(&lab, "add-group", &["group_id=7,type=all,bucket=output:1"]);
    let wrong = || lab.dump_groups().iter().any(|l| l.contains("output:4"));
    assert!(wrong());
    let took = lab.until("mended", async || !wrong()).await;
    assert!(took < Duration::from_secs(3), "{took:?}");
    until_right(&lab, "mended", groups.len()).await;
    lab.reads(2).await;
    assert_eq!(lab.dump_groups().len(), groups.len() + 1);
    assert_eq!(lab.metric("rules_refused_total").await, 0);

    // What the app changes is changed in place.
    let mut changed = groups.clone();
    changed[0].buckets = vec![to(4)];
    lab.want_groups(&changed, &rules).await;
    lab.until("changed", async || wrong()).await;
    assert_eq!(lab.dump().len(), CORE + rules.len());

    // Gone, but for the foreign one.
    lab.want_groups(&[], &[]).await;
    let gone = async || lab.dump_groups().len() == 1 && lab.dump().len() == CORE;
    lab.until("gone", gone).await;
    lab.reads(2).await;
    assert!(lab.dump_groups()[0].contains("group_id=7"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_switch_that_lost_its_groups_gets_them_back_when_it_connects() {
    let mut lab = Lab::start(V1_3).await;
    let (groups, rules) = one_of_everything();
    lab.want_groups(&groups, &rules).await;
    until_right(&lab, "arrived", groups.len()).await;
    lab.forget_what_was_heard();
    lab.ovs.restart_switch();
    lab.until("connected", async || lab.hears(crate::wants::is_up))
        .await;
    let took = until_right(&lab, "there again", groups.len()).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_switch_of_1_0_rejects_groups_in_words() {
    let lab = Lab::start("OpenFlow10").await;
    let group = WantedGroup::new(Dpid(1), 1, GroupType::All, [to(1)]);
    lab.want_groups(&[group], &[rule(1)]).await;
    lab.until("refused", async || lab.standing("rejected").await == 1)
        .await;
    let groups = lab.groups().await;
    assert_eq!(
        (groups.len(), &groups[0]["status"]),
        (1, &"rejected".into())
    );
    let told = format!(
        "s1 rejected group-mod (group {}, number 1): OpenFlow 1.0 has no group_mod",
        groups[0]["group"]
    );
    assert_eq!(groups[0]["problem"], told);
    assert!(lab.hears(|event| matches!(event, Event::GroupRejected(_))));
    assert!(lab.hears(|event| matches!(event, Event::RuleRejected(_))));

    // One that the switch itself refuses: it has no such port to watch.
    let lab = Lab::start(V1_3).await;
    let group = WantedGroup::new(Dpid(1), 1, GroupType::FastFailover, [to(1)]);
    lab.want_groups(&[group], &[rule(1)]).await;
    let refused = async || groups_standing(&lab, "rejected").await == 1;
    lab.until("refused", refused).await;
    let groups = lab.groups().await;
    let problem = groups[0]["problem"].as_str().unwrap();
    assert!(problem.contains("OFPGMFC_"), "{problem}");
    assert_eq!(lab.standing("rejected").await, 1, "and its rule");
}
