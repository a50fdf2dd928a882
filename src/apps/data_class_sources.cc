// SPDX-License-Identifier: Apache-2.0
//
// From text to keys and networks; see data_class_sources.h.
#include "apps/data_class_sources.h"

#include <fmt/format.h>

#include <utility>

#include "apps/claim_verifier.h"

namespace signalbox::apps {

Result<gateway::DataClassSources> data_class_sources(const config::DataSection& section) {
  gateway::DataClassSources sources;
  sources.header = section.header;
  for (const auto& text : section.trusted) {
    const auto network = IpNetwork::parse(text);
    if (!network) return Error{fmt::format("data.trusted: {} is not a network", text)};
    sources.trusted.push_back(*network);
  }
  if (!section.claim) return sources;
  access::ClaimRules rules;
  rules.audience = section.claim->audience;
  rules.issuer = section.claim->issuer;
  rules.claim = section.claim->name;
  auto verifier = claim_verifier(std::move(rules), section.claim->algorithm,
                                 section.claim->key_file, "data.claim.key_file");
  if (!verifier.ok()) return verifier.error();
  sources.claims = std::make_shared<const access::ClaimVerifier>(std::move(*verifier));
  return sources;
}

}  // namespace signalbox::apps
