// SPDX-License-Identifier: Apache-2.0
//
// Which fields an intermediary knows, in any case of letters, and that near misses are not them.
#include "wire/http1_message.h"

#include <gtest/gtest.h>

namespace signalbox::wire {
namespace {

TEST(ClassifyField, knows_fields_in_any_case) {
  EXPECT_EQ(classify_field("Connection"), FieldKind::kConnection);
  EXPECT_EQ(classify_field("CONTENT-LENGTH"), FieldKind::kContentLength);
  EXPECT_EQ(classify_field("transfer-encoding"), FieldKind::kTransferEncoding);
  EXPECT_EQ(classify_field("hOST"), FieldKind::kHost);
  EXPECT_EQ(classify_field("Expect"), FieldKind::kExpect);
  EXPECT_EQ(classify_field("Upgrade"), FieldKind::kUpgrade);
  for (const auto name : {"Keep-Alive", "TE", "Trailer", "Proxy-Connection", "Proxy-Authorization",
                          "HTTP2-Settings"}) {
    EXPECT_EQ(classify_field(name), FieldKind::kHopByHop) << name;
  }
  for (const auto name :
       {"Forwarded", "X-Forwarded-For", "x-forwarded-anything", "X-Real-IP", "x-client-ip",
        "True-Client-IP", "X-Original-Forwarded-For", "X-Original-URL", "X-Remote-User",
        "X-Auth-Request-User", "X-Forwarded-Client-Cert"}) {
    EXPECT_EQ(classify_field(name), FieldKind::kForwarding) << name;
  }
  for (const auto name : {"x-gateway-destination-endpoint", "X-Gateway-Model-Name",
                          "X-Envoy-Original-Path", "X-Rewrite-URL", "X-Signalbox-Replica"}) {
    EXPECT_EQ(classify_field(name), FieldKind::kRouting) << name;
  }
  for (const auto name : {"Authorization", "Cookie", "X-Api-Key", "api-key", "X-Auth-Token",
                          "X-Goog-Api-Key", "X-Access-Token"}) {
    EXPECT_EQ(classify_field(name), FieldKind::kCredential) << name;
  }
}

TEST(ClassifyField, near_misses_are_other) {
  for (const auto name :
       {"", "T", "Hosts", "X-Host", "Content-Length2", "Content-Type", "Proxy", "X-Forwarded",
        "X-Gateway", "X-Original", "Signalbox", "Accept", "User-Agent"}) {
    EXPECT_EQ(classify_field(name), FieldKind::kOther) << name;
  }
}

TEST(FindField, finds_the_first_by_name_or_kind) {
  const std::vector<Field> fields = {{"A", "1", FieldKind::kOther},
                                     {"a", "2", FieldKind::kOther},
                                     {"Host", "h", FieldKind::kHost}};
  EXPECT_EQ(find_field(fields, "a")->value, "1");
  EXPECT_EQ(find_field(fields, FieldKind::kHost)->value, "h");
  EXPECT_EQ(find_field(fields, "b"), nullptr);
  EXPECT_EQ(find_field(fields, FieldKind::kUpgrade), nullptr);
}

}  // namespace
}  // namespace signalbox::wire
