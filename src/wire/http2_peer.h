// SPDX-License-Identifier: Apache-2.0
//
// For tests: the owner of a session who writes down what it is told, and answers as it is told.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "wire/http2_session.h"

namespace signalbox::wire::testing {

// All that was said on one stream.
struct Said {
  std::string head;
  std::vector<std::pair<std::string, std::string>> fields, trailers;
  std::string body;
  Framing framing;
  bool told_ends = false;  // with the head
  bool ended = false;
  int refused = 0;
  std::optional<Http2Code> closed;
};

class Http2Peer final : public Http2Listener {
 public:
  explicit Http2Peer(Http2Role role, const Http2Limits& limits = {})
      : session(role, *this, limits) {}

  std::string collect(std::size_t at_most = 1UL << 30) {
    std::string out;
    session.collect(out, at_most);
    return out;
  }
  void receive(std::string_view bytes) { session.receive(bytes, now); }
  // Hears and answers.
  std::string talk(std::string_view bytes) {
    receive(bytes);
    return collect();
  }

  void on_request(Http2Stream& stream, bool ends) override {
    Said& said = begin(stream, ends);
    const RequestHead& head = stream.request();
    said.head = std::string(head.method) + " " + std::string(head.target);
    copy(head.fields, said.fields);
    if (answer) answer(stream);
  }
  void on_response(Http2Stream& stream, bool ends) override {
    Said& said = begin(stream, ends);
    said.head = std::to_string(stream.response().status);
    copy(stream.response().fields, said.fields);
  }
  void on_refused(Http2Stream& stream, const ParseFailure& failure) override {
    heard[stream.id()].refused = failure.status;
  }
  void on_data(Http2Stream& stream, std::string_view bytes) override {
    heard[stream.id()].body += bytes;
    if (passes_on) session.consumed(stream, bytes.size());
  }
  void on_end(Http2Stream& stream) override {
    Said& said = heard[stream.id()];
    said.ended = true;
    copy(stream.trailers(), said.trailers);
    if (at_end) at_end(stream);
  }
  void on_sendable(Http2Stream& stream) override {
    if (more) more(stream);
  }
  void on_closed(Http2Stream& stream, Http2Code code) override {
    heard[stream.id()].closed = code;
    session.release(stream);
  }
  void on_goaway(std::int32_t last, Http2Code code) override {
    goaway_last = last;
    goaway = code;
  }

  std::map<std::int32_t, Said> heard;
  std::map<std::int32_t, Http2Stream*> streams;
  std::optional<Http2Code> goaway;
  std::int32_t goaway_last = -1;
  bool passes_on = true;
  std::function<void(Http2Stream&)> answer, at_end, more;
  TimePoint now{Duration{1}};
  Http2Session session;

 private:
  Said& begin(Http2Stream& stream, bool ends) {
    streams[stream.id()] = &stream;
    Said& said = heard[stream.id()];
    said.framing = stream.framing();
    said.told_ends = ends;
    return said;
  }
  template <class Fields>
  static void copy(const Fields& from, std::vector<std::pair<std::string, std::string>>& to) {
    for (const Field& field : from) to.emplace_back(field.name, field.value);
  }
};

// Lets both speak until neither has anything to say.
inline void converse(Http2Peer& a, Http2Peer& b) {
  for (bool spoke = true; spoke;) {
    const std::string from_a = a.collect();
    b.receive(from_a);
    const std::string from_b = b.collect();
    a.receive(from_b);
    spoke = !from_a.empty() || !from_b.empty();
  }
}

}  // namespace signalbox::wire::testing
