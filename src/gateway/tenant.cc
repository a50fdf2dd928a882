// SPDX-License-Identifier: Apache-2.0
//
// Each header by itself: one that is refused takes nothing from the other; see tenant.h.
#include "gateway/tenant.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace signalbox::gateway {

namespace {

struct Said {
  std::string_view value;
  int times = 0;
};

Said said_in(const wire::RequestHead& head, std::string_view header) {
  Said said;
  if (header.empty()) return said;
  for (const auto& field : head.fields) {
    if (!wire::equals_ignoring_case(field.name, header)) continue;
    said.value = field.value;
    ++said.times;
  }
  return said;
}

// A whole number and nothing else.
std::optional<int> whole_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

TenantFound find_tenant(const TenantSources& sources, const wire::RequestHead& head,
                        std::string_view client, std::string_view identity) {
  TenantFound found;
  found.name = identity;
  if (sources.trusted.empty()) return found;
  const Said name = said_in(head, sources.header);
  const Said priority = said_in(head, sources.priority_header);
  if (name.times + priority.times == 0) return found;
  const bool is_trusted =
      std::any_of(sources.trusted.begin(), sources.trusted.end(),
                  [&](const IpNetwork& network) { return network.contains(client); });
  if (!is_trusted) return {identity, 0, true};
  if (name.times == 1 && identity.empty()) found.name = name.value;
  const bool contradicts = !identity.empty() && name.times == 1 && name.value != identity;
  if (name.times > 1 || contradicts) found.refused = true;
  if (priority.times == 0) return found;
  const auto number = priority.times == 1 ? whole_number(priority.value) : std::nullopt;
  found.priority = number.value_or(0);
  found.refused = found.refused || !number;
  return found;
}

}  // namespace signalbox::gateway
