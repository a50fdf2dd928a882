// SPDX-License-Identifier: Apache-2.0
//
// The server against raw clients over real loopback sockets: well-behaved, rude, slow and vanishing
// ones, and a server that misbehaves on command.
#include "http/server.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "http/loopback.h"

namespace signalbox::http {
namespace {

using testing::exchange_bytes;
using testing::LiveServer;
using testing::RawClient;

using ResponderPtr = std::shared_ptr<Responder>;

void echo(const Request& request, const ResponderPtr& responder) {
  responder->send(
      {.headers = {{"X-Method", request.method}}, .body = request.target + "|" + request.body});
}

std::string ok(std::string_view method, std::string_view body) {
  return "HTTP/1.1 200 OK\r\nX-Method: " + std::string(method) +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

TEST(Server, answers_request_after_request_on_one_connection) {
  LiveServer server(echo);
  RawClient client(server.address());
  for (int i = 0; i < 3; ++i) {
    client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
    EXPECT_EQ(client.read_until("/a|hi"), ok("POST", "/a|hi"));
  }
  EXPECT_EQ(server.open_connections(), 1u);
}

TEST(Server, answers_pipelined_requests_in_order) {
  LiveServer server(echo);
  std::string requests, answers;
  for (int i = 0; i < 200; ++i) {
    requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    answers += ok("GET", "/" + std::to_string(i) + "|");
  }
  RawClient client(server.address());
  client.send(requests + "GET /end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.read_all(), answers +
                                   "HTTP/1.1 200 OK\r\nX-Method: GET\r\nContent-Length: 5\r\n"
                                   "Connection: close\r\n\r\n/end|");
}

TEST(Server, reads_a_request_that_comes_byte_by_byte) {
  LiveServer server(echo);
  RawClient client(server.address());
  for (const char c :
       std::string("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "2\r\nhi\r\n0\r\n\r\n")) {
    client.send({&c, 1});
  }
  EXPECT_EQ(client.read_until("|hi"), ok("POST", "/a|hi"));
}

TEST(Server, streams_chunked_and_to_old_clients_until_close) {
  LiveServer server([](const Request&, const ResponderPtr& responder) {
    responder->start(201, {{"Content-Type", "text/event-stream"}});
    for (const auto piece : {"one", "", "three"}) responder->write(piece);
    responder->finish();
  });
  RawClient client(server.address());
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.read_until("0\r\n\r\n"),
            "HTTP/1.1 201 Created\r\nContent-Type: text/event-stream\r\n"
            "Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n5\r\nthree\r\n0\r\n\r\n");
  EXPECT_EQ(exchange_bytes(server.address(), "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
            "HTTP/1.1 201 Created\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
            "onethree");
}

TEST(Server, keeps_the_connection_of_an_old_client_that_asks) {
  LiveServer server(echo);
  RawClient client(server.address());
  for (int i = 0; i < 2; ++i) {
    client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(client.read_until("/|"),
              "HTTP/1.1 200 OK\r\nX-Method: GET\r\nContent-Length: 2\r\n"
              "Connection: keep-alive\r\n\r\n/|");
  }
}

TEST(Server, sends_no_body_where_none_belongs) {
  LiveServer server([](const Request& request, const ResponderPtr& responder) {
    if (request.path() == "/stream") {
      responder->start(200, {});
      responder->write("hidden");
      return responder->finish();
    }
    responder->send({.status = request.path() == "/none" ? 204 : 200, .body = "hidden"});
  });
  RawClient client(server.address());
  client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n");
  client.send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  client.send("GET /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.read_all(), "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
}

TEST(Server, tells_a_waiting_client_to_continue) {
  LiveServer server(echo);
  RawClient client(server.address());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hi");
  EXPECT_EQ(client.read_until("|hi"), ok("POST", "/|hi"));
}

TEST(Server, refuses_malformed_requests_with_400_and_closes) {
  LiveServer server([](const Request&, const ResponderPtr&) { FAIL() << "not a request"; });
  const std::string answer =
      exchange_bytes(server.address(), "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\nmore");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 Bad Request\r\n")) << answer;
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(answer.ends_with(R"({"error":{"message":"Host is given more than once",)"
                               R"("type":"invalid_request_error","code":"bad_http"}})"))
      << answer;
}

TEST(Server, B13_refuses_a_large_body_with_413_that_the_client_can_read) {
  LiveServer server(echo, {.max_body = 10});
  const std::string body(200'000, 'x');
  const std::string answer = exchange_bytes(
      server.address(), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" + body);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 Payload Too Large\r\n")) << answer;
  EXPECT_TRUE(exchange_bytes(server.address(),
                             "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                             "b\r\n12345678901\r\n0\r\n\r\n")
                  .starts_with("HTTP/1.1 413"));
}

TEST(Server, B37_slow_heads_and_bodies_get_408) {
  LiveServer server(echo, {.header_timeout = 20ms, .body_timeout = 20ms});
  EXPECT_TRUE(exchange_bytes(server.address(), "GET / HT").starts_with("HTTP/1.1 408"));
  EXPECT_TRUE(
      exchange_bytes(server.address(), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel")
          .starts_with("HTTP/1.1 408"));
}

TEST(Server, closes_idle_connections_silently) {
  LiveServer server(echo, {.idle_timeout = 20ms});
  EXPECT_EQ(exchange_bytes(server.address(), ""), "");
}

TEST(Server, a_handler_that_never_answers_leaks_nothing_once_the_client_leaves) {
  std::promise<std::weak_ptr<Responder>> asked;
  std::vector<ResponderPtr> kept;
  LiveServer server([&](const Request& request, const ResponderPtr& responder) {
    if (request.path() == "/kept") kept.push_back(responder);
    responder->on_disconnect([responder] {});  // holds itself until told
    asked.set_value(responder);
  });
  for (const auto path : {"/dropped", "/kept"}) {
    RawClient client(server.address());
    client.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto responder = asked.get_future().get();
    EXPECT_FALSE(responder.expired());
    EXPECT_EQ(server.open_connections(), 1u);
    client.close();
    server.wait_until([](Server& s) { return s.open_connections() == 0; });
    server.on_loop([&](Server&) { kept.clear(); });
    EXPECT_TRUE(responder.expired()) << path;
    asked = {};
  }
}

TEST(Server, tells_when_the_client_leaves_before_the_answer) {
  std::promise<ResponderPtr> asked;
  std::promise<void> left;
  LiveServer server([&](const Request&, const ResponderPtr& responder) {
    responder->on_disconnect([&left] { left.set_value(); });
    asked.set_value(responder);
  });
  RawClient client(server.address());
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto responder = asked.get_future().get();
  client.close();
  left.get_future().get();

  std::promise<void> told_late;
  server.on_loop([&](Server&) {
    responder->send({.body = "too late"});
    responder->on_disconnect([&told_late] { told_late.set_value(); });
  });
  told_late.get_future().get();
}

TEST(Server, does_not_tell_of_clients_that_leave_after_the_answer) {
  std::atomic<int> told = 0;
  LiveServer server([&](const Request& request, const ResponderPtr& responder) {
    responder->on_disconnect([&told] { ++told; });
    echo(request, responder);
  });
  {
    RawClient client(server.address());
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(client.read_until("/|"), ok("GET", "/|"));
  }
  server.wait_until([](Server& s) { return s.open_connections() == 0; });
  EXPECT_EQ(told, 0);
}

TEST(Server, resets_on_command_before_and_amid_an_answer) {
  LiveServer server([](const Request& request, const ResponderPtr& responder) {
    if (request.path() == "/before") return responder->reset();
    responder->start(200, {});
    responder->write("part");
    if (request.path() == "/amid") responder->reset();
  });
  RawClient before(server.address());
  before.send("GET /before HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(before.read_all(), "");
  EXPECT_TRUE(before.was_reset());
  RawClient amid(server.address());
  amid.send("GET /amid HTTP/1.1\r\nHost: a\r\n\r\n");
  amid.read_all();
  EXPECT_TRUE(amid.was_reset());
}

TEST(Server, a_stale_responder_cannot_answer_the_next_request) {
  ResponderPtr first;
  LiveServer server([&first](const Request& request, const ResponderPtr& responder) {
    if (!first) {
      first = responder;
      return echo(request, responder);
    }
    first->send({.body = "stale"});
    first->reset();
    EXPECT_EQ(first->pending_bytes(), 0u);
    echo(request, responder);
  });
  RawClient client(server.address());
  for (int i = 0; i < 2; ++i) {
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(client.read_until("/|"), ok("GET", "/|"));
  }
}

TEST(Server, close_lets_the_answer_due_finish_and_drops_the_idle) {
  std::promise<ResponderPtr> asked;
  LiveServer server(
      [&](const Request&, const ResponderPtr& responder) { asked.set_value(responder); });
  RawClient idle(server.address());
  RawClient active(server.address());
  active.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto responder = asked.get_future().get();
  server.wait_until([](Server& s) { return s.open_connections() == 2; });
  server.on_loop([](Server& s) { s.close(); });
  EXPECT_EQ(idle.read_all(), "");
  EXPECT_THROW(RawClient refused(server.address()), boost::system::system_error);
  server.on_loop([&](Server&) { responder->send({.body = "done"}); });
  EXPECT_EQ(active.read_all(),
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\ndone");
  active.close();
  server.wait_until([](Server& s) { return s.open_connections() == 0; });
}

TEST(Server, reset_kills_every_connection_as_a_crash_would) {
  std::promise<ResponderPtr> asked;
  std::atomic<int> told = 0;
  LiveServer server([&](const Request&, const ResponderPtr& responder) {
    responder->on_disconnect([&told] { ++told; });
    asked.set_value(responder);
  });
  RawClient client(server.address());
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto responder = asked.get_future().get();
  server.on_loop([&](Server& s) {
    s.reset();
    EXPECT_EQ(s.open_connections(), 0u);
    responder->send({.body = "from the grave"});
    responder->write("more");
    responder->finish();
  });
  EXPECT_EQ(client.read_all(), "");
  EXPECT_TRUE(client.was_reset());
  EXPECT_EQ(told, 0) << "the server knows that it reset";
}

TEST(Server, can_be_destroyed_with_requests_in_flight) {
  std::vector<ResponderPtr> kept;
  net::LoopThread loop("doomed");
  auto server = std::make_unique<Server>(
      loop.io(), [&](const Request&, const ResponderPtr& responder) { kept.push_back(responder); });
  const auto address = server->listen({"127.0.0.1", 0});
  ASSERT_TRUE(address.ok());
  loop.start();
  RawClient half(*address), whole(*address), idle(*address);
  half.send("GET / HT");
  whole.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto on_loop = [&loop](const std::function<void()>& action) {
    std::promise<void> done;
    asio::post(loop.io(), [&] {
      action();
      done.set_value();
    });
    done.get_future().get();
  };
  for (bool asked = false; !asked;) on_loop([&] { asked = !kept.empty(); });
  on_loop([&] { server.reset(); });
  whole.read_all();
  EXPECT_TRUE(whole.was_reset());
  on_loop([&] {
    kept.front()->send({.body = "late"});
    kept.front()->on_disconnect([] { FAIL() << "nobody left"; });
    EXPECT_EQ(kept.front()->pending_bytes(), 0u);
  });
}

TEST(Server, a_handler_may_destroy_its_server) {
  net::LoopThread loop("suicide");
  std::unique_ptr<Server> server;
  std::promise<void> gone;
  server = std::make_unique<Server>(loop.io(), [&](const Request&, const ResponderPtr& responder) {
    server.reset();
    responder->send({.body = "nobody hears this"});
    gone.set_value();
  });
  const auto address = server->listen({"127.0.0.1", 0});
  ASSERT_TRUE(address.ok());
  loop.start();
  RawClient client(*address);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  gone.get_future().get();
  EXPECT_EQ(client.read_all(), "");
}

TEST(Server, a_slow_reader_shows_in_pending_bytes_and_gets_everything) {
  std::promise<ResponderPtr> asked;
  LiveServer server([&](const Request&, const ResponderPtr& responder) {
    responder->start(200, {});
    asked.set_value(responder);
  });
  RawClient client(server.address());
  client.send("GET / HTTP/1.0\r\n\r\n");
  const auto responder = asked.get_future().get();
  const std::string chunk(1'000'000, 'x');
  server.on_loop([&](Server&) {
    for (int i = 0; i < 16; ++i) responder->write(chunk);
    EXPECT_GT(responder->pending_bytes(), 0u);
    responder->finish();
  });
  const std::string answer = client.read_all();
  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, 16'000'000u);
}

TEST(Server, a_reader_that_stops_is_reset_after_the_write_timeout) {
  std::promise<void> left;
  LiveServer server(
      [&](const Request&, const ResponderPtr& responder) {
        responder->on_disconnect([&left] { left.set_value(); });
        responder->start(200, {});
        for (int i = 0; i < 32; ++i) responder->write(std::string(1'000'000, 'x'));
      },
      {.write_timeout = 50ms});
  RawClient client(server.address());
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  left.get_future().get();
  EXPECT_EQ(server.open_connections(), 0u);
}

TEST(Server, B79_pauses_accepting_when_descriptors_run_out) {
  LiveServer server(echo);
  RawClient client(server.address());
  server.wait_until([](Server& s) { return s.open_connections() == 1; });
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  asio::io_context io;
  asio::ip::tcp::socket waiting(io);
  waiting.open(asio::ip::tcp::v4());
  const rlimit none_left{static_cast<rlim_t>(waiting.native_handle()) + 1, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none_left), 0);
  waiting.connect({asio::ip::make_address("127.0.0.1"), server.address().port});
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.read_until("/|"), ok("GET", "/|")) << "those who are in are served";
  EXPECT_EQ(server.open_connections(), 1u);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  server.wait_until([](Server& s) { return s.open_connections() == 2; });
}

TEST(Server, says_why_it_cannot_listen) {
  asio::io_context io;
  Server first(io, echo), second(io, echo);
  const auto bound = first.listen({"localhost", 0});
  ASSERT_TRUE(bound.ok());
  EXPECT_EQ(bound->host, "127.0.0.1");
  EXPECT_NE(bound->port, 0);
  const auto taken = second.listen(*bound);
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(taken.error().message,
            "cannot listen on " + core::to_string(*bound) + ": Address already in use");
  EXPECT_FALSE(second.listen({"not-an-address", 80}).ok());
  EXPECT_TRUE(second.listen({"127.0.0.1", 0}).ok()) << "a failure leaves the server usable";
}

}  // namespace
}  // namespace signalbox::http
