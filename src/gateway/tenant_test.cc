// SPDX-License-Identifier: Apache-2.0
//
// Who is believed about whose request it is, and how urgent.
#include "gateway/tenant.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace signalbox::gateway {
namespace {

constexpr const char* kProxy = "10.1.2.3";
constexpr const char* kStranger = "203.0.113.9";

TenantSources sources() {
  return {.header = "x-tenant",
          .priority_header = "x-priority",
          .trusted = {*IpNetwork::parse("10.0.0.0/8")}};
}

struct Read {
  std::string name;
  int priority;
  bool refused;
  bool operator==(const Read&) const = default;
};

Read read(const std::vector<std::pair<std::string, std::string>>& fields, const char* client,
          const TenantSources& from = sources(), const char* identity = "") {
  wire::RequestHead head;
  for (const auto& [name, value] : fields) head.fields.push_back({name, value});
  const TenantFound found = find_tenant(from, head, client, identity);
  return {std::string(found.name), found.priority, found.refused};
}

TEST(Tenant, the_headers_of_a_trusted_client_are_believed) {
  EXPECT_EQ(read({{"X-Tenant", "acme"}, {"X-PRIORITY", "-2"}}, kProxy), (Read{"acme", -2, false}));
  EXPECT_EQ(read({{"x-tenant", "acme"}}, kProxy), (Read{"acme", 0, false}));
  EXPECT_EQ(read({{"x-priority", "3"}}, kProxy), (Read{"", 3, false}));
}

TEST(Tenant, the_headers_of_anybody_else_say_nothing) {
  EXPECT_EQ(read({{"x-tenant", "acme"}, {"x-priority", "3"}}, kStranger), (Read{"", 0, true}));
  EXPECT_EQ(read({{"x-priority", "3"}}, kStranger), (Read{"", 0, true}));
  EXPECT_EQ(read({{"x-tenant", "acme"}, {"x-forwarded-for", "10.0.0.1"}}, kStranger),
            (Read{"", 0, true}));
}

TEST(Tenant, a_request_that_says_nothing_is_nobodys_and_nothing_is_refused) {
  EXPECT_EQ(read({{"accept", "*/*"}}, kProxy), (Read{"", 0, false}));
  EXPECT_EQ(read({{"accept", "*/*"}}, kStranger), (Read{"", 0, false}));
}

TEST(Tenant, two_headers_are_no_answer_and_leave_the_other_question_alone) {
  EXPECT_EQ(read({{"x-tenant", "acme"}, {"X-Tenant", "bolt"}, {"x-priority", "1"}}, kProxy),
            (Read{"", 1, true}));
  EXPECT_EQ(read({{"x-tenant", "acme"}, {"x-priority", "1"}, {"x-priority", "1"}}, kProxy),
            (Read{"acme", 0, true}));
}

TEST(Tenant, a_priority_that_is_no_whole_number_is_0_and_counts_as_refused) {
  for (const char* text : {"", "high", "1.5", "1 ", "+1", "0x1", "--1", "99999999999"}) {
    EXPECT_EQ(read({{"x-tenant", "acme"}, {"x-priority", text}}, kProxy), (Read{"acme", 0, true}))
        << '"' << text << '"';
  }
}

TEST(Tenant, where_no_priority_header_is_named_none_is_read) {
  TenantSources plain = sources();
  plain.priority_header.clear();
  EXPECT_EQ(read({{"x-priority", "3"}, {"", "2"}}, kProxy, plain), (Read{"", 0, false}));
}

TEST(Tenant, who_has_shown_who_he_is_is_that_tenant_whatever_a_header_says) {
  EXPECT_EQ(read({{"x-tenant", "bolt"}, {"x-priority", "2"}}, kProxy, sources(), "acme"),
            (Read{"acme", 2, true}));
  EXPECT_EQ(read({{"x-tenant", "acme"}, {"x-priority", "2"}}, kProxy, sources(), "acme"),
            (Read{"acme", 2, false}));
  EXPECT_EQ(read({{"x-tenant", "bolt"}, {"x-priority", "2"}}, kStranger, sources(), "acme"),
            (Read{"acme", 0, true}));
  TenantSources nobody = sources();
  nobody.trusted.clear();
  EXPECT_EQ(read({{"x-tenant", "bolt"}}, kProxy, nobody, "acme"), (Read{"acme", 0, false}));
}

TEST(Tenant, where_nobody_is_trusted_there_are_no_tenants_and_nothing_to_refuse) {
  TenantSources nobody = sources();
  nobody.trusted.clear();
  EXPECT_EQ(read({{"x-tenant", "acme"}}, "127.0.0.1", nobody), (Read{"", 0, false}));
}

}  // namespace
}  // namespace signalbox::gateway
