// SPDX-License-Identifier: Apache-2.0
//
// A public key may be read by anybody, a shared secret by nobody else; see claim_verifier.h.
#include "apps/claim_verifier.h"

#include <fmt/format.h>

#include <utility>

#include "access/secret_file.h"

namespace signalbox::apps {

namespace {

access::Algorithm to_algorithm(std::string_view word) {
  if (word == "HS256") return access::Algorithm::kHs256;
  return word == "RS256" ? access::Algorithm::kRs256 : access::Algorithm::kEdDsa;
}

}  // namespace

Result<access::ClaimVerifier> claim_verifier(access::ClaimRules rules, std::string_view algorithm,
                                             const std::string& key_file, std::string_view where) {
  rules.algorithm = to_algorithm(algorithm);
  const bool is_secret = rules.algorithm == access::Algorithm::kHs256;
  auto key = access::read_secret_file(
      key_file, is_secret ? access::Content::kSecret : access::Content::kHashes);
  if (!key.ok()) return Error{fmt::format("{}: {}", where, key.error().message)};
  rules.key = std::move(*key);
  auto verifier = access::ClaimVerifier::create(std::move(rules));
  if (!verifier.ok()) {
    return Error{fmt::format("{}: {}: {}", where, key_file, verifier.error().message)};
  }
  return verifier;
}

}  // namespace signalbox::apps
