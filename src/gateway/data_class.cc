// SPDX-License-Identifier: Apache-2.0
//
// The claim first, then the header; see data_class.h.
#include "gateway/data_class.h"

#include <algorithm>

#include "access/bearer.h"

namespace signalbox::gateway {

DataClassFound find_data_class(const DataClassSources& sources, const wire::RequestHead& head,
                               std::string_view client, std::int64_t unix_s) {
  if (sources.claims != nullptr) {
    for (const auto& field : head.fields) {
      if (!wire::equals_ignoring_case(field.name, "authorization")) continue;
      const std::string_view token = access::bearer_of(field.value);
      if (!access::ClaimVerifier::looks_like_token(token)) continue;  // an API key, say
      const auto claim = sources.claims->read(token, unix_s);
      if (!claim.ok()) return {{}, DataClassSource::kClaimRefused};
      if (claim.value().value) return {*claim.value().value, DataClassSource::kClaim};
    }
  }
  const wire::Field* named = nullptr;
  for (const auto& field : head.fields) {
    if (!wire::equals_ignoring_case(field.name, sources.header)) continue;
    if (named != nullptr) return {{}, DataClassSource::kHeaderRefused};
    named = &field;
  }
  if (named == nullptr) return {};
  const bool is_trusted =
      std::any_of(sources.trusted.begin(), sources.trusted.end(),
                  [&](const IpNetwork& network) { return network.contains(client); });
  if (!is_trusted) return {{}, DataClassSource::kHeaderRefused};
  return {std::string(named->value), DataClassSource::kHeader};
}

}  // namespace signalbox::gateway
