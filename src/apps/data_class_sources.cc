// SPDX-License-Identifier: Apache-2.0
//
// From text to keys and networks; see data_class_sources.h.
#include "apps/data_class_sources.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <utility>

namespace signalbox::apps {

namespace {

access::Algorithm to_algorithm(const std::string& word) {
  if (word == "HS256") return access::Algorithm::kHs256;
  return word == "RS256" ? access::Algorithm::kRs256 : access::Algorithm::kEdDsa;
}

Result<std::string> key_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string key{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) return Error{fmt::format("data.claim.key_file: {} cannot be read", path)};
  // Editors end a file with a line break; no secret does.
  while (!key.empty() && (key.back() == '\n' || key.back() == '\r')) key.pop_back();
  return key;
}

}  // namespace

Result<gateway::DataClassSources> data_class_sources(const config::DataSection& section) {
  gateway::DataClassSources sources;
  sources.header = section.header;
  for (const auto& text : section.trusted) {
    const auto network = IpNetwork::parse(text);
    if (!network) return Error{fmt::format("data.trusted: {} is not a network", text)};
    sources.trusted.push_back(*network);
  }
  if (!section.claim) return sources;
  auto key = key_of(section.claim->key_file);
  if (!key.ok()) return key.error();
  auto verifier =
      access::ClaimVerifier::create({.algorithm = to_algorithm(section.claim->algorithm),
                                     .key = std::move(*key),
                                     .audience = section.claim->audience,
                                     .issuer = section.claim->issuer,
                                     .claim = section.claim->name});
  if (!verifier.ok()) {
    return Error{fmt::format("data.claim.key_file: {}: {}", section.claim->key_file,
                             verifier.error().message)};
  }
  sources.claims = std::make_shared<const access::ClaimVerifier>(std::move(*verifier));
  return sources;
}

}  // namespace signalbox::apps
