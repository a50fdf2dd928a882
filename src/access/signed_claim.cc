// SPDX-License-Identifier: Apache-2.0
//
// Signature first, then what the token says of itself, then the claim; see signed_claim.h.
#include "access/signed_claim.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "access/base64url.h"

namespace signalbox::access {

namespace {

namespace json = boost::json;

constexpr std::size_t kLongestToken = 8192;
constexpr std::size_t kLeastSecret = 32;  // RFC 7518 section 3.2: as long as the hash
constexpr int kLeastRsaBits = 2048;       // section 3.3

const char* name_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kHs256:
      return "HS256";
    case Algorithm::kRs256:
      return "RS256";
    case Algorithm::kEdDsa:
      return "EdDSA";
  }
  return "?";
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

std::optional<json::object> object_of(std::string_view part) {
  const auto text = decode_base64url(part);
  if (!text) return std::nullopt;
  json::error_code error;
  json::value value = json::parse(*text, error);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.as_object());
}

bool is_text(const json::value* value, std::string_view wanted) {
  return value != nullptr && value->is_string() && value->as_string() == wanted;
}

// `aud` is one text or a list of them (RFC 7519 section 4.1.3).
bool is_for(const json::object& claims, std::string_view audience) {
  const json::value* aud = claims.if_contains("aud");
  if (aud == nullptr || !aud->is_array()) return is_text(aud, audience);
  for (const auto& one : aud->as_array()) {
    if (is_text(&one, audience)) return true;
  }
  return false;
}

// Seconds since the epoch, whole or not.
std::optional<double> time_of(const json::object& claims, std::string_view name) {
  const json::value* value = claims.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

}  // namespace

struct ClaimVerifier::Key {
  ~Key() { EVP_PKEY_free(key); }
  EVP_PKEY* key = nullptr;  // null for a secret
};

ClaimVerifier::ClaimVerifier(ClaimRules rules, std::unique_ptr<Key> key)
    : rules_(std::move(rules)), key_(std::move(key)) {}
ClaimVerifier::~ClaimVerifier() = default;
ClaimVerifier::ClaimVerifier(ClaimVerifier&&) noexcept = default;
ClaimVerifier& ClaimVerifier::operator=(ClaimVerifier&&) noexcept = default;

Result<ClaimVerifier> ClaimVerifier::create(ClaimRules rules) {
  auto key = std::make_unique<Key>();
  if (rules.algorithm == Algorithm::kHs256) {
    if (rules.key.size() < kLeastSecret) {
      return Error{"the secret has " + std::to_string(rules.key.size()) +
                   " bytes; HS256 needs at least " + std::to_string(kLeastSecret)};
    }
    return ClaimVerifier(std::move(rules), std::move(key));
  }
  BIO* bio = BIO_new_mem_buf(rules.key.data(), static_cast<int>(rules.key.size()));
  key->key = PEM_read_bio_PUBKEY(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  if (key->key == nullptr) {
    return Error{"it holds no public key in PEM; it must begin with -----BEGIN PUBLIC KEY-----"};
  }
  const int kind = EVP_PKEY_base_id(key->key);
  const int wanted = rules.algorithm == Algorithm::kRs256 ? EVP_PKEY_RSA : EVP_PKEY_ED25519;
  if (kind != wanted) {
    return Error{std::string("its key is not one for ") + name_of(rules.algorithm)};
  }
  if (kind == EVP_PKEY_RSA && EVP_PKEY_bits(key->key) < kLeastRsaBits) {
    return Error{"its RSA key has " + std::to_string(EVP_PKEY_bits(key->key)) + " bits; at least " +
                 std::to_string(kLeastRsaBits) + " are needed"};
  }
  return ClaimVerifier(std::move(rules), std::move(key));
}

bool ClaimVerifier::looks_like_token(std::string_view text) {
  const std::size_t first = text.find('.');
  if (first == std::string_view::npos) return false;
  const std::size_t second = text.find('.', first + 1);
  return second != std::string_view::npos && text.find('.', second + 1) == std::string_view::npos;
}

bool ClaimVerifier::is_signed(std::string_view text, std::string_view signature) const {
  if (rules_.algorithm == Algorithm::kHs256) {
    unsigned char expected[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    const auto* made = HMAC(EVP_sha256(), rules_.key.data(), static_cast<int>(rules_.key.size()),
                            bytes_of(text), text.size(), expected, &size);
    return made != nullptr && signature.size() == size &&
           CRYPTO_memcmp(expected, signature.data(), size) == 0;
  }
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  const EVP_MD* hash = rules_.algorithm == Algorithm::kRs256 ? EVP_sha256() : nullptr;
  return context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, hash, nullptr, key_->key) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text),
                          text.size()) == 1;
}

Result<Claim> ClaimVerifier::read(std::string_view token, std::int64_t unix_s) const {
  if (token.size() > kLongestToken) return Error{"the token is too long"};
  if (!looks_like_token(token)) return Error{"it is not a signed token"};
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first + 1);
  const auto header = object_of(token.substr(0, first));
  if (!header) return Error{"its header cannot be read"};
  if (!is_text(header->if_contains("alg"), name_of(rules_.algorithm))) {
    return Error{std::string("it is not signed with ") + name_of(rules_.algorithm)};
  }
  // Extensions that must be understood (RFC 7515 section 4.1.11); none is.
  if (header->contains("crit")) return Error{"it needs an extension that is not known"};
  const auto signature = decode_base64url(token.substr(second + 1));
  if (!signature || !is_signed(token.substr(0, second), *signature)) {
    return Error{"its signature does not verify"};
  }
  const auto claims = object_of(token.substr(first + 1, second - first - 1));
  if (!claims) return Error{"its claims cannot be read"};
  const auto now = static_cast<double>(unix_s);
  const auto leeway = static_cast<double>(rules_.leeway_s);
  const auto expires = time_of(*claims, "exp");
  if (!expires) return Error{"it has no end (exp)"};
  if (now >= *expires + leeway) return Error{"it has expired"};
  if (claims->contains("nbf")) {
    const auto begins = time_of(*claims, "nbf");
    if (!begins || now < *begins - leeway) return Error{"it is not valid yet"};
  }
  if (!is_for(*claims, rules_.audience)) return Error{"it is made out to another audience"};
  if (!rules_.issuer.empty() && !is_text(claims->if_contains("iss"), rules_.issuer)) {
    return Error{"it was made out by another issuer"};
  }
  const json::value* claim = claims->if_contains(rules_.claim);
  // Times are numbers of any size; beyond this one nobody will be here to see.
  constexpr double kLatest = 1e15;
  const auto until = static_cast<std::int64_t>(std::min(*expires + leeway, kLatest));
  if (claim == nullptr) return Claim{std::nullopt, until};
  if (!claim->is_string()) return Error{"its claim is not a text"};
  return Claim{std::string(claim->as_string()), until};
}

}  // namespace signalbox::access
