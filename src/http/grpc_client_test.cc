// SPDX-License-Identifier: Apache-2.0
//
// Calls to the server of this room, on one loop with it: what one of them says the other hears.
#include "http/grpc_client.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/grpc_server.h"
#include "net/test_certificates.h"

namespace signalbox::http {
namespace {

using wire::GrpcCode;

// Says every message back; ends when the caller does, or as it is told to.
class Echo final : public GrpcHandler {
 public:
  Echo(std::shared_ptr<GrpcCall> call, int& cancelled)
      : call_(std::move(call)), cancelled_(cancelled) {}
  bool on_message(std::string_view message) override {
    if (message == "fail") {
      call_->finish({GrpcCode::kNotFound, "there is no \"fail\" here: 100 %"});
    } else if (message != "silence") {
      call_->send(message);
    }
    return true;
  }
  void on_end() override { call_->finish(); }
  void on_cancelled() override { ++cancelled_; }

 private:
  std::shared_ptr<GrpcCall> call_;
  int& cancelled_;
};

class GrpcClient : public ::testing::Test {
 protected:
  void serve(std::shared_ptr<const net::TlsServer> tls = nullptr) {
    server_.emplace(io_, GrpcLimits{}, std::move(tls));
    server_->on("/test.Echo/Say", [this](std::shared_ptr<GrpcCall> call) {
      seen_ = call->metadata("x-seen");
      return std::make_unique<Echo>(std::move(call), cancelled_);
    });
    address_ = *server_->listen({"127.0.0.1", 0});
  }
  std::shared_ptr<GrpcClientCall> call(const GrpcCallOptions& options = {},
                                       const std::string& path = "/test.Echo/Say") {
    return GrpcClientCall::start(
        io_, address_, path, options,
        {.on_open = {},
         .on_message = [this](std::string_view message) { heard_.emplace_back(message); },
         .on_end = [this](wire::GrpcStatus status) { ended_ = std::move(status); }});
  }
  // Turns the loop until it is so; a call that never gets there is stopped by the test's time
  // limit.
  void until(const std::function<bool()>& enough) {
    while (!enough()) io_.run_one();
  }
  wire::GrpcStatus end() {
    until([this] { return ended_.has_value(); });
    return *ended_;
  }

  asio::io_context io_;
  std::optional<GrpcServer> server_;
  core::Address address_;
  std::vector<std::string> heard_;
  std::optional<wire::GrpcStatus> ended_;
  std::string seen_;
  int cancelled_ = 0;
};

TEST_F(GrpcClient, messages_go_both_ways_for_as_long_as_both_like) {
  serve();
  const auto asked = call({.metadata = {{"x-seen", "yes"}}});
  asked->send("before it is connected");
  until([this] { return heard_.size() == 1; });
  asked->send("");
  asked->send(std::string(300'000, 'x'));
  until([this] { return heard_.size() == 3; });
  EXPECT_EQ(heard_[0], "before it is connected");
  EXPECT_EQ(heard_[1], "");
  EXPECT_EQ(heard_[2].size(), 300'000U);
  EXPECT_EQ(seen_, "yes");
  EXPECT_FALSE(ended_);
  asked->close_send();
  EXPECT_EQ(end().code, GrpcCode::kOk);
  EXPECT_TRUE(asked->over());
  asked->send("to nobody");
  EXPECT_EQ(asked->queued(), 0U);
}

TEST_F(GrpcClient, a_failure_comes_with_its_words) {
  serve();
  call()->send("fail");
  EXPECT_EQ(end().code, GrpcCode::kNotFound);
  EXPECT_EQ(ended_->message, "there is no \"fail\" here: 100 %");
}

TEST_F(GrpcClient, a_method_that_is_not_there_is_unimplemented) {
  serve();
  call({}, "/test.Echo/Shout");
  EXPECT_EQ(end().code, GrpcCode::kUnimplemented);
}

TEST_F(GrpcClient, a_call_ends_with_its_time) {
  serve();
  call({.timeout = 30ms})->send("silence");
  EXPECT_EQ(end().code, GrpcCode::kDeadlineExceeded);
}

TEST_F(GrpcClient, nobody_there_is_unavailable_and_says_where) {
  serve();
  server_.reset();
  call();
  EXPECT_EQ(end().code, GrpcCode::kUnavailable);
  EXPECT_NE(ended_->message.find(core::to_string(address_)), std::string::npos) << ended_->message;
}

TEST_F(GrpcClient, a_server_that_ends_takes_the_call_along) {
  serve();
  call()->send("hello");
  until([this] { return heard_.size() == 1; });
  server_.reset();
  EXPECT_EQ(end().code, GrpcCode::kUnavailable);
}

TEST_F(GrpcClient, one_that_is_cancelled_says_nothing_more_and_the_server_hears_of_it) {
  serve();
  const auto asked = call();
  asked->send("hello");
  until([this] { return heard_.size() == 1; });
  asked->cancel();
  until([this] { return cancelled_ == 1; });
  EXPECT_FALSE(ended_);
}

TEST_F(GrpcClient, a_message_larger_than_allowed_ends_the_call) {
  serve();
  call({.max_message = 10})->send("more than ten bytes");
  EXPECT_EQ(end().code, GrpcCode::kResourceExhausted);
}

TEST_F(GrpcClient, over_tls_both_show_who_they_are) {
  const net::testing::ScratchFolder folder;
  const net::testing::Authority ours, others;
  const std::string ca = folder.write("ca.pem", ours.pem());
  serve(*net::TlsServer::make({.certificates = {ours.issue(folder, "server", {})},
                               .alpn = {"h2"},
                               .client_ca_file = ca,
                               .client_certificate = net::ClientCertificate::kRequire}));
  const auto asking = [&](const std::string& ca_file) {
    return *net::TlsClient::make(
        {.ca_file = ca_file, .own = ours.issue(folder, "client", {}), .alpn = {"h2"}});
  };
  call({.tls = asking(ca), .server_name = "localhost"})->send("hello");
  until([this] { return !heard_.empty() || ended_; });
  EXPECT_EQ(heard_.size(), 1U) << (ended_ ? ended_->message : "");
  ended_.reset();
  call({.tls = asking(folder.write("others.pem", others.pem())), .server_name = "localhost"})
      ->send("hello");
  EXPECT_EQ(end().code, GrpcCode::kUnavailable);
}

}  // namespace
}  // namespace signalbox::http
