//! What apps, switches and people see of groups.

use std::time::Duration;

use app_api::{Event, Rule, WantedGroup};
use openflow::flow::{Action, Bucket, Group, GroupCommand, GroupType};
use openflow::{Dpid, GroupId, Version};
use tokio::time::{sleep, timeout};

use super::super::cookie::AppTag;
use super::fake::{
    FakeSwitch, Lab, change, change_groups, foreign, group, group_of, of_app, rule, rule_to_group,
};
use crate::rules::{Find, Status};

const READ_EVERY: Duration = Duration::from_secs(2);

/// Long enough for everything that is not waiting for a timer of seconds.
const SOON: Duration = Duration::from_millis(50);

/// A group of the app and a rule that uses it.
fn pair(number: u16, port: u32) -> (WantedGroup, Rule) {
    let id = AppTag::of("app").group(number);
    let host = u8::try_from(number).unwrap();
    (group(1, number, port), rule_to_group(1, host, id))
}

async fn want<'a>(
    lab: &Lab,
    groups: impl IntoIterator<Item = &'a WantedGroup>,
    rules: impl IntoIterator<Item = &'a Rule>,
) {
    let rules: Vec<_> = rules.into_iter().cloned().collect();
    let groups: Vec<_> = groups.into_iter().cloned().collect();
    let sets = vec![change("a", &rules), change_groups("a", &groups)];
    let done = lab.rules.change_heard("app", sets).await;
    done.await.unwrap();
}

fn has(switch: &FakeSwitch, wanted: &WantedGroup) -> bool {
    let group = group_of(wanted, "app");
    switch.table().groups.get(&group.id) == Some(&group)
}

fn ids(switch: &FakeSwitch) -> Vec<GroupId> {
    switch.table().groups.keys().copied().collect()
}

#[tokio::test(start_paused = true)]
async fn a_group_is_there_before_its_rule_and_goes_after_it() {
    let mut lab = Lab::with(&["app"]).await;
    let switch = lab.connected(1).await;
    let (wanted, rule) = pair(1, 1);
    // The rule's stage comes first: the group is sent with it all the same.
    let wanted = wanted.in_stage(5);
    want(&lab, [&wanted], [&rule]).await;
    assert!(has(&switch, &wanted) && switch.has(&rule));
    assert_eq!(lab.rules.wanted("app"), 1, "groups are no rules");
    want(&lab, [], []).await;
    sleep(SOON).await;
    assert_eq!((ids(&switch), switch.has(&rule)), (vec![], false));
    assert_eq!(lab.notices.after(0), vec![], "nothing was refused");
}

#[tokio::test(start_paused = true)]
async fn other_buckets_are_a_modify_and_the_same_ones_nothing() {
    let mut lab = Lab::with(&["app"]).await;
    let switch = lab.connected(1).await;
    let (first, rule) = pair(1, 1);
    want(&lab, [&first], [&rule]).await;
    switch.group_mods();
    want(&lab, [&first], [&rule]).await;
    assert_eq!(switch.group_mods(), vec![]);
    let other = WantedGroup {
        kind: GroupType::All,
        ..group(1, 1, 2)
    };
    want(&lab, [&other], [&rule]).await;
    let commands: Vec<_> = switch.group_mods().iter().map(|m| m.command).collect();
    assert_eq!(commands, [GroupCommand::Modify]);
    assert!(has(&switch, &other) && switch.has(&rule));
}

#[tokio::test(start_paused = true)]
async fn groups_found_are_adopted_or_released_and_foreign_ones_left_alone() {
    let mut lab = Lab::with(&["app", "stopped"]).await;
    lab.rules.withdraw("stopped").await;
    let mut events = lab.events.listen("app");
    let switch = lab.switch(1, Version::V1_3);
    let (kept, _) = pair(1, 1);
    let (unclaimed, _) = pair(2, 1);
    let theirs = Group {
        id: GroupId(7),
        ..group_of(&kept, "app")
    };
    let ownerless = group_of(&kept, "stopped");
    for group in [
        group_of(&kept, "app"),
        group_of(&unclaimed, "app"),
        theirs.clone(),
        ownerless,
    ] {
        switch.table().groups.insert(group.id, group);
    }
    switch.connect();
    lab.ready().await;
    assert_eq!(events().await, Event::Resync);
    let Event::EntriesFound { entries, .. } = events().await else {
        panic!("nothing found");
    };
    assert!(entries.is_empty(), "only groups were");
    want(&lab, [&kept], []).await;
    sleep(READ_EVERY * 2).await;
    assert!(has(&switch, &kept) && has(&switch, &unclaimed));
    let shown = lab.rules.groups(Dpid(1)).await;
    let shown: Vec<_> = shown
        .iter()
        .map(|r| (r.owner.as_deref(), r.status, r.set.as_deref()))
        .collect();
    assert_eq!(shown.len(), 3);
    assert!(shown.contains(&(None, Status::Foreign, None)));
    assert!(shown.contains(&(Some("app"), Status::Installed, Some("a"))));
    assert!(shown.contains(&(Some("app"), Status::Unclaimed, None)));
    let find = Find {
        dpid: Dpid(1),
        epoch: switch.number(),
    };
    lab.rules.release_unclaimed("app", vec![find]).await;
    sleep(SOON).await;
    assert!(!has(&switch, &unclaimed));
    let sent = switch.group_mods();
    let deleted = |m: &openflow::flow::GroupMod| m.command == GroupCommand::Delete;
    assert!(sent.len() == 2 && sent.iter().all(deleted), "{sent:?}");
    assert_eq!(switch.table().groups.get(&GroupId(7)), Some(&theirs));
}

#[tokio::test(start_paused = true)]
async fn deleted_groups_come_back_with_the_rules_that_use_them() {
    let mut lab = Lab::with(&["app"]).await;
    let switch = lab.connected(1).await;
    let pairs: Vec<_> = (1..20).map(|number| pair(number, 1)).collect();
    let (groups, rules): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
    want(&lab, &groups, &rules).await;
    let all_there =
        || groups.iter().all(|group| has(&switch, group)) && rules.iter().all(|r| switch.has(r));
    assert!(all_there());

    // Heard at once: their rules say why they went.
    for group in &groups {
        switch.lose_group(group_of(group, "app").id);
    }
    sleep(SOON).await;
    assert!(all_there());

    // Not heard at all: the next read tells.
    switch.tells_deletes(false);
    for group in &groups {
        switch.lose_group(group_of(group, "app").id);
    }
    sleep(READ_EVERY + SOON).await;
    assert!(all_there());
    assert_eq!(lab.notices.after(0), vec![], "nothing was refused");
}

#[tokio::test(start_paused = true)]
async fn an_altered_group_is_mended_at_the_next_read() {
    let mut lab = Lab::with(&["app"]).await;
    let switch = lab.connected(1).await;
    let (wanted, rule) = pair(1, 1);
    want(&lab, [&wanted], [&rule]).await;
    let altered = group_of(&group(1, 1, 9), "app");
    switch.table().groups.insert(altered.id, altered);
    sleep(READ_EVERY + SOON).await;
    assert!(has(&switch, &wanted) && switch.has(&rule));
}

#[tokio::test(start_paused = true)]
async fn a_group_deleted_just_before_its_rule_is_sent_is_no_refusal() {
    let mut lab = Lab::with(&["app"]).await;
    let switch = lab.connected(1).await;
    let (wanted, rule) = pair(1, 1);
    want(&lab, [&wanted], []).await;
    switch.lose_group(group_of(&wanted, "app").id);
    want(&lab, [&wanted], [&rule]).await;
    sleep(SOON).await;
    assert!(has(&switch, &wanted) && switch.has(&rule));
    let altered = group(1, 1, 2);
    switch.tells_deletes(false);
    switch.lose_group(group_of(&wanted, "app").id);
    want(&lab, [&altered], [&rule]).await;
    sleep(SOON).await;
    assert!(has(&switch, &altered) && switch.has(&rule));
    assert_eq!(lab.notices.after(0), vec![]);
}

#[tokio::test(start_paused = true)]
async fn a_group_stays_while_somebody_uses_it() {
    let mut lab = Lab::with(&["app"]).await;
    let switch = lab.connected(1).await;
    let (wanted, rule) = pair(1, 1);
    want(&lab, [&wanted], []).await;
    switch.table().put(&foreign(&rule));
    sleep(READ_EVERY + SOON).await;
    want(&lab, [], []).await;
    sleep(READ_EVERY * 2).await;
    assert!(has(&switch, &wanted) && switch.has(&rule));
    switch.table().entries.clear();
    sleep(READ_EVERY * 2).await;
    assert!(!has(&switch, &wanted));
}

#[tokio::test(start_paused = true)]
async fn a_rule_without_its_group_is_refused_until_that_is_wanted() {
    let mut lab = Lab::with(&["app"]).await;
    let mut events = lab.events.listen("app");
    let switch = lab.connected(1).await;
    let (wanted, rule) = pair(1, 1);
    want(&lab, [], [&rule]).await;
    assert_eq!(events().await, Event::Resync);
    assert!(matches!(events().await, Event::RuleRejected(_)));
    assert!(timeout(READ_EVERY * 3, events()).await.is_err(), "once");
    want(&lab, [&wanted], [&rule]).await;
    sleep(SOON).await;
    assert!(has(&switch, &wanted) && switch.has(&rule));
}

#[tokio::test(start_paused = true)]
async fn a_switch_of_1_0_rejects_groups_in_words() {
    let mut lab = Lab::with(&["app"]).await;
    let mut events = lab.events.listen("app");
    let switch = lab.switch(1, Version::V1_0);
    switch.connect();
    lab.ready().await;
    let (wanted, _) = pair(1, 1);
    want(&lab, [&wanted], [&rule(1, 1, 1)]).await;
    assert_eq!(events().await, Event::Resync);
    let Event::GroupRejected(rejection) = events().await else {
        panic!("not told");
    };
    let words = format!(
        "0000000000000001 rejected group-mod (group {}, number 1): OpenFlow 1.0 has no group_mod",
        AppTag::of("app").group(1)
    );
    assert_eq!((&rejection.group, &rejection.message), (&wanted, &words));
    let codes: Vec<_> = lab.notices.after(0).iter().map(|n| n.code).collect();
    assert_eq!(codes, ["group_rejected"]);
    let shown = lab.rules.groups(Dpid(1)).await;
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].status, Status::Rejected);
    assert_eq!(shown[0].problem.as_ref(), Some(&words));
    assert!(switch.has(&rule(1, 1, 1)));
}

#[tokio::test(start_paused = true)]
async fn an_app_that_stops_loses_its_groups() {
    let mut lab = Lab::with(&["app", "other"]).await;
    let switch = lab.connected(1).await;
    let (wanted, uses) = pair(1, 1);
    let others = vec![change_groups("a", &[group(1, 1, 3)])];
    lab.rules.change("other", others).await;
    want(&lab, [&wanted], [&uses]).await;
    let reactive = rule_to_group(1, 9, AppTag::of("app").group(1));
    let tag = AppTag::of("app").reactive();
    switch.table().put(&super::fake::flow_mod(&reactive, tag));
    sleep(READ_EVERY + SOON).await;
    lab.rules.withdraw("app").await;
    sleep(SOON).await;
    assert_eq!(ids(&switch), [AppTag::of("other").group(1)]);
    assert!(!switch.has(&uses) && !switch.has(&reactive));
}

#[tokio::test(start_paused = true)]
async fn groups_of_a_switch_that_is_not_connected_are_pending() {
    let mut lab = Lab::with(&["app"]).await;
    let switch = lab.connected(1).await;
    let (wanted, uses) = pair(1, 1);
    want(&lab, [&wanted], [&uses]).await;
    switch.table().put(&of_app(&rule(1, 3, 1), "app", "a"));
    switch.disconnect();
    sleep(SOON).await;
    let shown = lab.rules.groups(Dpid(1)).await;
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].status, Status::Pending);
    assert_eq!(shown[0].reason.as_deref(), Some("test"));
}

#[tokio::test(start_paused = true)]
async fn groups_that_use_each_other_in_a_circle_are_refused() {
    let mut lab = Lab::with(&["app"]).await;
    let switch = lab.connected(1).await;
    let (first, rule) = pair(1, 1);
    let [a, b] = [(1, 2), (2, 1)].map(|(number, other)| {
        let other = AppTag::of("app").group(other);
        WantedGroup {
            buckets: vec![Bucket::new([Action::Group(other)])],
            ..group(1, number, 1)
        }
    });
    want(&lab, [&a, &b], [&rule]).await;
    sleep(READ_EVERY * 2).await;
    assert_eq!((ids(&switch), switch.has(&rule)), (vec![], false));
    assert_eq!(lab.notices.after(0).len(), 3);
    want(&lab, [&first], [&rule]).await;
    sleep(SOON).await;
    assert!(has(&switch, &first) && switch.has(&rule));
}
