// SPDX-License-Identifier: Apache-2.0
//
// Network addresses as an operator writes them, and what is special about some of them. Nothing is
// resolved here: a name stays a name, and reading a configuration never touches the network.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "config/units_of_measure.h"
#include "core/model/unit.h"

namespace signalbox::config {

// "host:port" or "[ipv6]:port"; port 0 means any free one. To listen on.
Result<core::Address, Complaint> parse_listen_address(std::string_view text);

// "host:port" or "http://host:port", port 1 or above. To send requests to.
Result<core::Address, Complaint> parse_endpoint(std::string_view text);

// 127.0.0.0/8, ::1 or localhost.
bool is_loopback(const core::Address& address);

// 0.0.0.0 or ::, every address of the machine.
bool is_any_address(const core::Address& address);

// 169.254.0.0/16, fe80::/10 and the other places where clouds serve instance credentials.
bool is_link_local_or_metadata(const core::Address& address);

// The same for every spelling of one port of one host, and for nothing else.
std::string canonical(const core::Address& address);

// Whether something listening on `listener` would get what is sent to `target`.
bool reaches(const core::Address& target, const core::Address& listener);

// "host:port" with an IPv6 host in brackets.
std::string format_address(const core::Address& address);

}  // namespace signalbox::config
