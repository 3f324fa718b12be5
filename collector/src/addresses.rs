//! Which addresses `serve` takes: until there are accounts and TLS, only this machine's own. Pure.

use std::net::{IpAddr, SocketAddr};

use crate::broker::Setup;
use crate::serve::ServeArgs;

/// Where the broker inside listens when nothing is said.
const MQTT: SocketAddr = SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 1883);
const MQTT_PORT: &str = "1883";

/// Why an address is not taken, and which would be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Others could come in.
    #[error(
        "{option} {address}: only loopback is served while there are no accounts and no TLS. \
         Use 127.0.0.1, or --insecure-lan in a closed test network"
    )]
    Public {
        /// The option.
        option: &'static str,
        /// Its value.
        address: SocketAddr,
    },
    /// Reports would cross a network without TLS.
    #[error(
        "--broker {0}: only a broker on this machine is used while there is no TLS. \
         Use one on 127.0.0.1, or --insecure-lan in a closed test network"
    )]
    PublicBroker(String),
    /// Not the form of a broker's address.
    #[error("--broker {0}: expected mqtt://host:port")]
    NoBroker(String),
    /// Anybody in the network could come first.
    #[error(
        "--accept-new with {option} {address}: it trusts whoever comes first, and goes with loopback addresses only"
    )]
    Trusting {
        /// The option with the address.
        option: &'static str,
        /// Its value.
        address: String,
    },
    /// It cannot be had.
    #[error("listen on {option} {address} (is another program using it? choose another port, or 0 for any): {said}")]
    Taken {
        /// The option.
        option: &'static str,
        /// Its value.
        address: SocketAddr,
        /// What the system said.
        said: String,
    },
}

/// Checks every address; answers with the broker.
///
/// # Errors
/// [`Error`], for the first address that is not taken.
pub fn check(args: &ServeArgs) -> Result<Setup, Error> {
    let inside = if args.mqtt.is_empty() { vec![MQTT] } else { args.mqtt.clone() };
    let broker = inside.iter().map(|address| ("--mqtt", *address));
    let listening: Vec<_> = [("--http", args.http), ("--stamp", args.stamp)].into_iter().chain(broker).collect();
    let public = || listening.iter().copied().filter(|(_, address)| !address.ip().is_loopback());
    if let Some((option, address)) = public().next().filter(|_| !args.insecure_lan) {
        return Err(Error::Public { option, address });
    }
    if let Some((option, address)) = public().next().filter(|_| args.accept_new) {
        return Err(Error::Trusting { option, address: address.to_string() });
    }
    args.broker.as_ref().map_or(Ok(Setup::Embedded(inside)), |url| external(url, args))
}

fn external(url: &str, args: &ServeArgs) -> Result<Setup, Error> {
    let parsed = url.strip_prefix("mqtt://").and_then(|rest| {
        let rest = rest.trim_end_matches('/');
        let (host, port) = rest.rsplit_once(':').unwrap_or((rest, MQTT_PORT));
        Some((host.to_owned(), port.parse().ok()?)).filter(|(host, _)| !host.is_empty())
    });
    let (host, port) = parsed.ok_or_else(|| Error::NoBroker(url.to_owned()))?;
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let local = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    match (local, args.insecure_lan, args.accept_new) {
        (false, false, _) => Err(Error::PublicBroker(url.to_owned())),
        (false, true, true) => Err(Error::Trusting { option: "--broker", address: url.to_owned() }),
        _ => Ok(Setup::External { host, port }),
    }
}
