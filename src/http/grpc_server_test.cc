// SPDX-License-Identifier: Apache-2.0
//
// The server on a loop of its own, and a caller that says exactly what a test wants said.
#include "http/grpc_server.h"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <string_view>
#include <vector>

#include "http/grpc_caller.h"
#include "net/loop_thread.h"

namespace signalbox::http {
namespace {

using wire::GrpcCode;

// Sends every message back, one at a time, and says how it ended.
class Echo final : public GrpcHandler {
 public:
  Echo(std::shared_ptr<GrpcCall> call, std::promise<void>* cancelled)
      : call_(std::move(call)), cancelled_(cancelled) {}
  bool on_message(std::string_view message) override {
    call_->send(message);
    return true;
  }
  void on_end() override { call_->finish(); }
  void on_cancelled() override {
    if (cancelled_ != nullptr) cancelled_->set_value();
  }

 private:
  std::shared_ptr<GrpcCall> call_;
  std::promise<void>* cancelled_;
};

class Live {
 public:
  explicit Live(GrpcLimits limits = {}) : loop_("grpc"), server_(loop_.io(), limits) {
    server_.on("/t.T/Upper",
               unary([](std::string_view request) -> Result<std::string, wire::GrpcStatus> {
                 if (request == "bad") {
                   return wire::GrpcStatus{GrpcCode::kInvalidArgument, "not \xc3\xa4 word"};
                 }
                 std::string out(request);
                 for (char& c : out) c = static_cast<char>(std::toupper(c));
                 return out;
               }));
    server_.on("/t.T/Echo", [this](std::shared_ptr<GrpcCall> call) {
      return std::make_unique<Echo>(std::move(call), &cancelled);
    });
    const auto bound = server_.listen({"127.0.0.1", 0});
    EXPECT_TRUE(bound.ok());
    address = *bound;
  }
  ~Live() { loop_.stop(); }

  void start() { loop_.start(); }
  GrpcServer& server() { return server_; }
  asio::io_context& io() { return loop_.io(); }

  core::Address address;
  std::promise<void> cancelled;

 private:
  net::LoopThread loop_;
  GrpcServer server_;
};

TEST(GrpcServer, a_unary_call_is_answered) {
  Live live;
  live.start();
  Caller caller(live.address);
  const Heard& heard = caller.ask("/t.T/Upper", "word");
  EXPECT_EQ(heard.http_status, 200);
  EXPECT_EQ(heard.messages, std::vector<std::string>{"WORD"});
  EXPECT_EQ(heard.status->code, GrpcCode::kOk);
}

TEST(GrpcServer, a_failure_is_told_with_its_reason) {
  Live live;
  live.start();
  Caller caller(live.address);
  const Heard& heard = caller.ask("/t.T/Upper", "bad");
  EXPECT_TRUE(heard.messages.empty());
  EXPECT_EQ(heard.status->code, GrpcCode::kInvalidArgument);
  EXPECT_EQ(heard.status->message, "not \xc3\xa4 word");
}

TEST(GrpcServer, a_method_that_is_not_there_is_unimplemented) {
  Live live;
  live.start();
  Caller caller(live.address);
  const Heard& heard = caller.ask("/t.T/Missing", "x");
  EXPECT_EQ(heard.status->code, GrpcCode::kUnimplemented);
  EXPECT_EQ(heard.status->message, "there is no method /t.T/Missing here");
}

TEST(GrpcServer, what_is_no_grpc_is_told_so_in_http) {
  Live live;
  live.start();
  Caller caller(live.address);
  wire::Http2Stream& stream = caller.call("/t.T/Upper", {}, "application/json");
  caller.session().end(stream);
  EXPECT_EQ(caller.finished(stream).http_status, 415);
}

TEST(GrpcServer, both_sides_of_a_stream_take_turns) {
  Live live;
  live.start();
  Caller caller(live.address);
  wire::Http2Stream& stream = caller.call("/t.T/Echo");
  Heard& heard = caller.heard[stream.id()];
  for (std::size_t i = 0; i < 5; ++i) {
    caller.say(stream, std::to_string(i));
    caller.until([&] { return heard.messages.size() == i + 1; });
  }
  EXPECT_FALSE(heard.status.has_value());
  caller.session().end(stream);
  EXPECT_EQ(caller.finished(stream).status->code, GrpcCode::kOk);
  EXPECT_EQ(heard.messages, (std::vector<std::string>{"0", "1", "2", "3", "4"}));
}

TEST(GrpcServer, large_messages_travel_both_ways_in_many_frames) {
  Live live;
  live.start();
  Caller caller(live.address);
  const std::string large(3'000'000, 'm');
  const Heard& heard = caller.ask("/t.T/Echo", large);
  ASSERT_EQ(heard.messages.size(), 1U);
  EXPECT_EQ(heard.messages[0], large);
}

TEST(GrpcServer, many_calls_share_a_connection) {
  Live live;
  live.start();
  Caller caller(live.address);
  std::vector<wire::Http2Stream*> streams;
  for (int i = 0; i < 90; ++i) {
    wire::Http2Stream& stream = caller.call("/t.T/Upper");
    caller.say(stream, "call");
    caller.session().end(stream);
    streams.push_back(&stream);
  }
  EXPECT_TRUE(caller.until([&] {
    std::size_t done = 0;
    for (const auto& [id, heard] : caller.heard) done += heard.status.has_value() ? 1U : 0U;
    return done == 90;
  }));
}

TEST(GrpcServer, a_message_larger_than_allowed_ends_the_call) {
  GrpcLimits limits;
  limits.max_message = 1'000;
  Live live(limits);
  live.start();
  Caller caller(live.address);
  const Heard& heard = caller.ask("/t.T/Echo", std::string(1'001, 'x'));
  EXPECT_EQ(heard.status->code, GrpcCode::kResourceExhausted);
}

TEST(GrpcServer, a_compressed_message_is_unimplemented) {
  Live live;
  live.start();
  Caller caller(live.address);
  wire::Http2Stream& stream = caller.call("/t.T/Upper");
  std::string message = framed("x");
  message[0] = 1;
  caller.session().send(stream, message);
  caller.session().end(stream);
  EXPECT_EQ(caller.finished(stream).status->code, GrpcCode::kUnimplemented);
}

TEST(GrpcServer, a_request_cut_inside_a_message_is_no_request) {
  Live live;
  live.start();
  Caller caller(live.address);
  wire::Http2Stream& stream = caller.call("/t.T/Upper");
  caller.session().send(stream, framed("cut").substr(0, 6));
  caller.session().end(stream);
  EXPECT_EQ(caller.finished(stream).status->code, GrpcCode::kInternal);
}

TEST(GrpcServer, a_call_whose_time_is_up_ends_there) {
  Live live;
  live.start();
  Caller caller(live.address);
  wire::Http2Stream& stream = caller.call("/t.T/Echo", {{"grpc-timeout", "20m"}});
  EXPECT_EQ(caller.finished(stream).status->code, GrpcCode::kDeadlineExceeded);
  live.cancelled.get_future().wait();
}

TEST(GrpcServer, a_cancelled_call_is_told_to_its_method) {
  Live live;
  live.start();
  Caller caller(live.address);
  wire::Http2Stream& stream = caller.call("/t.T/Echo");
  caller.say(stream, "x");
  Heard& heard = caller.heard[stream.id()];
  caller.until([&] { return !heard.messages.empty(); });
  caller.session().reset(stream, wire::Http2Code::kCancel);
  caller.send();
  live.cancelled.get_future().wait();
}

TEST(GrpcServer, a_caller_that_vanishes_is_told_to_its_method) {
  Live live;
  live.start();
  {
    Caller caller(live.address);
    wire::Http2Stream& stream = caller.call("/t.T/Echo");
    caller.say(stream, "x");
    Heard& heard = caller.heard[stream.id()];
    caller.until([&] { return !heard.messages.empty(); });
  }
  live.cancelled.get_future().wait();
}

// Takes one message, then nothing until it is told to.
class Slow final : public GrpcHandler {
 public:
  Slow(std::shared_ptr<GrpcCall> call, std::promise<std::shared_ptr<GrpcCall>>& paused)
      : call_(std::move(call)), paused_(paused) {}
  bool on_message(std::string_view) override {
    if (++taken_ == 1) paused_.set_value(call_);
    return taken_ > 1;
  }
  void on_end() override {
    call_->send(std::to_string(taken_));
    call_->finish();
  }

 private:
  std::shared_ptr<GrpcCall> call_;
  std::promise<std::shared_ptr<GrpcCall>>& paused_;
  int taken_ = 0;
};

TEST(GrpcServer, B39_a_method_that_takes_no_more_slows_its_caller_and_loses_nothing) {
  std::promise<std::shared_ptr<GrpcCall>> paused;
  net::LoopThread loop("slow");
  GrpcServer server(loop.io());
  server.on("/t.T/Slow", [&](std::shared_ptr<GrpcCall> call) {
    return std::make_unique<Slow>(std::move(call), paused);
  });
  const auto bound = server.listen({"127.0.0.1", 0});
  ASSERT_TRUE(bound.ok());
  loop.start();
  Caller caller(*bound);
  wire::Http2Stream& stream = caller.call("/t.T/Slow");
  for (int i = 0; i < 100; ++i) caller.say(stream, std::string(10'000, 'x'));
  caller.session().end(stream);
  caller.send();
  const auto call = paused.get_future().get();
  // No window opens beyond what the first message took of it.
  EXPECT_GE(stream.queued(), 1'000'000U - 64U * 1024 - 2 * 10'005U);
  asio::post(loop.io(), [call] { call->resume(); });
  const Heard& heard = caller.finished(stream);
  EXPECT_EQ(heard.messages, std::vector<std::string>{"100"});
  loop.stop();
}

TEST(GrpcServer, an_old_connection_is_told_to_come_anew_and_its_calls_have_time_to_end) {
  GrpcLimits limits;
  limits.connection_age = 5ms;
  limits.connection_grace = 1h;
  Live live(limits);
  live.start();
  Caller caller(live.address);
  wire::Http2Stream& stream = caller.call("/t.T/Echo");
  caller.until([&] { return caller.goaway.has_value(); });
  EXPECT_EQ(caller.goaway, wire::Http2Code::kNoError);
  caller.say(stream, "late");
  caller.session().end(stream);
  EXPECT_EQ(caller.finished(stream).status->code, GrpcCode::kOk);
}

TEST(GrpcServer, a_call_that_outlives_its_old_connections_grace_is_cut) {
  GrpcLimits limits;
  limits.connection_age = 5ms;
  limits.connection_grace = 5ms;
  Live live(limits);
  live.start();
  Caller caller(live.address);
  caller.call("/t.T/Echo");
  EXPECT_FALSE(caller.until([] { return false; }));
  live.cancelled.get_future().wait();
}

TEST(GrpcServer, closing_lets_begun_calls_finish) {
  Live live;
  live.start();
  Caller caller(live.address);
  wire::Http2Stream& stream = caller.call("/t.T/Echo");
  caller.say(stream, "begun");
  Heard& heard = caller.heard[stream.id()];
  caller.until([&] { return !heard.messages.empty(); });
  asio::post(live.io(), [&] { live.server().close(); });
  caller.until([&] { return caller.goaway.has_value(); });
  EXPECT_EQ(caller.goaway, wire::Http2Code::kNoError);
  caller.say(stream, "more");
  caller.session().end(stream);
  EXPECT_EQ(caller.finished(stream).status->code, GrpcCode::kOk);
  EXPECT_EQ(heard.messages, (std::vector<std::string>{"begun", "more"}));
}

}  // namespace
}  // namespace signalbox::http
