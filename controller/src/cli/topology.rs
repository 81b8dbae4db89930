//! `pointsman topology`: what a network consists of, without bringing it up.

use std::io::Write;
use std::process::ExitCode;

use topologies::Topology;

/// Describe a network: a generator with arguments, a name of the catalog, or a file
#[derive(Debug, Clone, clap::Args)]
pub struct TopologyArgs {
    /// As `fat-tree,4`, `abilene`, `network.graphml`
    #[arg(value_name = "NAME,ARGS|FILE")]
    topology: String,
    /// As JSON, for Mininet and other programs; `pointsman lab --topology FILE` reads it too
    #[arg(long)]
    json: bool,
}

/// Prints the description.
///
/// # Errors
/// When there is no such network, or the output is closed.
pub fn run(args: &TopologyArgs) -> anyhow::Result<ExitCode> {
    let topology = Topology::resolve(&args.topology)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &topology)?;
        writeln!(out)?;
    } else {
        write_table(&mut out, &topology)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write_table(out: &mut impl Write, topology: &Topology) -> std::io::Result<()> {
    let (switches, hosts) = (topology.switches(), topology.hosts());
    writeln!(out, "{:<10} {}", "topology", topology.name())?;
    writeln!(out, "{:<10} {}", "switches", switches.len())?;
    writeln!(out, "{:<10} {}", "hosts", hosts.len())?;
    writeln!(out, "{:<10} {}", "links", topology.links().len())?;
    for switch in switches {
        let label = switch.label.as_deref().unwrap_or_default();
        writeln!(
            out,
            "{}",
            format!("{:<10} {} {label}", switch.name, switch.dpid).trim_end()
        )?;
    }
    for host in hosts {
        writeln!(
            out,
            "{:<10} {}:{} {} {}",
            host.name, host.switch, host.port, host.mac, host.ip
        )?;
    }
    for link in topology.links() {
        let (a, b) = (&link.a, &link.b);
        writeln!(
            out,
            "{:<10} {}:{} {}:{}",
            "link", a.switch, a.port, b.switch, b.port
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_fits_on_a_page() {
        let mut out = Vec::new();
        write_table(&mut out, &Topology::parse("parallel,1").unwrap()).unwrap();
        let expected = "\
topology   parallel,1
switches   2
hosts      2
links      1
s1         0000000000000001
s2         0000000000000002
h1         s1:1 00:00:00:00:00:01 10.0.0.1
h2         s2:1 00:00:00:00:00:02 10.0.0.2
link       s1:2 s2:2
";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
