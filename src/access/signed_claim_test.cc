// SPDX-License-Identifier: Apache-2.0
//
// Tokens signed here, with keys made here, and every way in which one may not be believed.
#include "access/signed_claim.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <rapidcheck/gtest.h>

#include <memory>
#include <string>

#include "access/base64url.h"
#include "access/testdata/tokens.h"

namespace signalbox::access {
namespace {

using testdata::hs256;
using testdata::kSecret;
using testdata::unsigned_part;

constexpr std::int64_t kNow = 1'700'000'000;
const std::string kClaims =
    R"({"aud":"signalbox","exp":1700000600,"iss":"login","data_class":"personal"})";

// A private key for the time of a test.
class Signer {
 public:
  explicit Signer(EVP_PKEY* key) : key_(key) {}
  ~Signer() { EVP_PKEY_free(key_); }
  static Signer ed25519() { return Signer(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }
  static Signer rsa(std::size_t bits) { return Signer(EVP_RSA_gen(static_cast<unsigned>(bits))); }

  std::string public_pem() const {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(bio, key_);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string pem(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return pem;
  }
  std::string sign(const std::string& text) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    const EVP_MD* hash = EVP_PKEY_base_id(key_) == EVP_PKEY_RSA ? EVP_sha256() : nullptr;
    EVP_DigestSignInit(context, nullptr, hash, nullptr, key_);
    std::size_t size = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    EVP_DigestSign(context, nullptr, &size, bytes, text.size());
    std::string signature(size, '\0');
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                   text.size());
    EVP_MD_CTX_free(context);
    signature.resize(size);
    return signature;
  }

 private:
  EVP_PKEY* key_;
};

ClaimVerifier verifier_of(Algorithm algorithm, const std::string& key,
                          const std::string& issuer = {}) {
  ClaimRules rules;
  rules.algorithm = algorithm;
  rules.key = key;
  rules.audience = "signalbox";
  rules.issuer = issuer;
  auto made = ClaimVerifier::create(rules);
  EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
  return std::move(*made);
}
ClaimVerifier with_secret() { return verifier_of(Algorithm::kHs256, kSecret); }

std::string why_not(const ClaimVerifier& verifier, const std::string& token) {
  const auto read = verifier.read(token, kNow);
  return read.ok() ? "believed" : read.error().message;
}

TEST(SignedClaim, a_token_that_verifies_is_believed) {
  const auto read = with_secret().read(hs256(kClaims), kNow);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read.value().value, "personal");
  EXPECT_EQ(read.value().until_s, 1700000600 + 60) << "its end, and by how much clocks may differ";
}

TEST(SignedClaim, every_algorithm_verifies_its_own_and_no_others) {
  const Signer ed = Signer::ed25519();
  const Signer rsa = Signer::rsa(2048);
  const std::string ed_text = unsigned_part(R"({"alg":"EdDSA"})", kClaims);
  const std::string ed_token = ed_text + "." + encode_base64url(ed.sign(ed_text));
  const std::string rsa_text = unsigned_part(R"({"alg":"RS256"})", kClaims);
  const std::string rsa_token = rsa_text + "." + encode_base64url(rsa.sign(rsa_text));
  const auto by_ed = verifier_of(Algorithm::kEdDsa, ed.public_pem());
  const auto by_rsa = verifier_of(Algorithm::kRs256, rsa.public_pem());
  EXPECT_EQ(why_not(by_ed, ed_token), "believed");
  EXPECT_EQ(why_not(by_rsa, rsa_token), "believed");
  EXPECT_EQ(why_not(by_ed, rsa_token), "it is not signed with EdDSA");
  EXPECT_EQ(why_not(by_rsa, hs256(kClaims)), "it is not signed with RS256");
  EXPECT_EQ(why_not(verifier_of(Algorithm::kEdDsa, Signer::ed25519().public_pem()), ed_token),
            "its signature does not verify")
      << "another key";
}

TEST(SignedClaim, no_signature_is_no_signature_whatever_the_token_calls_it) {
  for (const char* alg : {"none", "None", "NONE", "nOnE", ""}) {
    const std::string text =
        unsigned_part(std::string(R"({"alg":")") + alg + R"("})", kClaims) + ".";
    EXPECT_EQ(why_not(with_secret(), text), "it is not signed with HS256") << alg;
  }
  EXPECT_EQ(why_not(with_secret(), unsigned_part(R"({"alg":"HS256"})", kClaims) + "."),
            "its signature does not verify");
}

TEST(SignedClaim, a_public_key_is_not_taken_for_a_secret) {
  const Signer rsa = Signer::rsa(2048);
  const auto by_rsa = verifier_of(Algorithm::kRs256, rsa.public_pem());
  EXPECT_EQ(why_not(by_rsa, hs256(kClaims, R"({"alg":"HS256"})", rsa.public_pem())),
            "it is not signed with RS256");
  EXPECT_EQ(why_not(by_rsa, hs256(kClaims, R"({"alg":"RS256"})", rsa.public_pem())),
            "its signature does not verify");
}

TEST(SignedClaim, a_token_that_has_ended_or_never_ends_is_not_believed) {
  EXPECT_EQ(why_not(with_secret(), hs256(R"({"aud":"signalbox","exp":1699999900})")),
            "it has expired");
  EXPECT_EQ(why_not(with_secret(), hs256(R"({"aud":"signalbox","exp":1699999950})")), "believed")
      << "clocks may differ by a minute";
  EXPECT_EQ(why_not(with_secret(), hs256(R"({"aud":"signalbox"})")), "it has no end (exp)");
  EXPECT_EQ(why_not(with_secret(), hs256(R"({"aud":"signalbox","exp":"never"})")),
            "it has no end (exp)");
  EXPECT_EQ(
      why_not(with_secret(), hs256(R"({"aud":"signalbox","exp":1700000600,"nbf":1700000100})")),
      "it is not valid yet");
}

TEST(SignedClaim, how_far_clocks_may_differ_is_the_operators_to_say) {
  ClaimRules rules{.algorithm = Algorithm::kHs256,
                   .key = kSecret,
                   .audience = "signalbox",
                   .issuer = {},
                   .claim = "data_class",
                   .leeway_s = 0};
  const auto strict = ClaimVerifier::create(rules);
  ASSERT_TRUE(strict.ok());
  const std::string just_over = hs256(R"({"aud":"signalbox","exp":1700000000})");
  EXPECT_EQ(why_not(strict.value(), just_over), "it has expired");
  EXPECT_EQ(why_not(with_secret(), just_over), "believed");
}

TEST(SignedClaim, it_must_be_made_out_to_us_and_by_whom_we_know) {
  EXPECT_EQ(why_not(with_secret(), hs256(R"({"aud":"billing","exp":1700000600})")),
            "it is made out to another audience");
  EXPECT_EQ(why_not(with_secret(), hs256(R"({"exp":1700000600})")),
            "it is made out to another audience");
  EXPECT_EQ(why_not(with_secret(), hs256(R"({"aud":["a","signalbox"],"exp":1700000600})")),
            "believed");
  const auto strict = verifier_of(Algorithm::kHs256, kSecret, "login");
  EXPECT_EQ(why_not(strict, hs256(kClaims)), "believed");
  EXPECT_EQ(why_not(strict, hs256(R"({"aud":"signalbox","exp":1700000600,"iss":"other"})")),
            "it was made out by another issuer");
}

TEST(SignedClaim, a_good_token_without_the_claim_says_nothing) {
  const auto read = with_secret().read(hs256(R"({"aud":"signalbox","exp":1700000600})"), kNow);
  ASSERT_TRUE(read.ok());
  EXPECT_FALSE(read.value().value.has_value());
  EXPECT_EQ(why_not(with_secret(),
                    hs256(R"({"aud":"signalbox","exp":1700000600,"data_class":["open"]})")),
            "its claim is not a text");
}

TEST(SignedClaim, extensions_that_must_be_understood_are_not) {
  EXPECT_EQ(why_not(with_secret(), hs256(kClaims, R"({"alg":"HS256","crit":["b64"]})")),
            "it needs an extension that is not known");
}

TEST(SignedClaim, what_is_no_token_is_said_to_be_none) {
  for (const char* text : {"", ".", "..", "a.b", "a.b.c.d", "sk-123", "!!.??.__"}) {
    EXPECT_FALSE(with_secret().read(text, kNow).ok()) << text;
  }
  EXPECT_EQ(why_not(with_secret(), std::string(9000, 'a')), "the token is too long");
}

TEST(SignedClaim, weak_and_mistaken_keys_are_refused_when_the_service_starts) {
  const auto complaint = [](Algorithm algorithm, const std::string& key) {
    ClaimRules rules;
    rules.algorithm = algorithm;
    rules.key = key;
    auto made = ClaimVerifier::create(rules);
    return made.ok() ? "none" : made.error().message;
  };
  EXPECT_EQ(complaint(Algorithm::kHs256, "too short"),
            "the secret has 9 bytes; HS256 needs at least 32");
  EXPECT_EQ(complaint(Algorithm::kEdDsa, "no key"),
            "it holds no public key in PEM; it must begin with -----BEGIN PUBLIC KEY-----");
  EXPECT_EQ(complaint(Algorithm::kEdDsa, Signer::rsa(2048).public_pem()),
            "its key is not one for EdDSA");
  EXPECT_EQ(complaint(Algorithm::kRs256, Signer::rsa(1024).public_pem()),
            "its RSA key has 1024 bits; at least 2048 are needed");
}

RC_GTEST_PROP(SignedClaim, a_token_with_one_character_changed_is_never_believed, ()) {
  const std::string token = hs256(kClaims);
  std::string forged = token;
  const auto place = *rc::gen::inRange<std::size_t>(0, token.size());
  forged[place] = static_cast<char>(*rc::gen::inRange(33, 127));
  RC_PRE(forged != token);
  RC_ASSERT(!with_secret().read(forged, kNow).ok());
}

}  // namespace
}  // namespace signalbox::access
