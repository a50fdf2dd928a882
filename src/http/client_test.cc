// SPDX-License-Identifier: Apache-2.0
//
// The client against our server and against servers that break off, lie, hang or refuse. Client and
// its loop live on the test's thread; servers on theirs.
#include "http/client.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/prng.h"
#include "http/loopback.h"

namespace signalbox::http {
namespace {

using testing::LiveServer;

using Answer = Result<Response, ClientError>;
using ResponderPtr = std::shared_ptr<Responder>;

void echo(const Request& request, const ResponderPtr& responder) {
  responder->send({.headers = {{"X-Host", std::string(find_header(request.headers, "host"))}},
                   .body = request.method + " " + request.target + " " + request.body});
}

// A client whose calls complete one by one.
struct Caller {
  asio::io_context io;
  Client client{io};

  Answer call(const core::Address& address, const Request& request = {},
              const CallOptions& options = {}) {
    std::optional<Answer> answer;
    client.call(address, request, options, [&](Answer a) { answer = std::move(a); });
    EXPECT_FALSE(answer.has_value()) << "never from inside call()";
    io.restart();
    while (!answer) io.run_one();
    return *std::move(answer);
  }

  std::string body(const core::Address& address, const Request& request = {}) {
    const Answer answer = call(address, request);
    return answer.ok() ? answer->body : to_string(answer.error().kind) + std::string("!");
  }
};

std::string failure(const Answer& answer) {
  return answer.ok() ? "ok" : to_string(answer.error().kind);
}

// Accepts connections one after the other, reads a little, says its piece, and closes.
class CannedServer {
 public:
  explicit CannedServer(std::string reply, bool wait_for_request = true)
      : acceptor_(io_, {asio::ip::make_address("127.0.0.1"), 0}),
        thread_([this, reply = std::move(reply), wait_for_request] {
          for (;;) {
            asio::ip::tcp::socket socket(io_);
            error_code ec;
            acceptor_.accept(socket, ec);
            if (ec || stopping_) return;
            ++accepted_;
            std::array<char, 4096> buffer;
            if (wait_for_request) socket.read_some(asio::buffer(buffer), ec);
            asio::write(socket, asio::buffer(reply), ec);
            socket.shutdown(asio::ip::tcp::socket::shutdown_send, ec);
            while (socket.read_some(asio::buffer(buffer), ec) > 0) {
            }
          }
        }) {}
  ~CannedServer() {
    stopping_ = true;
    asio::ip::tcp::socket knock(io_);
    error_code ignored;
    knock.connect(acceptor_.local_endpoint(), ignored);
    thread_.join();
  }
  core::Address address() const { return {"127.0.0.1", acceptor_.local_endpoint().port()}; }
  int accepted() const { return accepted_; }

 private:
  asio::io_context io_;
  asio::ip::tcp::acceptor acceptor_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> accepted_ = 0;
  std::thread thread_;
};

TEST(Client, tells_of_a_streamed_answer_piece_by_piece_before_its_end) {
  ResponderPtr streaming;
  LiveServer server([&streaming](const Request&, const ResponderPtr& responder) {
    responder->start(200, {});
    responder->write("first");
    streaming = responder;  // the rest follows when the client has told of the first
  });
  Caller caller;
  std::string told;
  std::optional<Answer> answer;
  const CallOptions options{.on_body = [&](std::string_view piece) {
    EXPECT_FALSE(answer.has_value());
    if (told.empty()) {
      asio::post(server.io(), [&streaming] {
        streaming->write(" second");
        streaming->finish();
      });
    }
    told += piece;
  }};
  caller.client.call(server.address(), {}, options, [&](Answer a) { answer = std::move(a); });
  while (!answer) caller.io.run_one();
  ASSERT_TRUE(answer->ok());
  EXPECT_EQ(told, "first second");
  EXPECT_EQ((*answer)->body, "first second") << "the whole is there, too";
  server.on_loop([&streaming](Server&) { streaming.reset(); });
}

TEST(Client, sends_and_receives_whole_messages) {
  LiveServer server(echo);
  Caller caller;
  const Answer answer =
      caller.call(server.address(), {.method = "POST", .target = "/x?y", .body = "hello"});
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "POST /x?y hello");
  EXPECT_EQ(find_header(answer->headers, "x-host"), core::to_string(server.address()));
  EXPECT_EQ(caller.body(server.address(), {.method = "HEAD"}), "");
  EXPECT_EQ(caller.body(server.address(), {.method = "DELETE", .target = "/d"}), "DELETE /d ");
}

TEST(Client, resolves_names) {
  LiveServer server(echo);
  Caller caller;
  EXPECT_EQ(caller.body({"localhost", server.address().port}), "GET / ");
  const Answer unknown = caller.call({"no-such-host.invalid", 80});
  EXPECT_EQ(failure(unknown), "connect");
}

TEST(Client, keeps_and_reuses_connections) {
  LiveServer server(echo);
  Caller caller;
  for (int i = 0; i < 100; ++i) EXPECT_EQ(caller.body(server.address()), "GET / ");
  EXPECT_EQ(server.open_connections(), 1u);
  EXPECT_EQ(caller.client.idle_connections(), 1u);
}

TEST(Client, drops_idle_connections_that_the_server_closes) {
  LiveServer server(echo);
  Caller caller;
  EXPECT_EQ(caller.body(server.address()), "GET / ");
  server.on_loop([](Server& s) { s.reset(); });
  while (caller.client.idle_connections() > 0) caller.io.run_one();
}

TEST(Client, B52_drops_idle_connections_that_speak_unasked) {
  CannedServer server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
  Caller caller;
  EXPECT_EQ(caller.body(server.address()), "");
  while (caller.client.idle_connections() > 0) caller.io.run_one();
}

TEST(Client, retries_once_on_a_fresh_connection_when_a_reused_one_was_dead) {
  std::atomic<int> asked = 0;
  LiveServer server([&asked](const Request& request, const ResponderPtr& responder) {
    if (++asked == 2) return responder->reset();
    echo(request, responder);
  });
  Caller caller;
  EXPECT_EQ(caller.body(server.address()), "GET / ");
  EXPECT_EQ(caller.body(server.address(), {.target = "/again"}), "GET /again ");
  EXPECT_EQ(asked, 3);
}

TEST(Client, does_not_retry_on_a_fresh_connection_nor_twice) {
  std::atomic<int> asked = 0;
  LiveServer server([&asked](const Request& request, const ResponderPtr& responder) {
    if (++asked > 1) return responder->reset();
    echo(request, responder);
  });
  Caller caller;
  EXPECT_EQ(caller.body(server.address()), "GET / ");
  EXPECT_EQ(caller.body(server.address()), "reset!") << "dead, retried, dead again";
  EXPECT_EQ(asked, 3);
  EXPECT_EQ(caller.body(server.address()), "reset!");
  EXPECT_EQ(asked, 4);
}

TEST(Client, names_what_failed_and_where) {
  Caller caller;
  core::Address nobody{"127.0.0.1", 0};
  {
    LiveServer server(echo);
    nobody = server.address();
  }
  const Answer refused = caller.call(nobody);
  EXPECT_EQ(failure(refused), "connect");
  EXPECT_EQ(refused.error().message,
            core::to_string(nobody) + " cannot be connected to: Connection refused");

  LiveServer hanging([](const Request&, const ResponderPtr&) {});
  const Answer late = caller.call(hanging.address(), {}, {.timeout = 20ms});
  EXPECT_EQ(failure(late), "timeout");
  EXPECT_EQ(late.error().message, core::to_string(hanging.address()) + " did not answer in time");
  hanging.wait_until([](Server& s) { return s.open_connections() == 0; });
}

TEST(Client, gives_up_connecting_after_its_time) {
  asio::io_context io;
  asio::ip::tcp::acceptor full(io, {asio::ip::make_address("127.0.0.1"), 0});
  full.listen(0);  // room for one connection that nobody accepts
  std::vector<asio::ip::tcp::socket> fillers;
  for (int i = 0; i < 2; ++i) {
    fillers.emplace_back(io).async_connect(full.local_endpoint(), [](error_code) {});
  }
  Caller caller;
  const Answer answer = caller.call({"127.0.0.1", full.local_endpoint().port()}, {},
                                    {.timeout = 10s, .connect_timeout = 30ms});
  EXPECT_EQ(failure(answer), "connect") << answer.error().message;
}

TEST(Client, tells_lies_from_answers) {
  Caller caller;
  for (const auto lie :
       {"SSH-2.0-x\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nhi",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    CannedServer server(lie);
    EXPECT_EQ(failure(caller.call(server.address())), "protocol") << lie;
  }
}

TEST(Client, tells_a_cut_answer_from_one_that_ends_with_its_connection) {
  Caller caller;
  CannedServer cut("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell");
  EXPECT_EQ(failure(caller.call(cut.address())), "reset");
  CannedServer silent("");
  EXPECT_EQ(failure(caller.call(silent.address())), "reset");
  CannedServer old("HTTP/1.0 200 OK\r\n\r\nhello");
  EXPECT_EQ(caller.body(old.address()), "hello");
  EXPECT_EQ(caller.body(old.address()), "hello");
  EXPECT_EQ(old.accepted(), 2);
}

TEST(Client, takes_an_answer_that_comes_before_the_request_is_out) {
  CannedServer early("HTTP/1.1 413 No\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno", false);
  Caller caller;
  const Answer answer =
      caller.call(early.address(), {.method = "POST", .body = std::string(4'000'000, 'x')});
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(answer->status, 413);
}

TEST(Client, bounds_what_it_takes_in) {
  LiveServer server([](const Request&, const ResponderPtr& responder) {
    responder->send({.body = std::string(100'000, 'x')});
  });
  Caller caller;
  EXPECT_EQ(failure(caller.call(server.address(), {}, {.max_body = 1000})), "protocol");
  EXPECT_EQ(failure(caller.call(server.address(), {}, {.max_body = 100'000})), "ok");
}

TEST(Client, close_cancels_without_calling_back) {
  LiveServer hanging([](const Request&, const ResponderPtr&) {});
  Caller caller;
  auto kept = std::make_shared<int>();
  for (int i = 0; i < 3; ++i) {
    caller.client.call(hanging.address(), {}, {}, [kept](const Answer&) { FAIL() << "cancelled"; });
  }
  EXPECT_EQ(caller.client.calls_in_flight(), 3u);
  hanging.wait_until([](Server& s) { return s.open_connections() == 3; });
  caller.io.poll();  // the requests are out
  caller.client.close();
  EXPECT_EQ(caller.client.calls_in_flight(), 0u);
  caller.client.call(hanging.address(), {}, {}, [kept](const Answer&) { FAIL() << "closed"; });
  caller.io.run();  // ends, because nothing is left to do
  EXPECT_EQ(kept.use_count(), 1);
}

TEST(Client, can_be_destroyed_in_a_callback_and_with_calls_in_flight) {
  LiveServer server([](const Request& request, const ResponderPtr& responder) {
    if (request.path() != "/hang") echo(request, responder);
  });
  asio::io_context io;
  auto client = std::make_unique<Client>(io);
  int called = 0;
  client->call(server.address(), {.target = "/hang"}, {},
               [](const Answer&) { FAIL() << "destroyed"; });
  for (int i = 0; i < 3; ++i) {
    client->call(server.address(), {}, {}, [&](const Answer&) {
      ++called;
      client.reset();
    });
  }
  io.run();
  EXPECT_EQ(called, 1);
}

TEST(Client, a_callback_may_call_again_and_finds_its_connection_free) {
  LiveServer server(echo);
  asio::io_context io;
  Client client(io);
  int left = 1000;
  std::function<void()> next = [&] {
    client.call(server.address(), {}, {}, [&](const Answer& answer) {
      EXPECT_TRUE(answer.ok());
      --left > 0 ? next() : client.close();
    });
  };
  next();
  while (left > 0) io.run_one();
  EXPECT_LE(server.open_connections(), 1u);
}

// Thousands of calls, side by side, against a server that answers, streams, hangs up and resets at
// random: every call ends in one callback, nothing is left over.
TEST(Client, survives_thousands_of_calls_and_abrupt_resets) {
  constexpr int kCalls = 4000, kSideBySide = 64;
  auto prng = std::make_shared<Prng>(42);
  LiveServer server([prng](const Request& request, const ResponderPtr& responder) {
    switch (prng->below(8)) {
      case 0:
        return responder->reset();
      case 1:
        responder->start(200, {});
        responder->write("part");
        return responder->reset();
      case 2:
        responder->start(200, {});
        for (int i = 0; i < 10; ++i) responder->write(std::string(1000, 'x'));
        return responder->finish();
      case 3:
        return responder->send({.headers = {{"Connection", "close"}}, .body = "bye"});
      default:
        return echo(request, responder);
    }
  });
  asio::io_context io;
  Client client(io);
  int begun = 0, answered = 0, failed = 0;
  std::function<void()> next = [&] {
    ++begun;
    client.call(server.address(), {.method = "POST", .body = std::string(2000, 'y')}, {},
                [&](const Answer& answer) {
                  answer.ok() ? ++answered : ++failed;
                  EXPECT_TRUE(answer.ok() || failure(answer) == "reset") << failure(answer);
                  if (begun < kCalls) next();
                });
  };
  while (begun < kSideBySide) next();
  while (answered + failed < kCalls) io.run_one();
  EXPECT_EQ(begun, kCalls);
  EXPECT_GT(answered, kCalls / 2);
  EXPECT_GT(failed, kCalls / 50);
  EXPECT_EQ(client.calls_in_flight(), 0u);
  EXPECT_LE(client.idle_connections(), static_cast<std::size_t>(kSideBySide));
}

TEST(Client, a_streamed_body_is_handed_out_and_neither_kept_nor_bounded) {
  LiveServer server([](const Request& request, const ResponderPtr& responder) {
    responder->start(request.target == "/watch" ? 200 : 410, {});
    for (int i = 0; i < 5; ++i) responder->write("0123456789");
    responder->finish();
  });
  Caller caller;
  std::string streamed;
  CallOptions options{.max_body = 20, .stream_body = true};
  options.on_body = [&](std::string_view piece) { streamed += piece; };
  const Answer answer = caller.call(server.address(), {.target = "/watch"}, options);
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(answer->body, "");
  EXPECT_EQ(streamed.size(), 50u);
  options.max_body = 50;
  const Answer gone = caller.call(server.address(), {.target = "/gone"}, options);
  ASSERT_TRUE(gone.ok()) << gone.error().message;
  EXPECT_EQ(gone->status, 410);
  EXPECT_EQ(gone->body.size(), 50u) << "an answer that is no stream comes whole";
  EXPECT_EQ(streamed.size(), 50u);
}

TEST(Client, one_call_of_several_is_cancelled) {
  LiveServer server([](const Request& request, const ResponderPtr& responder) {
    if (request.target == "/hangs") return responder->start(200, {});
    echo(request, responder);
  });
  Caller caller;
  const CallId id = caller.client.call(server.address(), {.target = "/hangs"}, {},
                                       [](const Answer&) { FAIL() << "it was cancelled"; });
  EXPECT_EQ(caller.body(server.address(), {.target = "/other"}), "GET /other ");
  EXPECT_EQ(caller.client.calls_in_flight(), 1u);
  caller.client.cancel(id);
  caller.client.cancel(id);
  EXPECT_EQ(caller.client.calls_in_flight(), 0u);
  EXPECT_EQ(caller.body(server.address(), {.target = "/more"}), "GET /more ");
}

TEST(Client, call_blocking_runs_one_call_to_its_end) {
  LiveServer server(echo);
  const Answer answer = call_blocking(server.address(), {.target = "/tool"});
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(answer->body, "GET /tool ");
  EXPECT_EQ(failure(call_blocking({"127.0.0.1", 1}, {})), "connect");
}

}  // namespace
}  // namespace signalbox::http
