// SPDX-License-Identifier: Apache-2.0
//
// The sockets that a process listens on: their names, by which they are handed from process to
// process, and how each is had - inherited, or bound here.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "core/model/unit.h"
#include "net/listener.h"

namespace signalbox::apps {

inline constexpr const char* kGatewayListener = "gateway";
inline constexpr const char* kAdminListener = "admin";
inline constexpr const char* kProbesListener = "probes";

inline Result<net::Listener> listener_of(std::vector<net::Listener>& inherited,
                                         const core::Address& address) {
  if (inherited.empty()) return net::Listener::bind({address.host, address.port}, false);
  return std::move(inherited.front());
}

// Inherited listeners that lie where the configuration wants them. Others are closed, and another
// is bound in their place: the configuration may have changed since the last process.
std::vector<net::Listener> fitting(std::vector<net::Listener> inherited,
                                   const core::Address& wanted, const char* key);

}  // namespace signalbox::apps
