//! What apps, switches and people see of the rule service.

use std::time::Duration;

use app_api::{Event, Rule};
use openflow::flow::{Action, FlowCommand, FlowRemovedReason, Instructions};
use openflow::{Dpid, PortNo, Version};
use tokio::time::{Instant, sleep, timeout};

use super::fake::{DEADLINE, FakeSwitch, Lab, change, foreign, key_of, of_app, rule};
use crate::rules::{Find, Status};

const READ_EVERY: Duration = Duration::from_secs(2);

/// Long enough for everything that is not waiting for a timer of seconds.
const SOON: Duration = Duration::from_millis(50);

fn other_port(rule: &Rule) -> Rule {
    Rule {
        instructions: Instructions::apply([Action::output(PortNo(9))]),
        ..rule.clone()
    }
}

/// Everything but what the controller wants for itself.
fn rules_on(switch: &FakeSwitch) -> usize {
    let table = switch.table();
    let core = table.entries.values().filter(|e| e.priority % 65_535 == 0);
    table.entries.len() - core.count()
}

#[tokio::test(start_paused = true)]
async fn a_new_switch_gets_the_controllers_own_entries_and_is_announced() {
    for version in [Version::V1_0, Version::V1_3] {
        let mut lab = Lab::with(&["app"]).await;
        let switch = lab.switch(1, version);
        switch.connect();
        assert_eq!(lab.ready().await, Dpid(1));
        let mut priorities: Vec<_> = switch.table().entries.keys().map(|k| k.priority).collect();
        priorities.sort_unstable();
        assert_eq!(priorities, [0, 65_535]);
        sleep(Duration::from_secs(60)).await;
        assert_eq!(lab.sent().len(), 2, "nothing is sent twice");
    }
}

#[tokio::test(start_paused = true)]
async fn entries_keep_their_age_across_a_restart_of_the_controller() {
    let mut lab = Lab::with(&["app"]).await;
    let mut switch = lab.switch(1, Version::V1_3);
    let kept = rule(1, 1, 1);
    switch.table().put(&of_app(&kept, "app", "an earlier set"));
    switch.connect();
    lab.ready().await;
    lab.set_and_wait("app", "hosts", std::slice::from_ref(&kept))
        .await;
    lab.sent();
    sleep(Duration::from_secs(100)).await;
    switch.reconnect();
    lab.ready().await;
    sleep(Duration::from_secs(100)).await;
    assert_eq!(lab.sent(), vec![]);
    for record in lab.rules.flows(Dpid(1)).await {
        assert!(
            record.counted.unwrap().age >= Duration::from_secs(200),
            "{record:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_app_hears_what_was_found_before_the_switch_is_ready_and_may_claim_it() {
    let mut lab = Lab::with(&["app"]).await;
    let mut events = lab.events.listen("app");
    let switch = lab.switch(1, Version::V1_3);
    let (claimed, unclaimed) = (rule(1, 1, 1), rule(1, 2, 1));
    for rule in [&claimed, &unclaimed] {
        switch.table().put(&of_app(rule, "app", "a"));
    }
    switch.connect();
    lab.ready().await;
    assert_eq!(events().await, Event::Resync);
    let Event::EntriesFound { dpid, entries } = events().await else {
        panic!("nothing found");
    };
    assert_eq!((dpid, entries.len()), (Dpid(1), 2));
    lab.set_and_wait("app", "a", std::slice::from_ref(&claimed))
        .await;
    assert!(switch.has(&unclaimed), "kept until released");

    let stale = Find {
        dpid: Dpid(1),
        epoch: 0,
    };
    lab.rules.release_unclaimed("app", vec![stale]).await;
    sleep(SOON).await;
    assert!(switch.has(&unclaimed), "that was another connection");

    let find = Find {
        dpid: Dpid(1),
        epoch: switch.number(),
    };
    lab.rules.release_unclaimed("app", vec![find]).await;
    sleep(SOON).await;
    assert!(switch.has(&claimed) && !switch.has(&unclaimed));
}

#[tokio::test(start_paused = true)]
async fn what_is_claimed_in_a_late_stage_does_not_go_while_an_early_one_is_waited_for() {
    let mut lab = Lab::with(&["app"]).await;
    let switch = lab.switch(1, Version::V1_3);
    let (missing, found) = (rule(1, 1, 1), rule(1, 2, 1).in_stage(2));
    switch.table().put(&of_app(&found, "app", "a"));
    switch.connect();
    lab.ready().await;
    sleep(Duration::from_secs(5)).await;

    let find = Find {
        dpid: Dpid(1),
        epoch: switch.number(),
    };
    let wanted = [missing.clone(), found.clone()];
    lab.rules.change("app", vec![change("a", &wanted)]).await;
    lab.rules.release_unclaimed("app", vec![find]).await;
    sleep(SOON).await;
    assert!(switch.has(&missing) && switch.has(&found));
    let sent: Vec<_> = lab
        .sent()
        .into_iter()
        .map(|(_, _, sent)| sent.matching)
        .collect();
    assert_eq!(
        sent.iter().filter(|m| **m == found.matching).count(),
        0,
        "{sent:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_nobody_claims_goes_after_half_a_minute() {
    let mut lab = Lab::with(&["app"]).await;
    let switch = lab.switch(1, Version::V1_3);
    let forgotten = rule(1, 1, 1);
    switch.table().put(&of_app(&forgotten, "app", "a"));
    switch.connect();
    lab.ready().await;
    sleep(Duration::from_secs(29)).await;
    assert!(switch.has(&forgotten));
    sleep(Duration::from_secs(2)).await;
    assert!(!switch.has(&forgotten));
}

#[tokio::test(start_paused = true)]
async fn entries_of_apps_that_do_not_run_go_and_foreign_ones_stay() {
    let mut lab = Lab::with(&["app"]).await;
    let switch = lab.switch(1, Version::V1_3);
    let (ownerless, theirs) = (rule(1, 1, 1), rule(1, 2, 1));
    switch.table().put(&of_app(&ownerless, "gone", "a"));
    switch.table().put(&foreign(&theirs));
    switch.connect();
    lab.ready().await;
    sleep(Duration::from_secs(100)).await;
    assert!(!switch.has(&ownerless));
    assert!(switch.has(&theirs));
}

#[tokio::test(start_paused = true)]
async fn a_refused_rule_is_told_in_words_and_not_sent_again() {
    let mut lab = Lab::with(&["app"]).await;
    let mut events = lab.events.listen("app");
    let mut switch = lab.connected(1).await;
    let refused = rule(1, 1, 1);
    switch.table().refuses.insert(key_of(&refused));
    let good = rule(1, 2, 1);
    lab.set_and_wait("app", "a", &[refused.clone(), good.clone()])
        .await;
    assert_eq!(events().await, Event::Resync);
    let Event::RuleRejected(rejection) = events().await else {
        panic!("not told");
    };
    assert_eq!(rejection.rule, refused);
    let words = "0000000000000001 rejected flow-mod (table 0, priority 100, \
                 dl_dst=02:00:00:00:00:01): OFPBMC_BAD_PREREQ, prerequisite not met";
    assert_eq!(rejection.message, words);
    let notices = lab.notices.after(0);
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].code, "rule_rejected");
    assert_eq!(notices[0].message, format!("{words} (rule of app)"));
    let flows = lab.rules.flows(Dpid(1)).await;
    let record = flows
        .iter()
        .find(|r| r.matching == refused.matching)
        .unwrap();
    assert_eq!(record.status, Status::Rejected);
    assert_eq!(record.problem.as_deref(), Some(words));

    switch.table().refuses.clear();
    sleep(Duration::from_secs(60)).await;
    lab.set_and_wait("app", "a", &[refused.clone(), good.clone()])
        .await;
    assert!(
        switch.has(&good) && !switch.has(&refused),
        "it would be refused again"
    );
    lab.set_and_wait("app", "a", &[other_port(&refused), good.clone()])
        .await;
    assert!(switch.has(&other_port(&refused)), "it is another rule now");

    switch.table().refuses.insert(key_of(&good));
    lab.set_and_wait("app", "a", &[other_port(&good)]).await;
    assert!(!switch.has(&other_port(&good)));
    switch.table().refuses.clear();
    switch.reconnect();
    lab.ready().await;
    sleep(SOON).await;
    assert!(
        switch.has(&other_port(&good)),
        "a new connection is a new chance"
    );
}

#[tokio::test(start_paused = true)]
async fn what_found_no_room_is_sent_again_when_there_is_some() {
    let mut lab = Lab::with(&["app"]).await;
    let switch = lab.connected(1).await;
    switch.table().room = Some(3);
    let (first, second) = (rule(1, 1, 1), rule(1, 2, 1));
    lab.set_and_wait("app", "a", std::slice::from_ref(&first))
        .await;
    lab.set_and_wait("app", "b", std::slice::from_ref(&second))
        .await;
    assert!(!switch.has(&second));
    lab.set_and_wait("app", "a", &[]).await;
    sleep(SOON).await;
    assert!(switch.has(&second));
}

#[tokio::test(start_paused = true)]
async fn a_slow_switch_does_not_hold_up_the_others() {
    let mut lab = Lab::with(&["app"]).await;
    let slow = lab.connected(1).await;
    let fast = lab.connected(2).await;
    sleep(SOON).await;
    slow.batch_takes(DEADLINE / 2);
    let stages = |port| {
        let staged = (0..4)
            .flat_map(|stage| [1, 2].map(|dpid| rule(dpid, stage, port).in_stage(stage.into())));
        staged.collect::<Vec<_>>()
    };
    let begun = Instant::now();
    lab.set_and_wait("app", "a", &stages(1)).await;
    assert!(
        begun.elapsed() < Duration::from_millis(150),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(rules_on(&fast), 4);

    // From now on nobody waits for it at all.
    let begun = Instant::now();
    lab.set_and_wait("app", "a", &stages(2)).await;
    assert!(
        begun.elapsed() < Duration::from_millis(20),
        "{:?}",
        begun.elapsed()
    );

    // It gets everything, and is waited for again.
    sleep(DEADLINE * 3).await;
    for rule in stages(2) {
        let switch = if rule.dpid == slow.dpid { &slow } else { &fast };
        assert!(switch.has(&rule));
    }
    slow.batch_takes(Duration::from_millis(30));
    lab.sent();
    lab.set_and_wait("app", "a", &stages(3)).await;
    let sent = lab.sent();
    assert!(
        sent.is_sorted_by_key(|(_, _, flow_mod)| stage_of(flow_mod)),
        "{sent:?}"
    );
}

/// Stage of a rule made by [`rule`] with its host as stage.
fn stage_of(flow_mod: &openflow::flow::FlowMod) -> u128 {
    flow_mod.matching.fields()[0].value
}

#[tokio::test(start_paused = true)]
async fn stages_are_complete_on_every_switch_before_the_next_and_deletes_come_last() {
    let mut lab = Lab::with(&["app"]).await;
    let mut switches = Vec::new();
    for dpid in 1..=3u32 {
        let switch = lab.connected(dpid.into()).await;
        switch.batch_takes(Duration::from_millis(10 * u64::from(dpid)));
        switches.push(switch);
    }
    lab.set_and_wait("app", "old", &[rule(1, 200, 1), rule(3, 201, 1)])
        .await;
    lab.sent();
    let rules: Vec<_> = (1..=3)
        .flat_map(|dpid| (0..3).map(move |stage| rule(dpid, stage, 1).in_stage(stage.into())))
        .collect();
    let sets = vec![change("old", &[]), change("new", &rules)];
    let done = lab.rules.change_heard("app", sets).await;
    done.await.unwrap();
    sleep(SOON).await;
    let sent = lab.sent();
    assert_eq!(sent.len(), 11);
    let order = |(_, _, m): &(Instant, Dpid, openflow::flow::FlowMod)| {
        (m.command == FlowCommand::DeleteStrict, stage_of(m) % 200)
    };
    let order: Vec<_> = sent.iter().map(order).collect();
    let mut sorted = order.clone();
    sorted.sort_by_key(|(delete, stage)| (*delete, if *delete { 0 } else { *stage }));
    assert_eq!(order, sorted);
    // The slowest switch's barrier is between the stages.
    for pair in sent[..9].chunks(3).collect::<Vec<_>>().windows(2) {
        let (before, after) = (pair[0][2].0, pair[1][0].0);
        assert!(after - before >= Duration::from_millis(30));
    }
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_deletes_is_put_back_at_once() {
    let mut lab = Lab::with(&["app"]).await;
    let mut events = lab.events.listen("app");
    let switch = lab.connected(1).await;
    let rules: Vec<_> = (1..100).map(|host| rule(1, host, 1)).collect();
    lab.set_and_wait("app", "a", &rules).await;
    switch.wipe();
    sleep(SOON).await;
    assert_eq!(switch.table().entries.len(), 101);
    assert_eq!(events().await, Event::Resync);
    assert!(matches!(events().await, Event::FlowRemoved { .. }));
}

#[tokio::test(start_paused = true)]
async fn what_we_delete_ourselves_is_neither_put_back_nor_told() {
    let mut lab = Lab::with(&["app"]).await;
    let mut events = lab.events.listen("app");
    let switch = lab.connected(1).await;
    let old = rule(1, 1, 1);
    lab.set_and_wait("app", "a", std::slice::from_ref(&old))
        .await;
    lab.set_and_wait("app", "a", &[]).await;
    // Wanted again before the switch has told that it is gone.
    lab.set_and_wait("app", "a", std::slice::from_ref(&old))
        .await;
    sleep(READ_EVERY * 3).await;
    assert_eq!(events().await, Event::Resync);
    assert!(timeout(SOON, events()).await.is_err());
    assert!(switch.has(&old));
    assert_eq!(
        lab.sent().len(),
        5,
        "the controller's two, add, delete, add"
    );
}

#[tokio::test(start_paused = true)]
async fn what_nobody_tells_is_found_at_the_next_read() {
    let mut lab = Lab::with(&["app"]).await;
    let switch = lab.connected(1).await;
    let (deleted, altered, replaced) = (rule(1, 1, 1), rule(1, 2, 1), rule(1, 3, 1));
    let all = [deleted.clone(), altered.clone(), replaced.clone()];
    lab.set_and_wait("app", "a", &all).await;
    sleep(READ_EVERY * 2).await;
    lab.sent();
    switch.tells_deletes(false);
    switch.lose(&key_of(&deleted), FlowRemovedReason::Delete);
    let wrong = other_port(&altered).instructions;
    let key = key_of(&altered);
    switch.table().entries.get_mut(&key).unwrap().instructions = wrong;
    switch.table().put(&foreign(&replaced));
    sleep(READ_EVERY + SOON).await;
    assert!(all.iter().all(|rule| switch.has(rule)));
    let sent = lab.sent();
    let commands: Vec<_> = sent
        .iter()
        .map(|(_, _, m)| (stage_of(m), m.command))
        .collect();
    assert_eq!(sent.len(), 3);
    assert!(commands.contains(&(0x0200_0000_0001, FlowCommand::Add)));
    assert!(
        commands.contains(&(0x0200_0000_0002, FlowCommand::ModifyStrict)),
        "keeps its age"
    );
    assert!(commands.contains(&(0x0200_0000_0003, FlowCommand::Add)));
}

#[tokio::test(start_paused = true)]
async fn a_fight_over_an_entry_slows_down_and_is_told() {
    let mut lab = Lab::with(&["app"]).await;
    let switch = lab.connected(1).await;
    let contested = rule(1, 1, 1);
    lab.set_and_wait("app", "a", std::slice::from_ref(&contested))
        .await;
    sleep(SOON).await;
    lab.sent();
    for _ in 0..1_000 {
        switch.lose(&key_of(&contested), FlowRemovedReason::Delete);
        sleep(Duration::from_millis(10)).await;
    }
    let sent = lab.sent().len();
    assert!((4..20).contains(&sent), "{sent}");
    let codes: Vec<_> = lab.notices.after(0).iter().map(|n| n.code).collect();
    assert_eq!(codes, ["rule_not_kept"]);
    sleep(Duration::from_secs(60)).await;
    assert!(switch.has(&contested));
}

#[tokio::test(start_paused = true)]
async fn an_app_that_stops_loses_its_entries_and_nobody_elses() {
    let mut lab = Lab::with(&["app", "other"]).await;
    let switch = lab.connected(1).await;
    let (own, others, theirs) = (rule(1, 1, 1), rule(1, 2, 1), rule(1, 3, 1));
    let (reactive, late) = (rule(1, 4, 1), rule(1, 5, 1));
    let tag = super::super::cookie::AppTag::of("app");
    switch.table().put(&foreign(&theirs));
    switch
        .table()
        .put(&super::fake::flow_mod(&reactive, tag.reactive()));
    lab.set_and_wait("app", "a", std::slice::from_ref(&own))
        .await;
    lab.set_and_wait("other", "a", std::slice::from_ref(&others))
        .await;
    sleep(READ_EVERY * 2).await;
    assert!(switch.has(&reactive));
    assert_eq!(lab.rules.wanted("app"), 1);
    lab.rules.withdraw("app").await;
    switch
        .table()
        .put(&super::fake::flow_mod(&late, tag.reactive()));
    sleep(SOON).await;
    assert!(!switch.has(&own) && !switch.has(&reactive));
    assert!(switch.has(&others) && switch.has(&theirs));
    assert_eq!(lab.rules.wanted("app"), 0);
    sleep(READ_EVERY * 2).await;
    assert!(!switch.has(&late), "its handler had not stopped yet");

    lab.set_and_wait("app", "a", std::slice::from_ref(&own))
        .await;
    assert!(!switch.has(&own), "it does not run");
}

#[tokio::test(start_paused = true)]
async fn a_timeout_ends_the_want() {
    let mut lab = Lab::with(&["app"]).await;
    let mut events = lab.events.listen("app");
    let mut switch = lab.connected(1).await;
    let brief = Rule {
        idle_timeout_s: 5,
        ..rule(1, 1, 1)
    };
    let lasting = rule(1, 2, 1);
    let both = [brief.clone(), lasting.clone()];
    lab.set_and_wait("app", "a", &both).await;
    assert_eq!(lab.rules.wanted("app"), 2);
    switch.lose(&key_of(&brief), FlowRemovedReason::IdleTimeout);
    assert_eq!(events().await, Event::Resync);
    assert!(matches!(events().await, Event::FlowRemoved { .. }));
    sleep(READ_EVERY * 5).await;
    assert!(!switch.has(&brief) && switch.has(&lasting));
    assert_eq!(lab.rules.wanted("app"), 1);
    switch.reconnect();
    lab.ready().await;
    sleep(SOON).await;
    assert!(!switch.has(&brief));

    // Given anew it is a new want; and deleting it is no timeout.
    lab.set_and_wait("app", "a", &both).await;
    assert!(switch.has(&brief));
    switch.lose(&key_of(&brief), FlowRemovedReason::Delete);
    sleep(SOON).await;
    assert!(switch.has(&brief));
}

#[tokio::test(start_paused = true)]
async fn a_batch_without_an_answer_is_tried_again() {
    let mut lab = Lab::with(&["app"]).await;
    let switch = lab.connected(1).await;
    sleep(SOON).await;
    switch.batch_takes(DEADLINE * 2);
    switch.read_takes(DEADLINE * 2);
    let wanted = rule(1, 1, 1);
    lab.set_and_wait("app", "a", std::slice::from_ref(&wanted))
        .await;
    // It was lost on the way.
    switch.table().entries.remove(&key_of(&wanted));
    sleep(DEADLINE + SOON).await;
    switch.batch_takes(Duration::ZERO);
    switch.read_takes(Duration::ZERO);
    sleep(DEADLINE * 2).await;
    assert!(switch.has(&wanted));
}

#[tokio::test(start_paused = true)]
async fn a_switch_that_never_tells_its_table_is_of_use_all_the_same() {
    let mut lab = Lab::with(&["app"]).await;
    let switch = lab.switch(1, Version::V1_0);
    switch.read_takes(DEADLINE * 10);
    let begun = Instant::now();
    switch.connect();
    lab.ready().await;
    assert!(begun.elapsed() < Duration::from_millis(1_100));
    assert_eq!(switch.table().entries.len(), 2, "the controller's own");
    let wanted = rule(1, 1, 1);
    lab.set_and_wait("app", "a", std::slice::from_ref(&wanted))
        .await;
    assert!(!switch.has(&wanted), "it may be there already");
    sleep(DEADLINE + SOON).await;
    assert!(switch.has(&wanted));
    lab.set_and_wait("app", "a", &[]).await;
    sleep(SOON).await;
    assert!(!switch.has(&wanted));
}

#[tokio::test(start_paused = true)]
async fn of_two_apps_that_want_the_same_entry_the_first_wins() {
    let mut lab = Lab::with(&["first", "second"]).await;
    let mut events = lab.events.listen("second");
    let switch = lab.connected(1).await;
    let (ours, theirs) = (rule(1, 1, 1), rule(1, 1, 2));
    lab.set_and_wait("second", "a", std::slice::from_ref(&theirs))
        .await;
    assert!(switch.has(&theirs));
    lab.set_and_wait("first", "a", std::slice::from_ref(&ours))
        .await;
    assert!(switch.has(&ours));
    lab.set_and_wait("second", "a", &[]).await;
    lab.set_and_wait("second", "a", std::slice::from_ref(&theirs))
        .await;
    assert!(switch.has(&ours));
    assert_eq!(events().await, Event::Resync);
    let Event::RuleRejected(rejection) = events().await else {
        panic!("not told");
    };
    let words = "0000000000000001 did not get flow-mod (table 0, priority 100, \
                 dl_dst=02:00:00:00:00:01): first, which comes first, wants an entry with the \
                 same match";
    assert_eq!(rejection.message, words);
    let flows = lab.rules.flows(Dpid(1)).await;
    let statuses: Vec<_> = flows
        .iter()
        .map(|r| (r.owner.as_deref(), r.status))
        .collect();
    assert_eq!(statuses.len(), 4);
    assert!(statuses.contains(&(Some("second"), Status::Rejected)));
    assert!(statuses.contains(&(Some("first"), Status::Installed)));
    lab.rules.withdraw("first").await;
    sleep(SOON).await;
    assert!(switch.has(&theirs));
}

#[tokio::test(start_paused = true)]
async fn people_see_what_is_wanted_and_what_is_there() {
    let mut lab = Lab::with(&["app"]).await;
    let switch = lab.switch(1, Version::V1_3);
    let (found, theirs) = (rule(1, 1, 1), rule(1, 2, 1));
    switch.table().put(&of_app(&found, "app", "a"));
    switch.table().put(&foreign(&theirs));
    switch.connect();
    lab.ready().await;
    lab.set_and_wait("app", "a", &[rule(1, 3, 1)]).await;
    let flows = lab.rules.flows(Dpid(1)).await;
    let seen: Vec<_> = flows
        .iter()
        .map(|r| (r.priority, r.owner.as_deref(), r.status))
        .collect();
    assert_eq!(
        seen,
        [
            (65_535, Some("core"), Status::Installed),
            (100, Some("app"), Status::Unclaimed),
            (100, None, Status::Foreign),
            (100, Some("app"), Status::Installed),
            (0, Some("core"), Status::Installed),
        ]
    );
    let installed = &flows[3];
    assert_eq!(installed.set.as_deref(), Some("a"));
    assert_eq!(installed.reason.as_deref(), Some("test"));

    // No answer within two seconds: what is known.
    sleep(Duration::from_secs(2)).await;
    switch.read_takes(Duration::from_secs(8));
    assert_eq!(lab.rules.flows(Dpid(1)).await.len(), 5);

    // Not connected: what is wanted.
    switch.disconnect();
    sleep(SOON).await;
    let flows = lab.rules.flows(Dpid(1)).await;
    let seen: Vec<_> = flows.iter().map(|r| (r.status, r.counted)).collect();
    assert_eq!(seen, [(Status::Pending, None)]);
    assert_eq!(lab.rules.flows(Dpid(99)).await, vec![]);
}

#[tokio::test(start_paused = true)]
async fn many_entries_are_read_less_often() {
    let mut lab = Lab::with(&["app"]).await;
    let switch = lab.connected(1).await;
    {
        let mut table = switch.table();
        for number in 0..20_000u32 {
            let mut theirs = rule(1, 1, 1);
            theirs.matching = openflow::flow::Match::any().in_port(PortNo(number + 1));
            table.put(&foreign(&theirs));
        }
    }
    sleep(Duration::from_secs(3)).await;
    let before = switch.reads();
    sleep(Duration::from_secs(20)).await;
    let reads = switch.reads() - before;
    assert!((4..=6).contains(&reads), "{reads}");
}
