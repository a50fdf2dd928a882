// SPDX-License-Identifier: Apache-2.0
#include "apps/listening.h"

#include <spdlog/spdlog.h>

namespace signalbox::apps {

std::vector<net::Listener> fitting(std::vector<net::Listener> inherited,
                                   const core::Address& wanted, const char* key) {
  const std::string host = wanted.host == "localhost" ? "127.0.0.1" : wanted.host;
  std::erase_if(inherited, [&](const net::Listener& listener) {
    const auto place = listener.place();
    const bool fits = place.host == host && (wanted.port == 0 || place.port == wanted.port);
    if (!fits) {
      spdlog::warn("{}: the inherited listener on {} is not used: {} is configured", key,
                   core::to_string(core::Address{place.host, place.port}), core::to_string(wanted));
    }
    return !fits;
  });
  return inherited;
}

}  // namespace signalbox::apps
