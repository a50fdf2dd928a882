// SPDX-License-Identifier: Apache-2.0
//
// A word about a request that can be checked: a claim in a signed token (JWT, RFC 7519, in its
// compact form, RFC 7515). How tokens are signed is the operator's choice and never the token's
// (RFC 8725 section 3.1): the header's `alg` is compared, not obeyed, so neither `none` nor a
// public key taken for a secret can pass. The cryptography is OpenSSL's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace signalbox::access {

enum class Algorithm : std::uint8_t {
  kHs256,  // HMAC with SHA-256: whoever can verify can also sign
  kRs256,  // RSA PKCS#1 v1.5 with SHA-256, at least 2048 bits
  kEdDsa,  // Ed25519
};

struct ClaimRules {
  Algorithm algorithm = Algorithm::kEdDsa;
  std::string key;       // kHs256: the secret, at least 32 bytes; else a public key in PEM
  std::string audience;  // must be `aud`, or among it
  std::string issuer;    // must be `iss`; empty = whoever has the key
  std::string claim = "data_class";
  std::int64_t leeway_s = 60;  // by how much clocks may differ
};

// What a token that holds says.
struct Claim {
  std::optional<std::string> value;  // nullopt: nothing of it
  std::int64_t until_s = 0;          // since the Unix epoch: it holds until then
};

class ClaimVerifier {
 public:
  // Error for a key that is none, too weak, or of another kind than the algorithm.
  static Result<ClaimVerifier> create(ClaimRules rules);
  ~ClaimVerifier();
  ClaimVerifier(ClaimVerifier&&) noexcept;
  ClaimVerifier& operator=(ClaimVerifier&&) noexcept;

  // The claim of a token that holds at this time (seconds since the Unix epoch). The error says why
  // the token is not believed. Tokens must end (`exp`): one that never does could never be taken
  // back. Thread-safe.
  Result<Claim> read(std::string_view token, std::int64_t unix_s) const;

  // Three parts with dots between them: a token of this kind, good or bad, and not some other
  // secret such as an API key.
  static bool looks_like_token(std::string_view text);

 private:
  struct Key;
  ClaimVerifier(ClaimRules rules, std::unique_ptr<Key> key);
  bool is_signed(std::string_view text, std::string_view signature) const;

  ClaimRules rules_;
  std::unique_ptr<Key> key_;
};

}  // namespace signalbox::access
