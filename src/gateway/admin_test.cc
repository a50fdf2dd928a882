// SPDX-License-Identifier: Apache-2.0
//
// The operator's page over real connections: roles, what is written down of changes, and what
// browsers are made to send.
#include "gateway/admin.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/model/testdata/fleets.h"
#include "gateway/gateway.h"
#include "http/client.h"
#include "http/tls_loopback.h"
#include "net/loop_thread.h"
#include "net/test_certificates.h"

namespace signalbox::gateway {
namespace {

const std::string kViewerKey = "sbx_look", kOperatorKey = "sbx_change";

class AdminRig : public ::testing::Test {
 protected:
  ~AdminRig() override { thread_.stop(); }

  void serve() {
    view_ = core::testdata::view_of(core::testdata::two_units(), {1, 1});
    gateway_.publish(view_);
    auto listener = net::Listener::bind({"127.0.0.1", 0}, false);
    ASSERT_TRUE(listener.ok());
    address_ = admin_.listen(std::move(*listener));
    thread_.start();
  }
  // On the page's thread, as a reload would.
  void allow(std::shared_ptr<const AdminRights> rights) {
    std::promise<void> done;
    asio::post(thread_.io(), [&] {
      admin_.allow(std::move(rights));
      done.set_value();
    });
    done.get_future().get();
  }
  std::vector<std::string> audited() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

  std::shared_ptr<const core::FleetView> view_;
  std::mutex mutex_;
  std::vector<std::string> lines_;
  net::LoopThread thread_{"admin"};
  Gateway gateway_{Options{}, thread_.io(), {}};
  Admin admin_{thread_.io(),
               {.view = [this] { return view_; },
                .report = [this] { return gateway_.report(); },
                .stats = [this] { return gateway_.stats(); },
                .story = [this](RequestId id) { return gateway_.story(id); },
                .signal = [](const core::Signal&) { return std::string(); },
                .reload = [] { return std::string("line 3 is wrong"); },
                .ready = [] { return true; },
                .audit =
                    [this](const std::string& line) {
                      const std::lock_guard lock(mutex_);
                      lines_.push_back(line);
                    }}};
  core::Address address_;
};

class AdminPage : public AdminRig {
 protected:
  AdminPage() { serve(); }

  void protect() {
    allow(std::make_shared<AdminRights>(AdminRights{
        .keys = *access::KeyList::parse(access::line_for("viewer", kViewerKey, "grafana") + "\n" +
                                        access::line_for("operator", kOperatorKey, "alice")),
        .certificates = {}}));
  }
  http::Response ask(const std::string& method, const std::string& target,
                     std::vector<http::Header> headers = {}, const std::string& body = {}) {
    auto answer = http::call_blocking(address_, {method, target, std::move(headers), body});
    EXPECT_TRUE(answer.ok()) << (answer.ok() ? "" : answer.error().message);
    return answer.ok() ? *answer : http::Response{};
  }
  int status_with(const std::string& key, const std::string& method, const std::string& target) {
    return ask(method, target, {{"authorization", "Bearer " + key}}).status;
  }
};

TEST_F(AdminPage, without_roles_it_is_as_open_as_its_address) {
  EXPECT_EQ(ask("GET", "/metrics").status, 200);
  EXPECT_EQ(ask("POST", "/price", {}, R"({"unit":"cheap","usd_per_hour":2})").status, 204);
}

TEST_F(AdminPage, with_roles_a_viewer_looks_and_an_operator_changes) {
  protect();
  const auto nobody = ask("GET", "/fleet");
  EXPECT_EQ(nobody.status, 401);
  EXPECT_EQ(http::find_header(nobody.headers, "www-authenticate"),
            R"(Bearer realm="signalbox-admin")");
  EXPECT_EQ(status_with("sbx_wrong", "GET", "/fleet"), 401);
  EXPECT_EQ(status_with(kViewerKey, "GET", "/fleet"), 200);
  EXPECT_EQ(status_with(kViewerKey, "POST", "/reload"), 403);
  EXPECT_EQ(status_with(kOperatorKey, "GET", "/metrics"), 200);
  EXPECT_EQ(status_with(kOperatorKey, "POST", "/reload"), 422) << "let in, and refused by itself";
  allow(nullptr);
  EXPECT_EQ(ask("GET", "/fleet").status, 200) << "roles follow a reload";
}

TEST_F(AdminPage, whether_it_lives_and_is_ready_is_no_secret) {
  protect();
  EXPECT_EQ(ask("GET", "/healthz").status, 200);
  EXPECT_EQ(ask("GET", "/readyz").status, 200);
}

TEST_F(AdminPage, every_attempt_to_change_something_is_written_down_with_who_and_what_came_of_it) {
  ask("GET", "/fleet");
  ask("POST", "/reload");
  protect();
  const std::string price = R"({"unit":"cheap","usd_per_hour":2})";
  ask("POST", "/price", {{"authorization", "Bearer " + kOperatorKey}}, price);
  ask("POST", "/price", {{"authorization", "Bearer " + kViewerKey}}, price);
  ask("POST", "/price", {{"authorization", "Bearer sbx_wrong"}}, "a\nb");
  EXPECT_EQ(
      audited(),
      (std::vector<std::string>{
          R"(anybody who reaches the page: "POST /reload": 422 refused)",
          R"(operator alice by key: "POST /price {\"unit\":\"cheap\",\"usd_per_hour\":2}": 204 done)",
          R"(viewer grafana by key: "POST /price {\"unit\":\"cheap\",\"usd_per_hour\":2}": 403 )"
          "refused",
          R"(somebody with an unknown key: "POST /price a\nb": 401 refused)"}));
}

TEST_F(AdminPage, what_web_pages_make_browsers_send_is_refused) {
  EXPECT_EQ(ask("POST", "/reload", {{"origin", "https://example.com"}}).status, 403);
  EXPECT_EQ(ask("POST", "/reload", {{"host", "rebound.example:9901"}}).status, 403);
  EXPECT_EQ(ask("GET", "/fleet", {{"host", "rebound.example:9901"}}).status, 403);
  EXPECT_EQ(ask("GET", "/fleet", {{"host", "localhost:9901"}}).status, 200);
  EXPECT_EQ(audited().size(), 2U);
}

// Reached from elsewhere: over TLS, and known by certificates.
class AdminPageOverTls : public AdminRig {
 protected:
  AdminPageOverTls() {
    net::TlsServerOptions options;
    options.certificates = {authority_.issue(folder_, "server", {})};
    options.client_ca_file = ca_;
    options.client_certificate = net::ClientCertificate::kRequire;
    auto tls = net::TlsServer::make(options);
    EXPECT_TRUE(tls.ok()) << (tls.ok() ? "" : tls.error().message);
    admin_.use_tls(*tls);
    admin_.allow(std::make_shared<AdminRights>(AdminRights{
        .keys = {},
        .certificates = access::CertificateList(
            {{access::CertificateField::kCommonName, "grafana", "viewer"},
             {access::CertificateField::kName, "spiffe://example/alice", "operator"}})}));
    serve();
  }

  // The status line of the answer; something else where there was none.
  std::string ask(const std::string& method, const std::string& target, const net::TlsFiles& own) {
    asio::io_context io;
    const std::string got = http::testing::ask_over_tls(
        io, address_, {.ca_file = ca_, .own = own},
        method + " " + target +
            " HTTP/1.1\r\nHost: signalbox.example\r\nConnection: close\r\n\r\n");
    return got.substr(0, got.find("\r\n"));
  }
  net::TlsFiles certificate(const std::string& common_name, const std::string& names = "") {
    return authority_.issue(folder_, common_name, {.common_name = common_name, .names = names});
  }

  net::testing::ScratchFolder folder_;
  net::testing::Authority authority_;
  std::string ca_ = folder_.write("ca.pem", authority_.pem());
};

TEST_F(AdminPageOverTls, a_certificate_has_a_role_or_none) {
  const auto viewer = certificate("grafana");
  EXPECT_EQ(ask("GET", "/metrics", viewer), "HTTP/1.1 200 OK");
  EXPECT_EQ(ask("POST", "/reload", viewer), "HTTP/1.1 403 Forbidden");
  const auto alice = certificate("somebody", "URI:spiffe://example/alice");
  EXPECT_EQ(ask("POST", "/reload", alice), "HTTP/1.1 422 Unprocessable Entity");
  EXPECT_EQ(ask("GET", "/metrics", certificate("bob")), "HTTP/1.1 403 Forbidden");
  EXPECT_EQ(audited(),
            (std::vector<std::string>{
                R"(viewer grafana by certificate: "POST /reload": 403 refused)",
                R"(operator spiffe://example/alice by certificate: "POST /reload": 422 refused)"}));
}

TEST_F(AdminPageOverTls, without_a_certificate_of_ours_there_is_no_answer) {
  EXPECT_FALSE(ask("GET", "/healthz", {}).starts_with("HTTP"));
  const net::testing::Authority other("Another Authority");
  EXPECT_FALSE(
      ask("GET", "/metrics", other.issue(folder_, "other", {.common_name = "grafana", .names = ""}))
          .starts_with("HTTP"));
}

}  // namespace
}  // namespace signalbox::gateway
