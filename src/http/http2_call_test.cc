// SPDX-License-Identifier: Apache-2.0
//
// Calls over HTTP/2 to a server on a loop of its own that answers, or does what bad ones do.
#include "http/http2_call.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "http/client.h"
#include "http/http2_link.h"
#include "net/loop_thread.h"

namespace signalbox::http {
namespace {

class Answering final : public Http2Link {
 public:
  using Script = std::function<void(Http2Link&, wire::Http2Stream&)>;
  Answering(net::Stream stream, const Script& script)
      : Http2Link(std::move(stream), wire::Http2Role::kServer), script_(script) {}

 private:
  void on_refused(wire::Http2Stream& stream, const wire::ParseFailure& failure) override {
    ADD_FAILURE() << failure.message;
    session().release(stream);
  }
  void on_data(wire::Http2Stream& stream, std::string_view bytes) override {
    session().consumed(stream, bytes.size());
  }
  void on_end(wire::Http2Stream& stream) override { script_(*this, stream); }
  void on_closed(wire::Http2Stream& stream, wire::Http2Code) override { session().release(stream); }
  void on_link_end() override {}

  const Script& script_;
};

class Server {
 public:
  explicit Server(Answering::Script script)
      : script_(std::move(script)),
        loop_("server"),
        acceptor_(loop_.io(), {asio::ip::make_address("127.0.0.1"), 0}) {
    address = {"127.0.0.1", acceptor_.local_endpoint().port()};
    accept();
    loop_.start();
  }
  ~Server() { loop_.stop(); }

  core::Address address;

 private:
  void accept() {
    acceptor_.async_accept([this](error_code error, asio::ip::tcp::socket socket) {
      if (error) return;
      std::make_shared<Answering>(net::Stream(std::move(socket)), script_)->start_link();
      accept();
    });
  }

  const Answering::Script script_;
  net::LoopThread loop_;
  asio::ip::tcp::acceptor acceptor_;
};

Result<Response, ClientError> ask(const core::Address& address, Duration timeout = 5s,
                                  std::string body = {}) {
  CallOptions options;
  options.http2 = true;
  options.timeout = timeout;
  options.max_body = 1'000;
  return call_blocking(address, {"GET", "/health", {{"Connection", "close"}, {"X", "y"}}, body},
                       options);
}

TEST(Http2Call, an_answer_comes_whole) {
  Server server([](Http2Link& link, wire::Http2Stream& stream) {
    EXPECT_EQ(stream.request().target, "/health");
    EXPECT_NE(wire::find_field(stream.request().fields, "x"), nullptr);
    const wire::OwnField type{"content-type", "text/plain"};
    link.session().submit_response(stream, 200, {&type, 1}, false);
    link.session().send(stream, "well");
    link.session().end(stream);
  });
  const auto answer = ask(server.address, 5s, "a body");
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "well");
  EXPECT_EQ(find_header(answer->headers, "content-type"), "text/plain");
}

TEST(Http2Call, a_server_that_resets_has_not_answered) {
  Server server([](Http2Link& link, wire::Http2Stream& stream) {
    link.session().reset(stream, wire::Http2Code::kInternalError);
    link.session().release(stream);
  });
  const auto answer = ask(server.address);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().kind, ClientFailure::kReset);
}

TEST(Http2Call, a_server_that_vanishes_has_not_answered) {
  Server server([](Http2Link& link, wire::Http2Stream&) { link.cut_link(); });
  const auto answer = ask(server.address);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().kind, ClientFailure::kReset);
}

TEST(Http2Call, a_server_that_is_silent_is_not_waited_for) {
  Server server([](Http2Link&, wire::Http2Stream&) {});
  const auto answer = ask(server.address, 50ms);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().kind, ClientFailure::kTimeout);
}

TEST(Http2Call, an_answer_larger_than_allowed_is_not_read_to_its_end) {
  Server server([](Http2Link& link, wire::Http2Stream& stream) {
    link.session().submit_response(stream, 200, {}, false);
    link.session().send(stream, std::string(2'000, 'x'));
  });
  const auto answer = ask(server.address);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().kind, ClientFailure::kProtocol);
}

TEST(Http2Call, nobody_there_is_said_as_such) {
  core::Address gone;
  {
    gone = Server([](Http2Link&, wire::Http2Stream&) {}).address;
  }
  const auto answer = ask(gone);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().kind, ClientFailure::kConnect);
}

}  // namespace
}  // namespace signalbox::http
