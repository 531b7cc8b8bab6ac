//! Blocks of network addresses.

use std::net::IpAddr;
use std::str::FromStr;

/// A block of addresses, written `192.0.2.0/24`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    /// Leading bits that all its addresses have in common.
    bits: u32,
}

impl Network {
    /// Whether an address lies in the block.
    pub fn contains(self, ip: IpAddr) -> bool {
        let (a, b, width) = match (self.first, ip) {
            (IpAddr::V4(first), IpAddr::V4(ip)) => (first.to_bits().into(), ip.to_bits().into(), 32),
            (IpAddr::V6(first), IpAddr::V6(ip)) => (first.to_bits(), ip.to_bits(), 128),
            _ => return false,
        };
        // A shift by the whole width, for a block that holds everything, is no shift at all.
        u128::checked_shr(a ^ b, width - self.bits).unwrap_or(0) == 0
    }
}

impl FromStr for Network {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (first, bits) = text.split_once('/').ok_or("a network has a slash")?;
        let first: IpAddr = first.parse().map_err(|_| "not an address")?;
        let width = if first.is_ipv4() { 32 } else { 128 };
        let bits = bits.parse().ok().filter(|bits| *bits <= width).ok_or("not a number of bits")?;
        Ok(Self { first, bits })
    }
}

/// Blocks that lead to no host of the open internet: the machine itself, its neighbours, documentation, multicast, and
/// ways to write the others in another form.
const NOT_PUBLIC: [&str; 27] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/96",
    "::ffff:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
];

/// Whether an address is one of the open internet.
pub fn is_public(ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    !NOT_PUBLIC
        .iter()
        .filter_map(|network| network.parse::<Network>().ok())
        .any(|network| network.contains(ip))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_holds_its_addresses_and_no_others() {
        let holds = |network: &str, ip: &str| {
            let network: Network = network.parse().expect("a network");
            network.contains(ip.parse().expect("an address"))
        };
        assert!(holds("185.73.192.0/22", "185.73.192.0") && holds("185.73.192.0/22", "185.73.195.255"));
        assert!(!holds("185.73.192.0/22", "185.73.191.255") && !holds("185.73.192.0/22", "185.73.196.0"));
        assert!(holds("192.0.2.7/32", "192.0.2.7") && !holds("192.0.2.7/32", "192.0.2.6"));
        assert!(holds("0.0.0.0/0", "255.255.255.255") && !holds("0.0.0.0/0", "::1"));
        assert!(holds("::/0", "ffff::1") && holds("2001:db8::/32", "2001:db8:1::1"));
        assert!(!holds("2001:db8::/32", "2001:db9::1"));
    }

    #[test]
    fn neighbours_are_told_from_the_open_internet() {
        assert!(NOT_PUBLIC.iter().all(|network| network.parse::<Network>().is_ok()));
        let is_public = |ip: &str| is_public(ip.parse().expect("an address"));
        for ip in ["8.8.8.8", "77.88.8.8", "172.32.0.1", "2a02:6b8::1", "::ffff:8.8.8.8"] {
            assert!(is_public(ip), "{ip}");
        }
        for ip in [
            "127.0.0.1",
            "10.1.2.3",
            "172.31.255.255",
            "169.254.169.254",
            "::1",
            "::",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "0.0.0.0",
            "255.255.255.255",
            "100.100.100.200",
        ] {
            assert!(!is_public(ip), "{ip}");
        }
    }

    #[test]
    fn what_is_no_block_is_refused() {
        for wrong in ["", "192.0.2.0", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2/24", "::/129", "x/8"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
