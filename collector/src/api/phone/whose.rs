//! Whose a request is: who connected, or whom a proxy that is known says that it asks for. Pure.

use std::net::{IpAddr, Ipv4Addr};

use axum::http::HeaderMap;

use crate::settings::{Header, Proxy};

/// Longer chains of proxies are nobody's; what is read of a header is bounded by that.
const MOST_HOPS: usize = 16;

/// The address that wrong guesses count for. `peer`: who connected; nobody knows in a test without a socket.
pub(super) fn address(peer: Option<IpAddr>, headers: &HeaderMap, proxy: &Proxy) -> IpAddr {
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.to_canonical());
    let is_known = |address: &IpAddr| proxy.addresses.iter().any(|known| known.to_canonical() == *address);
    if !is_known(&peer) {
        return peer;
    }
    match proxy.header {
        Header::XRealIp => one(headers).unwrap_or(peer),
        Header::XForwardedFor => last(headers, is_known).unwrap_or(peer),
    }
}

/// Two of them are of somebody who wants to be taken for another.
fn one(headers: &HeaderMap) -> Option<IpAddr> {
    let mut said = headers.get_all("x-real-ip").iter();
    said.next().filter(|_| said.next().is_none()).and_then(|value| parsed(value.to_str().ok()?))
}

/// The last that no known proxy is: what stands before it, whoever asks may have written himself.
fn last(headers: &HeaderMap, is_known: impl Fn(&IpAddr) -> bool) -> Option<IpAddr> {
    let mut hops = headers.get_all("x-forwarded-for").iter().rev().flat_map(|value| {
        let text = value.to_str().unwrap_or_default();
        text.rsplit(',').collect::<Vec<_>>()
    });
    hops.by_ref().take(MOST_HOPS).map(parsed).find(|hop| !hop.as_ref().is_some_and(&is_known)).flatten()
}

/// With or without a port; of version 6 also in brackets.
fn parsed(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = text.parse().ok().or_else(|| text.parse().ok().map(|socket: std::net::SocketAddr| socket.ip()));
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    address.or_else(bracketed).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[track_caller]
    fn check(header: Header, peer: &str, said: &[(&'static str, &str)], expected: &str) {
        let proxy = Proxy { addresses: vec![ip("127.0.0.1"), ip("10.0.0.9")], header };
        let mut headers = HeaderMap::new();
        for (name, value) in said {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"));
        }
        assert_eq!(address(Some(ip(peer)), &headers, &proxy), ip(expected), "{said:?}");
    }

    #[test]
    fn a_known_proxy_says_whose_a_request_is_and_nobody_else_does() {
        const FOR: &str = "x-forwarded-for";
        let chain = Header::XForwardedFor;
        check(chain, "127.0.0.1", &[(FOR, "203.0.113.7")], "203.0.113.7");
        check(chain, "::ffff:127.0.0.1", &[(FOR, "203.0.113.7")], "203.0.113.7");
        check(chain, "127.0.0.1", &[(FOR, "1.2.3.4, 203.0.113.7")], "203.0.113.7");
        check(chain, "127.0.0.1", &[(FOR, "1.2.3.4"), (FOR, "203.0.113.7, 10.0.0.9")], "203.0.113.7");
        check(chain, "127.0.0.1", &[(FOR, "[2001:db8::7]:4711")], "2001:db8::7");
        check(chain, "127.0.0.1", &[(FOR, "203.0.113.7:80")], "203.0.113.7");
        check(chain, "203.0.113.8", &[(FOR, "1.2.3.4")], "203.0.113.8");
        check(chain, "127.0.0.1", &[], "127.0.0.1");
        check(chain, "127.0.0.1", &[(FOR, "1.2.3.4, unknown")], "127.0.0.1");
        check(chain, "127.0.0.1", &[("x-real-ip", "1.2.3.4")], "127.0.0.1");
        let alone = Header::XRealIp;
        check(alone, "10.0.0.9", &[("x-real-ip", "203.0.113.7")], "203.0.113.7");
        check(alone, "10.0.0.9", &[("x-real-ip", "1.2.3.4"), ("x-real-ip", "203.0.113.7")], "10.0.0.9");
        check(alone, "10.0.0.9", &[(FOR, "1.2.3.4")], "10.0.0.9");
    }

    #[test]
    fn a_chain_without_end_is_the_proxys_own() {
        let all = vec!["10.0.0.9"; MOST_HOPS];
        check(
            Header::XForwardedFor,
            "127.0.0.1",
            &[("x-forwarded-for", &format!("1.2.3.4,{}", all.join(",")))],
            "127.0.0.1",
        );
    }
}
