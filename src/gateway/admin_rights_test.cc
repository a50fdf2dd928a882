// SPDX-License-Identifier: Apache-2.0
//
// Who may look, who may change, and what browsers are made to send.
#include "gateway/admin_rights.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace signalbox::gateway {
namespace {

const std::string kViewerKey = "sbx_look", kOperatorKey = "sbx_change";
const std::vector<std::string> kUris = {"spiffe://example/ops"};
const access::Certificate kOps{.uris = kUris}, kStranger{.common_name = "somebody"};

AdminRights rights() {
  return {.keys = *access::KeyList::parse(access::line_for("viewer", kViewerKey, "grafana") + "\n" +
                                          access::line_for("operator", kOperatorKey, "")),
          .certificates = access::CertificateList(
              {{access::CertificateField::kName, "spiffe://example/ops", "operator"}})};
}

http::Request with_header(const std::string& name, const std::string& value) {
  http::Request request;
  request.headers = {{name, value}};
  return request;
}
http::Request with_key(const std::string& key) {
  return with_header("Authorization", "Bearer " + key);
}

int status(const http::Request& request, Role needed,
           const access::Certificate* certificate = nullptr) {
  const AdminRights all = rights();
  return grant(&all, request, certificate, needed).status;
}

TEST(AdminRights, where_nobody_is_listed_everybody_may_do_everything) {
  EXPECT_TRUE(grant(nullptr, {}, nullptr, Role::kOperator).ok());
}

TEST(AdminRights, a_viewer_looks_and_an_operator_changes) {
  EXPECT_EQ(status(with_key(kViewerKey), Role::kViewer), 0);
  EXPECT_EQ(status(with_key(kViewerKey), Role::kOperator), 403);
  EXPECT_EQ(status(with_key(kOperatorKey), Role::kViewer), 0);
  EXPECT_EQ(status(with_key(kOperatorKey), Role::kOperator), 0);
  EXPECT_EQ(status({}, Role::kOperator, &kOps), 0);
}

TEST(AdminRights, everybody_else_is_refused) {
  EXPECT_EQ(status({}, Role::kViewer), 401);
  EXPECT_EQ(status(with_key("sbx_wrong"), Role::kViewer), 401);
  EXPECT_EQ(status(with_header("Authorization", "Basic x"), Role::kViewer), 401);
  EXPECT_EQ(status({}, Role::kViewer, &kStranger), 403);
  EXPECT_EQ(status(with_key("sbx_wrong"), Role::kViewer, &kOps), 401) << "a key taken back";
}

TEST(AdminRights, the_audit_is_told_who_it_was_and_no_key) {
  const AdminRights all = rights();
  EXPECT_EQ(grant(&all, with_key(kViewerKey), nullptr, Role::kOperator).who,
            "viewer grafana by key");
  EXPECT_EQ(grant(&all, with_key(kOperatorKey), nullptr, Role::kOperator).who,
            "operator without a name by key");
  EXPECT_EQ(grant(&all, {}, &kOps, Role::kOperator).who,
            "operator spiffe://example/ops by certificate");
  const AdminGrant wrong = grant(&all, with_key("sbx_wrong"), nullptr, Role::kViewer);
  EXPECT_EQ((wrong.who + wrong.message).find("sbx_"), std::string::npos);
}

TEST(AdminRights, what_a_browser_was_made_to_send_is_known_by_origin_and_host) {
  EXPECT_TRUE(made_by_web_page(with_header("Origin", "https://example.com"), false).has_value());
  EXPECT_TRUE(made_by_web_page(with_header("Origin", "null"), true).has_value());
  for (const char* host : {"rebound.example:9901", "rebound.example", "127.0.0.1.example",
                           "localhost.example:9901", "[::1", "0x7f000001"}) {
    EXPECT_TRUE(made_by_web_page(with_header("Host", host), false).has_value()) << host;
  }
  for (const char* host :
       {"127.0.0.1:9901", "localhost:9901", "LOCALHOST", "[::1]:9901", "[::1]", "10.0.0.7", ""}) {
    EXPECT_FALSE(made_by_web_page(with_header("Host", host), false).has_value()) << host;
  }
  EXPECT_FALSE(made_by_web_page(with_header("Host", "signalbox.example"), true).has_value());
  EXPECT_FALSE(made_by_web_page({}, false).has_value());
}

}  // namespace
}  // namespace signalbox::gateway
