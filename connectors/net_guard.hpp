#pragma once

#include <boost/asio/ip/address.hpp>

namespace sluice::connectors {

/// Whether an address belongs to the public internet: not loopback, private, link-local, shared
/// (RFC 6598), multicast, reserved or documentation space. IPv4 addresses carried inside IPv6
/// (mapped, NAT64, 6to4) are judged by the inner address, so that they are no way around the guard.
/// Source: the IANA special-purpose address registries. Pure.
bool is_public_address(const boost::asio::ip::address& address);

}  // namespace sluice::connectors
