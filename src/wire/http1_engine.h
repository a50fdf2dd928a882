// SPDX-License-Identifier: Apache-2.0
//
// What the two parsers share: Beast's grammar, driven line by line, its findings kept in storage
// that outlives the caller's buffer. Internal to the room; everyone else includes http1_parser.h.
#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "wire/http1_parser.h"
#include "wire/http1_scan.h"

namespace signalbox::wire {

template <bool kIsRequest>
class Engine {
 public:
  using Head = std::conditional_t<kIsRequest, RequestHead, ResponseHead>;

  explicit Engine(const ParserLimits& limits);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // What is known of a message before its first byte: to which request it is the answer.
  struct Answering {
    bool head = false;     // a HEAD
    bool upgrade = false;  // one that asked for another protocol
  };

  Result<std::size_t, ParseFailure> consume(std::string_view bytes);
  std::optional<ParseFailure> finish_eof();
  void reset(Answering answering);

  bool started() const { return started_; }
  bool head_done() const { return head_done_; }
  bool done() const { return done_; }
  const Head& head() const;
  const Framing& framing() const;
  std::uint64_t body_bytes() const { return body_bytes_; }

  BodySink sink;

 private:
  using Bytes = boost::beast::string_view;

  // Beast's callbacks, passed on. `ec` must be set for the parser to stop; which one does not
  // matter, because the engine has written down the reason.
  class Grammar final : public boost::beast::http::basic_parser<kIsRequest> {
   public:
    explicit Grammar(Engine& engine) : engine_(engine) {
      this->body_limit(boost::none);  // bodies are limited by the engine, and streamed anyway
      this->header_limit(std::numeric_limits<std::uint32_t>::max());  // likewise heads
      this->skip(engine.answering_.head);
    }

   private:
    using ec_t = boost::beast::error_code;

    static std::string_view to_std(Bytes text) { return {text.data(), text.size()}; }

    static void stop_unless(bool going_on, ec_t& ec) {
      if (!going_on) ec = boost::beast::http::error::bad_value;
    }

    void on_request_impl(boost::beast::http::verb, Bytes method, Bytes target, int version,
                         ec_t& ec) override {
      stop_unless(engine_.on_request_line(to_std(method), to_std(target), version), ec);
    }

    void on_response_impl(int status, Bytes reason, int version, ec_t& ec) override {
      stop_unless(engine_.on_status_line(status, to_std(reason), version), ec);
    }

    void on_field_impl(boost::beast::http::field, Bytes name, Bytes value, ec_t& ec) override {
      stop_unless(engine_.on_field(to_std(name), to_std(value)), ec);
    }

    void on_header_impl(ec_t& ec) override { stop_unless(engine_.on_head(), ec); }

    void on_body_init_impl(const boost::optional<std::uint64_t>&, ec_t&) override {}

    std::size_t on_body_impl(Bytes body, ec_t& ec) override {
      stop_unless(engine_.on_body(to_std(body)), ec);
      return body.size();
    }

    void on_chunk_header_impl(std::uint64_t size, Bytes, ec_t& ec) override {
      stop_unless(engine_.on_chunk(size), ec);
    }

    std::size_t on_chunk_body_impl(std::uint64_t, Bytes body, ec_t& ec) override {
      stop_unless(engine_.on_body(to_std(body)), ec);
      return body.size();
    }

    void on_finish_impl(ec_t&) override { engine_.on_done(); }

    Engine& engine_;
  };

  // Where a field lies in text_, which may move while it grows.
  struct Place {
    std::size_t name, name_size, value, value_size;
  };

  // What the grammar reports. A false or empty return refuses the message; failure_ says why.
  bool on_request_line(std::string_view method, std::string_view target, int version);
  bool on_status_line(int status, std::string_view reason, int version);
  bool on_field(std::string_view name, std::string_view value);
  bool on_head();
  bool on_body(std::string_view piece);
  bool on_chunk(std::uint64_t size);
  void on_done();

  std::size_t consume_head(std::string_view bytes);
  std::size_t consume_body(std::string_view bytes);
  std::size_t consume_chunked(std::string_view bytes);
  std::size_t feed(std::string_view bytes);

  void restart_head();
  void check_start(std::string_view head);
  bool fail(int status, std::string message);
  std::string_view keep(std::string_view text, std::size_t& place);
  static int own_status(int request_status) { return kIsRequest ? request_status : 502; }

  const ParserLimits limits_;
  std::optional<Grammar> grammar_;  // Beast's parser is for one message; rebuilt in place
  HeadScanner scanner_;
  std::optional<ParseFailure> failure_;

  std::string text_;  // method and target or reason, then names and values
  std::vector<Place> places_;
  Place start_{};  // method and target, or the reason as value
  Head head_;
  Framing framing_;

  Answering answering_;
  bool started_ = false;
  bool start_line_done_ = false;
  bool head_done_ = false;
  bool done_ = false;
  bool interim_ = false;        // the head just read is a 1xx
  int interims_ = 0;            // 1xx heads dropped so far
  int blank_lines_ = 0;         // dropped before the request line
  std::size_t head_bytes_ = 0;  // of this head, taken
  std::size_t trailers_ = 0;
  std::uint64_t body_bytes_ = 0;
  std::uint64_t chunk_left_ = 0;  // data bytes still to come of the current chunk
  bool after_chunk_ = false;      // the next chunk line is preceded by the CRLF of the data before
};

extern template class Engine<true>;
extern template class Engine<false>;

}  // namespace signalbox::wire
