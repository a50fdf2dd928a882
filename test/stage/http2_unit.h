// SPDX-License-Identifier: Apache-2.0
//
// A unit that speaks HTTP/2 and does with each request what a test says. Its script runs on the
// unit's own loop; what it does not answer stays open. Health probes are answered by themselves.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/unit.h"
#include "http/http2_link.h"
#include "http/message.h"
#include "net/loop_thread.h"

namespace signalbox::stage {

class Http2Unit;

// A request that has come whole.
struct Http2Incoming {
  http::Http2Link& link;
  wire::Http2Stream& stream;
  std::string body;

  std::string header(std::string_view name) const {
    const auto* field = wire::find_field(stream.request().fields, name);
    return field == nullptr ? std::string() : std::string(field->value);
  }
  std::string path() const { return std::string(stream.request().target); }
  // A head, with more to come: send() and end() on the link's session.
  void begin(int status, std::vector<wire::OwnField> fields = {}) {
    link.session().submit_response(stream, status, fields, false);
  }
  void answer(std::string_view text, std::vector<wire::OwnField> trailers = {},
              std::vector<wire::OwnField> fields = {}) {
    begin(200, std::move(fields));
    link.session().send(stream, text);
    link.session().end(stream, trailers);
  }
};

class Http2Unit {
 public:
  // On the unit's loop. At the request's end, or with `at_head` when its head has come.
  using Script = std::function<void(Http2Incoming&)>;

  explicit Http2Unit(Script script, bool at_head = false, const wire::Http2Limits& limits = {})
      : script_(std::move(script)),
        at_head_(at_head),
        limits_(limits),
        loop_("http2-unit"),
        acceptor_(loop_.io(), {asio::ip::make_address("127.0.0.1"), 0}) {
    address_ = {"127.0.0.1", acceptor_.local_endpoint().port()};
    accept();
    loop_.start();
  }
  ~Http2Unit() {
    loop_.stop();
    for (const auto& connection : connections_) {
      if (const auto alive = connection.lock()) alive->cut_link();
    }
  }

  const core::Address& address() const { return address_; }
  int requests() const { return requests_.load(); }
  int connections() const { return accepted_.load(); }
  // Requests that the other side gave up.
  int cancelled() const { return cancelled_.load(); }

  // Runs on the unit's loop with every open connection, and waits for it.
  void on_each(const std::function<void(http::Http2Link&)>& action) {
    std::promise<void> done;
    asio::post(loop_.io(), [&] {
      for (const auto& connection : connections_) {
        const auto alive = connection.lock();
        if (alive && alive->link_open()) action(*alive);
      }
      done.set_value();
    });
    done.get_future().get();
  }

 private:
  class Connection final : public http::Http2Link {
   public:
    Connection(net::Stream stream, Http2Unit& unit)
        : Http2Link(std::move(stream), wire::Http2Role::kServer, unit.limits_), unit_(unit) {}

   private:
    void on_request(wire::Http2Stream& stream, bool) override {
      if (unit_.at_head_) run(stream);
    }
    void on_refused(wire::Http2Stream& stream, const wire::ParseFailure& failure) override {
      ADD_FAILURE() << "the gateway sent what is refused: " << failure.message;
      session().release(stream);
    }
    void on_data(wire::Http2Stream& stream, std::string_view bytes) override {
      bodies_[stream.id()] += bytes;
      session().consumed(stream, bytes.size());
    }
    void on_end(wire::Http2Stream& stream) override {
      if (!unit_.at_head_) run(stream);
    }
    void on_closed(wire::Http2Stream& stream, wire::Http2Code code) override {
      if (code == wire::Http2Code::kCancel) ++unit_.cancelled_;
      bodies_.erase(stream.id());
      session().release(stream);
    }
    void on_link_end() override {}

    void run(wire::Http2Stream& stream) {
      Http2Incoming request{*this, stream, bodies_[stream.id()]};
      if (request.path() == "/health") return request.answer("well");
      ++unit_.requests_;
      unit_.script_(request);
      wake();
    }

    Http2Unit& unit_;
    std::map<std::int32_t, std::string> bodies_;
  };

  void accept() {
    acceptor_.async_accept([this](error_code error, asio::ip::tcp::socket socket) {
      if (error) return;
      ++accepted_;
      const auto connection = std::make_shared<Connection>(net::Stream(std::move(socket)), *this);
      connections_.push_back(connection);
      connection->start_link();
      accept();
    });
  }

  const Script script_;
  const bool at_head_;
  const wire::Http2Limits limits_;
  std::atomic<int> requests_{0};
  std::atomic<int> accepted_{0};
  std::atomic<int> cancelled_{0};
  core::Address address_;
  std::vector<std::weak_ptr<http::Http2Link>> connections_;
  net::LoopThread loop_;
  asio::ip::tcp::acceptor acceptor_;
};

}  // namespace signalbox::stage
