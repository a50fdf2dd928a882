// SPDX-License-Identifier: Apache-2.0
#include "wire/client_timeout.h"

#include <gtest/gtest.h>

namespace signalbox::wire {
namespace {

RequestHead head_with(std::string_view name, std::string_view value) {
  RequestHead head;
  head.fields.push_back({name, value, classify_field(name)});
  return head;
}

TEST(ClientTimeout, is_stated_in_milliseconds) {
  EXPECT_EQ(**client_timeout(head_with("X-Signalbox-Timeout-Ms", "1500")), 1500ms);
  EXPECT_EQ(**client_timeout(head_with("x-envoy-expected-rq-timeout-ms", "1")), 1ms);
}

TEST(ClientTimeout, most_clients_state_none) {
  const auto none = client_timeout(RequestHead{});
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(none->has_value());
}

TEST(ClientTimeout, what_is_no_number_is_not_guessed_at) {
  for (const char* odd :
       {"", "0", "-1", "+5", "1.5", "1500ms", " 5", "99999999999999999999", "86400001"}) {
    const auto limit = client_timeout(head_with(kTimeoutField, odd));
    ASSERT_FALSE(limit.ok()) << odd;
    EXPECT_EQ(limit.error().status, 400);
  }
}

RequestHead call_with(std::string_view value) {
  RequestHead head = head_with(kGrpcTimeoutField, value);
  head.fields.push_back({"content-type", "application/grpc+proto", FieldKind::kOther});
  return head;
}

TEST(ClientTimeout, of_a_grpc_call_is_stated_with_its_unit) {
  EXPECT_EQ(**client_timeout(call_with("250m")), 250ms);
  EXPECT_EQ(**client_timeout(call_with("2S")), 2s);
  EXPECT_EQ(**client_timeout(call_with("0n")), Duration{}) << "its time is up";
  EXPECT_EQ(**client_timeout(call_with("99999999H")), 24h) << "nobody waits that long";
  for (const char* odd : {"", "5", "m", "-1S", "1.5S", "1s", "123456789S"}) {
    const auto limit = client_timeout(call_with(odd));
    ASSERT_FALSE(limit.ok()) << odd;
    EXPECT_EQ(limit.error().status, 400);
  }
}

TEST(ClientTimeout, of_grpc_means_nothing_on_another_request) {
  const auto none = client_timeout(head_with(kGrpcTimeoutField, "250m"));
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(none->has_value());
}

TEST(ClientTimeout, our_own_field_goes_before_that_of_grpc) {
  RequestHead head = call_with("250m");
  head.fields.push_back({kTimeoutField, "100", FieldKind::kRouting});
  EXPECT_EQ(**client_timeout(head), 100ms);
}

TEST(ClientTimeout, what_is_left_is_never_said_to_be_nothing) {
  EXPECT_EQ(format_timeout_ms(1234ms), "1234");
  EXPECT_EQ(format_timeout_ms(Duration{10}), "1");
  EXPECT_EQ(format_timeout_ms(-5s), "1");
}

}  // namespace
}  // namespace signalbox::wire
