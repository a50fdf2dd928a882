// SPDX-License-Identifier: Apache-2.0
//
// Signed tokens for tests, and who verifies them.
#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "access/base64url.h"
#include "access/signed_claim.h"

namespace signalbox::gateway::testdata {

inline const std::string kSecret = "a secret of at least thirty-two bytes";

inline std::shared_ptr<const access::ClaimVerifier> verifier() {
  access::ClaimRules rules;
  rules.algorithm = access::Algorithm::kHs256;
  rules.key = kSecret;
  rules.audience = "signalbox";
  auto made = access::ClaimVerifier::create(rules);
  return std::make_shared<const access::ClaimVerifier>(std::move(*made));
}

inline std::string signed_token(const std::string& claims) {
  const std::string text =
      access::encode_base64url(R"({"alg":"HS256"})") + "." + access::encode_base64url(claims);
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), kSecret.data(), static_cast<int>(kSecret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes, &size);
  return text + "." + access::encode_base64url({reinterpret_cast<const char*>(bytes), size});
}

inline std::string silent_token(std::int64_t expires) {
  return signed_token(R"({"aud":"signalbox","exp":)" + std::to_string(expires) + "}");
}

inline std::string token_of(const std::string& data_class, std::int64_t expires) {
  return signed_token(R"({"aud":"signalbox","data_class":")" + data_class + R"(","exp":)" +
                      std::to_string(expires) + "}");
}

}  // namespace signalbox::gateway::testdata
