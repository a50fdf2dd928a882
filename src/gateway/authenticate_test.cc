// SPDX-License-Identifier: Apache-2.0
//
// Who is let in, as whom, and what everybody else is told.
#include "gateway/authenticate.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "access/testdata/tokens.h"

namespace signalbox::gateway {
namespace {

constexpr std::int64_t kNow = 1'700'000'000;
const std::string kAcmeKey = "sbx_acme", kBoltKey = "sbx_bolt";
const std::vector<std::string> kUris = {"spiffe://example/acme"};

using Fields = std::vector<std::pair<std::string, std::string>>;

enum Sources { kKeys = 1, kTokens = 2, kCertificates = 4 };

access::ClaimVerifier verifier(const std::string& secret = access::testdata::kSecret) {
  access::ClaimRules rules;
  rules.algorithm = access::Algorithm::kHs256;
  rules.key = secret;
  rules.audience = "signalbox";
  rules.claim = "tenant";
  auto made = access::ClaimVerifier::create(rules);
  EXPECT_TRUE(made.ok());
  return std::move(*made);
}

access::Policy policy(int sources) {
  access::Policy policy;
  if ((sources & kKeys) != 0) {
    policy.keys = *access::KeyList::parse(access::line_for("acme", kAcmeKey, "ci") + "\n" +
                                          access::line_for("bolt", kBoltKey, ""));
  }
  if ((sources & kTokens) != 0) policy.tokens.push_back(verifier());
  if ((sources & kCertificates) != 0) {
    policy.certificates = access::CertificateList(
        {{access::CertificateField::kName, "spiffe://example/acme", "acme"}});
  }
  return policy;
}

std::string token_of(const std::string& tenant) {
  return access::testdata::hs256(R"({"aud":"signalbox","exp":1700000600,"tenant":")" + tenant +
                                 R"("})");
}

Authentication ask(const access::Policy& policy, const Fields& fields,
                   const access::Certificate* certificate = nullptr) {
  wire::RequestHead head;
  for (const auto& [name, value] : fields) {
    head.fields.push_back({name, value, wire::classify_field(name)});
  }
  return authenticate(policy, head, certificate, kNow);
}
// "acme by key", or "401 unknown_key".
std::string summary(const Authentication& who) {
  return who.ok() ? who.tenant + " by " + to_string(who.by)
                  : std::to_string(who.status) + " " + std::string(who.code);
}
std::string answer(int sources, const Fields& fields,
                   const access::Certificate* certificate = nullptr) {
  return summary(ask(policy(sources), fields, certificate));
}

const access::Certificate kAcmeCertificate{.uris = kUris};
const access::Certificate kStranger{.common_name = "somebody"};

TEST(Authenticate, a_key_is_shown_in_any_of_the_customary_fields) {
  EXPECT_EQ(answer(kKeys, {{"Authorization", "Bearer sbx_acme"}}), "acme by key");
  EXPECT_EQ(answer(kKeys, {{"x-api-key", "sbx_bolt"}}), "bolt by key");
  EXPECT_EQ(answer(kKeys, {{"API-Key", "sbx_acme"}}), "acme by key");
  EXPECT_EQ(ask(policy(kKeys), {{"x-api-key", kAcmeKey}}).key_name, "ci");
}

TEST(Authenticate, who_shows_nothing_is_told_what_is_taken) {
  const Authentication refused = ask(policy(kKeys | kTokens | kCertificates), {{"accept", "*/*"}});
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.challenge, R"(Bearer realm="signalbox")");
  EXPECT_EQ(refused.message,
            "say who you are: send an API key in Authorization: Bearer or x-api-key, or a signed "
            "token in Authorization: Bearer, or a client certificate");
  EXPECT_EQ(ask(policy(kCertificates), {}).message, "say who you are: send a client certificate");
  EXPECT_EQ(ask(access::Policy{}, {{"x-api-key", kAcmeKey}}).message, "nobody may ask at present")
      << "an empty policy lets nobody in";
}

TEST(Authenticate, a_key_that_is_not_known_is_refused_and_not_repeated) {
  for (const Fields& fields :
       {Fields{{"x-api-key", "sbx_wrong"}}, Fields{{"authorization", "Bearer sbx_wrong"}},
        Fields{{"x-api-key", "sbx_acme "}}}) {
    const Authentication refused = ask(policy(kKeys), fields);
    EXPECT_EQ(summary(refused), "401 unknown_key");
    EXPECT_EQ(refused.challenge, R"(Bearer realm="signalbox", error="invalid_token")");
    EXPECT_EQ(refused.message.find("sbx_"), std::string::npos);
  }
}

TEST(Authenticate, schemes_that_are_not_taken_say_nothing) {
  EXPECT_EQ(answer(kKeys, {{"authorization", "Basic YTpi"}}), "401 missing_credentials");
  EXPECT_EQ(answer(kKeys, {{"cookie", "sbx_acme"}}), "401 missing_credentials");
  EXPECT_EQ(answer(kKeys, {{"x-signalbox-tenant", "acme"}}), "401 missing_credentials");
  EXPECT_EQ(answer(kCertificates, {{"x-api-key", "sbx_acme"}}), "401 missing_credentials");
}

TEST(Authenticate, a_token_names_the_tenant) {
  EXPECT_EQ(answer(kTokens, {{"authorization", "Bearer " + token_of("acme")}}), "acme by token");
  const Authentication late = ask(
      policy(kTokens),
      {{"authorization",
        "Bearer " + access::testdata::hs256(R"({"aud":"signalbox","exp":1,"tenant":"acme"})")}});
  EXPECT_EQ(summary(late), "401 invalid_token");
  EXPECT_EQ(late.message, "the token is not believed: it has expired");
  EXPECT_EQ(answer(kTokens, {{"authorization", "Bearer sbx_acme"}}), "401 invalid_token");
}

TEST(Authenticate, a_token_without_a_tenant_is_good_for_nothing_here) {
  const std::string nameless = access::testdata::hs256(R"({"aud":"signalbox","exp":1700000600})");
  EXPECT_EQ(answer(kTokens, {{"authorization", "Bearer " + nameless}}), "403 no_tenant");
  for (const char* name : {"", "a b", "a\\u0000b", "a\\nb", "\\u00e4"}) {
    EXPECT_EQ(answer(kTokens, {{"authorization", "Bearer " + token_of(name)}}), "403 no_tenant")
        << name;
  }
  EXPECT_EQ(answer(kTokens, {{"authorization", "Bearer " + token_of(std::string(65, 'x'))}}),
            "403 no_tenant");
}

TEST(Authenticate, tokens_of_several_issuers_are_told_apart_by_their_keys) {
  const std::string other = "another secret of thirty-two bytes or more";
  access::Policy two = policy(kTokens);
  two.tokens.push_back(verifier(other));
  const std::string token = access::testdata::hs256(
      R"({"aud":"signalbox","exp":1700000600,"tenant":"bolt"})", R"({"alg":"HS256"})", other);
  EXPECT_EQ(summary(ask(two, {{"authorization", "Bearer " + token}})), "bolt by token");
  EXPECT_EQ(summary(ask(two, {{"authorization", "Bearer " + token_of("acme")}})), "acme by token");
  EXPECT_EQ(answer(kTokens, {{"authorization", "Bearer " + token}}), "401 invalid_token");
}

TEST(Authenticate, a_token_for_another_question_does_not_get_in_a_keys_way) {
  // Of the data's class, say, with its own issuer.
  EXPECT_EQ(answer(kKeys, {{"authorization", "Bearer a.b.c"}, {"x-api-key", kAcmeKey}}),
            "acme by key");
  EXPECT_EQ(answer(kKeys, {{"authorization", "Bearer a.b.c"}}), "401 missing_credentials");
}

TEST(Authenticate, a_certificate_stands_for_a_tenant_where_the_list_says_so) {
  EXPECT_EQ(answer(kCertificates, {}, &kAcmeCertificate), "acme by certificate");
  EXPECT_EQ(answer(kCertificates, {}, &kStranger), "403 unknown_certificate");
  EXPECT_EQ(answer(kCertificates | kKeys, {{"x-api-key", kBoltKey}}, &kStranger), "bolt by key")
      << "which certificates may connect at all is for TLS to say";
  EXPECT_EQ(answer(kKeys, {}, &kAcmeCertificate), "401 missing_credentials");
}

TEST(Authenticate, all_that_is_shown_must_hold_and_agree) {
  const int all = kKeys | kTokens | kCertificates;
  EXPECT_EQ(answer(all, {{"x-api-key", kAcmeKey}, {"authorization", "Bearer " + token_of("acme")}},
                   &kAcmeCertificate),
            "acme by key");
  EXPECT_EQ(answer(all, {{"x-api-key", kBoltKey}}, &kAcmeCertificate),
            "403 conflicting_credentials");
  EXPECT_EQ(answer(all, {{"x-api-key", "sbx_wrong"}}, &kAcmeCertificate), "401 unknown_key");
  EXPECT_EQ(answer(all, {{"x-api-key", kAcmeKey}, {"authorization", "Bearer a.b.c"}}),
            "401 invalid_token");
  EXPECT_EQ(answer(all, {{"x-api-key", kAcmeKey}, {"authorization", "Bearer sbx_bolt"}}),
            "403 conflicting_credentials");
}

TEST(Authenticate, a_credential_given_twice_is_no_answer) {
  EXPECT_EQ(answer(kKeys, {{"x-api-key", kAcmeKey}, {"x-api-key", kAcmeKey}}),
            "401 repeated_credentials");
  EXPECT_EQ(answer(kKeys, {{"api-key", kAcmeKey}, {"x-api-key", kBoltKey}}),
            "401 repeated_credentials");
  EXPECT_EQ(answer(kKeys, {{"authorization", "Bearer sbx_acme"}, {"Authorization", "Basic x"}}),
            "401 repeated_credentials");
}

TEST(Authenticate, a_token_is_verified_once_and_remembered_no_longer_than_it_holds) {
  access::Policy all = policy(kTokens);
  const std::string value = "Bearer " + token_of("acme");
  wire::RequestHead head;
  head.fields.push_back({"authorization", value, wire::FieldKind::kCredential});
  access::VerifiedTokens tokens;
  LatelyVerified lately{tokens, 1};
  EXPECT_EQ(summary(authenticate(all, head, nullptr, kNow, &lately)), "acme by token");
  all.tokens.clear();
  all.tokens.push_back(verifier("another secret of thirty-two bytes or more"));
  EXPECT_EQ(summary(authenticate(all, head, nullptr, kNow + 600, &lately)), "acme by token")
      << "remembered";
  EXPECT_EQ(summary(authenticate(all, head, nullptr, kNow + 660, &lately)), "401 invalid_token")
      << "its end and the leeway have passed";
  lately.policy = 2;
  EXPECT_EQ(summary(authenticate(all, head, nullptr, kNow, &lately)), "401 invalid_token")
      << "a reload forgets";
}

TEST(Authenticate, of_tokens_that_did_not_hold_nothing_is_remembered) {
  access::VerifiedTokens tokens;
  LatelyVerified lately{tokens, 1};
  wire::RequestHead head;
  const std::string value = "Bearer " + token_of("acme");
  head.fields.push_back({"authorization", value, wire::FieldKind::kCredential});
  access::Policy other;
  other.tokens.push_back(verifier("another secret of thirty-two bytes or more"));
  EXPECT_EQ(summary(authenticate(other, head, nullptr, kNow, &lately)), "401 invalid_token");
  EXPECT_EQ(tokens.find(access::sha256(token_of("acme")), 1, kNow), nullptr);
}

RC_GTEST_PROP(Authenticate, made_up_credentials_let_nobody_in, ()) {
  const access::Policy all = policy(kKeys | kTokens);
  const auto text = *rc::gen::string<std::string>();
  RC_PRE(text != kAcmeKey && text != kBoltKey);
  RC_ASSERT(!ask(all, {{"x-api-key", text}}).ok());
  RC_ASSERT(!ask(all, {{"authorization", "Bearer " + text}}).ok());
}

}  // namespace
}  // namespace signalbox::gateway
