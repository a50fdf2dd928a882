// SPDX-License-Identifier: Apache-2.0
//
// What says who somebody is: tokens, the texts they are made of, and addresses.
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string>

#include "access/base64url.h"
#include "access/signed_claim.h"
#include "base/ip_network.h"
#include "fuzz/target.h"
#include "wire/base64.h"

namespace signalbox::fuzz {

namespace {

constexpr std::int64_t kNow = 1'700'000'000;
constexpr std::string_view kSecret = "a secret of at least thirty-two bytes";

std::string sign(const std::string& text) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), kSecret.data(), static_cast<int>(kSecret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes, &size);
  return access::encode_base64url({reinterpret_cast<const char*>(bytes), size});
}

}  // namespace

void base64_text(std::string_view bytes) {
  require(*wire::base64_decode(wire::base64_encode(bytes)) == bytes, "base64 there and back");
  require(access::decode_base64url(access::encode_base64url(bytes)) == std::string(bytes),
          "base64url there and back");
  if (const auto value = wire::base64_decode(bytes); value.ok()) {
    require(wire::base64_encode(*value) == bytes, "two texts in base64 for one value");
  }
  if (const auto value = access::decode_base64url(bytes)) {
    require(access::encode_base64url(*value) == bytes, "two texts in base64url for one value");
  }
}

// The bytes as a token, which nobody signed and nobody may believe; and as header and claims of one
// that we sign ourselves, so that what lies behind the signature is reached, too.
void signed_claim(std::string_view bytes) {
  static const auto verifier =
      access::ClaimVerifier::create({.algorithm = access::Algorithm::kHs256,
                                     .key = std::string(kSecret),
                                     .audience = "us",
                                     .issuer = ""});
  require(!verifier->read(bytes, kNow).ok(), "believed what nobody signed");

  const std::size_t line = bytes.find('\n');
  if (line == std::string_view::npos) return;
  const std::string header(bytes.substr(0, line));
  const std::string text =
      access::encode_base64url(header) + "." + access::encode_base64url(bytes.substr(line + 1));
  const auto claim = verifier->read(text + "." + sign(text), kNow);
  if (!claim.ok()) {
    require(!claim.error().message.empty(), "no reason given");
    return;
  }
  require(header.find("HS256") != std::string::npos || header.find('\\') != std::string::npos,
          "believed another algorithm");
  require(bytes.find("exp", line) != std::string_view::npos ||
              bytes.find('\\', line) != std::string_view::npos,
          "believed what never ends");
}

void ip_network(std::string_view bytes) {
  const std::size_t line = bytes.find('\n');
  const std::string_view network = bytes.substr(0, line);
  const auto parsed = IpNetwork::parse(network);
  if (!parsed) return;
  const std::string_view base = network.substr(0, network.find('/'));
  require(parsed->contains(base), "a network without its own address");
  if (base.find(':') == std::string_view::npos) {
    require(parsed->contains("::ffff:" + std::string(base)), "another address on another socket");
  }
  if (line == std::string_view::npos) return;
  const std::string_view address = bytes.substr(line + 1);
  if (parsed->contains(address)) {
    require(IpNetwork::parse(address).has_value(), "contains what is no address");
  }
}

}  // namespace signalbox::fuzz
