// SPDX-License-Identifier: Apache-2.0
//
// See addresses.h.
#include "apps/addresses.h"

#include <fmt/format.h>

#include <charconv>

namespace signalbox::apps {

Result<core::Address> parse_address(std::string_view text) {
  const auto wrong = [&] {
    return Error{fmt::format("'{}' is no address; write host:port, as in 127.0.0.1:9901", text)};
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return wrong();
  const std::string_view port_text = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] =
      std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (error != std::errc{} || end != port_text.data() + port_text.size()) return wrong();
  return core::Address{std::string(text.substr(0, colon)), port};
}

}  // namespace signalbox::apps
