// SPDX-License-Identifier: Apache-2.0
//
// Who is believed about the class of a request's data.
#include "gateway/data_class.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "gateway/testdata/tokens.h"

namespace signalbox::gateway {
namespace {

constexpr std::int64_t kNow = 1'700'000'000;
constexpr const char* kProxy = "10.1.2.3";
constexpr const char* kStranger = "203.0.113.9";

DataClassSources sources() {
  DataClassSources made;
  made.trusted = {*IpNetwork::parse("10.0.0.0/8")};
  made.claims = testdata::verifier();
  return made;
}

using Fields = std::vector<std::pair<std::string, std::string>>;

DataClassFound found(const Fields& fields, const char* client,
                     const DataClassSources& from = sources()) {
  wire::RequestHead head;
  for (const auto& [name, value] : fields) head.fields.push_back({name, value});
  return find_data_class(from, head, client, kNow);
}

std::string bearer(const std::string& token) { return "Bearer " + token; }

TEST(DataClass, the_header_of_a_trusted_client_is_believed) {
  const auto named = found({{"X-Signalbox-Data-Class", "open"}}, kProxy);
  EXPECT_EQ(named.name, "open");
  EXPECT_EQ(named.source, DataClassSource::kHeader);
}

TEST(DataClass, the_header_of_anybody_else_is_not) {
  const auto named = found({{"x-signalbox-data-class", "open"}}, kStranger);
  EXPECT_EQ(named.name, "");
  EXPECT_EQ(named.source, DataClassSource::kHeaderRefused);
  DataClassSources nobody = sources();
  nobody.trusted.clear();
  EXPECT_EQ(found({{"x-signalbox-data-class", "open"}}, "127.0.0.1", nobody).name, "")
      << "trust is given, never assumed";
}

TEST(DataClass, where_the_client_says_it_comes_from_does_not_matter) {
  EXPECT_EQ(
      found({{"x-signalbox-data-class", "open"}, {"x-forwarded-for", "10.0.0.1"}}, kStranger).name,
      "");
}

TEST(DataClass, two_headers_are_no_answer) {
  const auto named =
      found({{"x-signalbox-data-class", "secret"}, {"X-SIGNALBOX-DATA-CLASS", "open"}}, kProxy);
  EXPECT_EQ(named.name, "");
  EXPECT_EQ(named.source, DataClassSource::kHeaderRefused);
}

TEST(DataClass, a_verified_claim_is_believed_whoever_brings_it_and_beats_a_header) {
  const std::string token = testdata::token_of("personal", kNow + 600);
  const auto named =
      found({{"Authorization", bearer(token)}, {"x-signalbox-data-class", "open"}}, kProxy);
  EXPECT_EQ(named.name, "personal");
  EXPECT_EQ(named.source, DataClassSource::kClaim);
  EXPECT_EQ(found({{"authorization", "bearer  " + token}}, kStranger).name, "personal");
}

TEST(DataClass, a_claim_that_does_not_verify_leaves_the_request_unlabelled_whatever_else_is_said) {
  const std::string good = testdata::token_of("open", kNow + 600);
  for (const std::string& token :
       {testdata::token_of("open", kNow - 3600), good + "x", good.substr(0, good.rfind('.') + 1)}) {
    const auto named =
        found({{"authorization", bearer(token)}, {"x-signalbox-data-class", "open"}}, kProxy);
    EXPECT_EQ(named.name, "");
    EXPECT_EQ(named.source, DataClassSource::kClaimRefused);
  }
}

TEST(DataClass, an_api_key_is_no_claim_and_a_token_may_be_silent_about_it) {
  EXPECT_EQ(
      found({{"authorization", "Bearer sk-12345"}, {"x-signalbox-data-class", "open"}}, kProxy)
          .name,
      "open");
  EXPECT_EQ(found({{"authorization", bearer(testdata::silent_token(kNow + 600))},
                   {"x-signalbox-data-class", "open"}},
                  kProxy)
                .name,
            "open");
  EXPECT_EQ(found({{"authorization", "Basic dXNlcjpwYXNz"}}, kStranger).source,
            DataClassSource::kNobody);
}

TEST(DataClass, without_a_key_tokens_say_nothing) {
  DataClassSources headers_only = sources();
  headers_only.claims = nullptr;
  EXPECT_EQ(found({{"authorization", bearer(testdata::token_of("open", kNow + 600))}}, kStranger,
                  headers_only)
                .source,
            DataClassSource::kNobody);
}

TEST(DataClass, the_header_has_the_name_that_the_operator_gave_it) {
  DataClassSources named = sources();
  named.header = "x-classification";
  EXPECT_EQ(found({{"X-Classification", "open"}}, kProxy, named).name, "open");
  EXPECT_EQ(found({{"x-signalbox-data-class", "open"}}, kProxy, named).name, "");
}

}  // namespace
}  // namespace signalbox::gateway
