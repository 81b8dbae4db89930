use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use app_api::{Event, Priority, Rule};
use openflow::flow::{Action, Instructions, Match, VlanMatch};
use openflow::oxm::Field;
use openflow::{Dpid, MacAddr, PortNo};

use crate::wants::{BRIDGE, Lab, in_each};

const VERSIONS: [&str; 4] = ["OpenFlow10", "OpenFlow13", "OpenFlow14", "OpenFlow15"];

/// The controller's own.
const CORE: usize = 2;

fn rule(priority: u16, matching: Match, actions: impl IntoIterator<Item = Action>) -> Rule {
    let priority = Priority::try_from(priority).unwrap();
    Rule::new(Dpid(1), priority, matching, Instructions::apply(actions))
}

fn mac(last: u8) -> MacAddr {
    MacAddr([2, 0, 0, 0, 0, last])
}

fn output(port: u32) -> Action {
    Action::output(PortNo(port))
}

/// One of everything apps use. Where a switch shows it otherwise than it was sent, it would be sent
/// again for ever.
fn one_of_everything(protocol: &str) -> Vec<Rule> {
    let any = Match::any;
    let server = Ipv4Addr::new(10, 0, 0, 1);
    let clients = Ipv4Addr::new(10, 1, 0, 0);
    let rewrite = [
        Action::set_field(Field::EthDst, 0x0200_0000_0009),
        Action::set_field(Field::Ipv4Dst, u32::from(server).into()),
        Action::set_field(Field::TcpDst, 8080),
        output(3),
    ];
    let mut rules = vec![
        rule(1, any(), []),
        rule(60_000, any().in_port(PortNo(1)), [output(2), output(3)]),
        rule(10, any().in_port(PortNo::LOCAL), [output(1)]),
        rule(10, any().eth_dst(mac(1)), [output(1)]),
        rule(
            10,
            any().eth_src(mac(2)).eth_dst(mac(1)),
            [Action::to_controller()],
        ),
        rule(10, any().eth_dst(mac(3)), [Action::output(PortNo::IN_PORT)]),
        rule(10, any().eth_dst(mac(4)), [Action::output(PortNo::FLOOD)]),
        rule(
            10,
            any().vlan(VlanMatch::Untagged).eth_dst(mac(5)),
            [output(1)],
        ),
        rule(
            10,
            any().vlan(VlanMatch::Id(7)).eth_dst(mac(5)),
            [Action::PopVlan, output(1)],
        ),
        rule(
            11,
            any().vlan(VlanMatch::Id(0)).eth_dst(mac(5)),
            [output(1)],
        ),
        rule(10, any().arp_op(1), [Action::to_controller()]),
        rule(10, any().arp_tpa(server), [output(1)]),
        rule(10, any().ipv4_dst(server, 32), [output(1)]),
        rule(
            10,
            any().ipv4_src(clients, 16).ipv4_dst(server, 24),
            [output(1)],
        ),
        rule(10, any().ipv4_dst(server, 0), [output(2)]),
        rule(10, any().ip_proto(1), [output(1)]),
        rule(20, any().ipv4_dst(server, 32).tcp_dst(80), rewrite),
        rule(20, any().ipv4_src(server, 32).udp_src(53), [output(1)]),
        Rule {
            idle_timeout_s: 300,
            hard_timeout_s: 600,
            ..rule(10, any().eth_dst(mac(6)), [output(1)])
        },
    ];
    if protocol != "OpenFlow10" {
        let prefix = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
        let tag = [Action::PushVlan(0x8100), Action::set_vlan(7), output(2)];
        rules.extend([
            rule(10, any().eth_dst_multicast(), [output(1), output(2)]),
            rule(10, any().vlan(VlanMatch::Any).eth_dst(mac(7)), [output(1)]),
            rule(10, any().ipv6_dst(prefix, 64), [output(1)]),
            rule(10, any().ipv6_src(prefix, 128), [output(1)]),
            rule(10, any().eth_dst(mac(8)), tag),
            rule(
                10,
                any().ipv4_dst(Ipv4Addr::new(10, 9, 0, 0), 16),
                [Action::DecNwTtl, output(1)],
            ),
        ]);
    }
    rules
}

#[test]
fn what_is_wanted_arrives_and_is_never_sent_twice() {
    in_each(&VERSIONS, async |protocol| {
        let lab = Lab::start(protocol).await;
        assert_eq!(lab.dump().len(), CORE, "{protocol}");
        let rules = one_of_everything(protocol);
        lab.want(&rules).await;
        let arrived = async || lab.standing("installed").await == rules.len();
        lab.until("arrived", arrived).await;
        let sent = lab.metric("rules_changes_total").await;
        assert_eq!(sent as usize, CORE + rules.len(), "{protocol}");
        lab.reads(3).await;
        lab.want(&rules).await;
        lab.reads(1).await;
        assert_eq!(lab.metric("rules_changes_total").await, sent, "{protocol}");
        assert_eq!(lab.metric("rules_mended_total").await, 0, "{protocol}");
        assert_eq!(lab.dump().len(), CORE + rules.len(), "{protocol}");
    });
}

#[test]
fn entries_keep_their_age_across_a_restart_of_the_controller() {
    in_each(&VERSIONS, async |protocol| {
        let mut lab = Lab::start(protocol).await;
        let mut rules = one_of_everything(protocol);
        lab.want(&rules).await;
        let arrived = async || lab.standing("installed").await == rules.len();
        lab.until("arrived", arrived).await;
        let age = lab.youngest();
        let begun = std::time::Instant::now();
        lab.restart_controller().await;
        assert!(lab.hears(|event| matches!(event, Event::EntriesFound { .. })));
        let unclaimed = rules.pop().unwrap();
        lab.want(&rules).await;
        let claimed = async || lab.standing("installed").await == rules.len();
        lab.until("claimed", claimed).await;
        assert_eq!(lab.standing("unclaimed").await, 1, "{protocol}");
        lab.release().await;
        let released = async || lab.standing("unclaimed").await == 0;
        lab.until("released", released).await;
        lab.reads(2).await;
        let grown = begun.elapsed().as_secs_f64() - 0.1;
        assert!(
            lab.youngest() > age + grown,
            "{protocol}: {:#?}",
            lab.dump()
        );
        assert_eq!(lab.dump().len(), CORE + rules.len());
        assert_eq!(
            lab.metric("rules_changes_total").await,
            1,
            "the delete: {unclaimed:?}"
        );
    });
}

#[test]
fn what_somebody_else_does_to_our_entries_is_mended() {
    in_each(&VERSIONS, async |protocol| {
        let lab = Lab::start(protocol).await;
        let rules = one_of_everything(protocol);
        let all = CORE + rules.len();
        lab.want(&rules).await;
        let right = async || lab.standing("installed").await == rules.len();
        lab.until("arrived", right).await;

        // Everything deleted: heard at once.
        let ofctl = |command, arguments: &[&str]| {
            drop(lab.ovs.ofctl(protocol, command, BRIDGE, arguments));
        };
        ofctl("del-flows", &[]);
        let took = lab
            .until("put back", async || lab.dump().len() == all)
            .await;
        assert!(took < Duration::from_secs(1), "{protocol}: {took:?}");
        assert!(lab.hears(|event| matches!(event, Event::FlowRemoved { .. })));

        // One deleted, the others left alone.
        ofctl("del-flows", &["dl_dst=02:00:00:00:00:04"]);
        let took = lab
            .until("put back", async || lab.dump().len() == all)
            .await;
        assert!(took < Duration::from_secs(1), "{protocol}: {took:?}");

        // Altered, and replaced by a foreign entry: seen at the next read.
        ofctl("mod-flows", &["dl_dst=02:00:00:00:00:04,actions=drop"]);
        ofctl("add-flow", &["priority=10,in_port=LOCAL,actions=drop"]);
        ofctl(
            "add-flow",
            &["priority=5,dl_dst=02:00:00:00:00:77,actions=drop"],
        );
        let wrong = async || {
            lab.dump()
                .iter()
                .any(|l| l.contains("02:00:00:00:00:04 actions=drop"))
        };
        assert!(wrong().await);
        let took = lab.until("mended", async || !wrong().await).await;
        assert!(took < Duration::from_secs(3), "{protocol}: {took:?}");
        lab.until("mended", right).await;
        lab.reads(2).await;
        assert_eq!(lab.dump().len(), all + 1, "a foreign entry is left alone");

        // What we delete ourselves stays away.
        lab.forget_what_was_heard();
        lab.want(&[]).await;
        lab.until("gone", async || lab.dump().len() == CORE + 1)
            .await;
        lab.reads(2).await;
        assert_eq!(lab.dump().len(), CORE + 1);
        assert!(!lab.hears(|event| matches!(event, Event::FlowRemoved { .. })));
    });
}

#[test]
fn a_switch_that_lost_its_table_gets_it_back_when_it_connects() {
    in_each(&VERSIONS, async |protocol| {
        let mut lab = Lab::start(protocol).await;
        let rules = one_of_everything(protocol);
        lab.want(&rules).await;
        let all = CORE + rules.len();
        lab.until("arrived", async || lab.dump().len() == all).await;
        lab.forget_what_was_heard();
        lab.ovs.restart_switch();
        lab.until("connected", async || lab.hears(crate::wants::is_up))
            .await;
        let took = lab
            .until("there again", async || lab.dump().len() == all)
            .await;
        assert!(took < Duration::from_secs(1), "{protocol}: {took:?}");
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_told_in_words() {
    let lab = Lab::start("OpenFlow10").await;
    let masked = rule(10, Match::any().eth_dst_multicast(), [output(1)]);
    let good = rule(10, Match::any().eth_dst(mac(1)), [output(1)]);
    lab.want(&[masked, good]).await;
    lab.until("installed", async || lab.standing("installed").await == 1)
        .await;
    assert_eq!(lab.standing("rejected").await, 1);
    let told = "s1 rejected flow-mod (table 0, priority 10, \
                dl_dst=01:00:00:00:00:00/01:00:00:00:00:00): OpenFlow 1.0 has no masked eth_dst";
    let flows = lab.flows().await;
    let rejected = flows
        .iter()
        .find(|flow| flow["status"] == "rejected")
        .unwrap();
    assert_eq!(rejected["problem"], told);

    // One that the switch itself refuses: it has no such table.
    let lab = Lab::start("OpenFlow13").await;
    let out_of_place = Rule {
        table: openflow::TableId(254),
        ..rule(10, Match::any().eth_dst(mac(1)), [output(1)])
    };
    lab.want(&[out_of_place]).await;
    lab.until("refused", async || lab.standing("rejected").await == 1)
        .await;
    let flows = lab.flows().await;
    let rejected = flows
        .iter()
        .find(|flow| flow["status"] == "rejected")
        .unwrap();
    let problem = rejected["problem"].as_str().unwrap();
    let begin = "s1 rejected flow-mod (table 254, priority 10, dl_dst=02:00:00:00:00:01): OFP";
    assert!(problem.starts_with(begin), "{problem}");
}
