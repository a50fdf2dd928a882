// SPDX-License-Identifier: Apache-2.0
//
// Tokens for tests, signed with a secret that stands here for all to see.
#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string>

#include "access/base64url.h"

namespace signalbox::access::testdata {

inline const std::string kSecret = "a secret of at least thirty-two bytes";

inline std::string hmac(const std::string& secret, const std::string& text) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes, &size);
  return {reinterpret_cast<const char*>(bytes), size};
}

inline std::string unsigned_part(const std::string& header, const std::string& claims) {
  return encode_base64url(header) + "." + encode_base64url(claims);
}

inline std::string hs256(const std::string& claims,
                         const std::string& header = R"({"alg":"HS256"})",
                         const std::string& secret = kSecret) {
  const std::string text = unsigned_part(header, claims);
  return text + "." + encode_base64url(hmac(secret, text));
}

}  // namespace signalbox::access::testdata
