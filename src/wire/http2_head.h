// SPDX-License-Identifier: Apache-2.0
//
// From the fields of an HTTP/2 header block to the same heads that the HTTP/1 parsers give, judged
// by the same rules: whoever routes, rewrites or relays a message need not know how it came. What
// HTTP/2 itself calls malformed ends the stream; what is well formed and still refused gets a
// status. Internal to the room.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "wire/http1_message.h"
#include "wire/http1_parser.h"

namespace signalbox::wire {

// A header block as it is decoded: names and values in one string, so that storage is reused and a
// field costs no allocation.
class Http2Block {
 public:
  // What exceeds the limits is counted, not kept. `name` is lower case.
  void add(std::string_view name, std::string_view value, const ParserLimits& limits);
  void clear();

  // The fields without pseudo-header fields. Views are valid until the next add() or clear().
  void list(std::vector<Field>& fields) const;
  // Of ":path" and its like; empty when there is none.
  std::string_view pseudo(std::string_view name) const;

  bool too_large() const { return too_large_; }
  bool target_too_long() const { return target_too_long_; }

 private:
  struct Place {
    std::size_t name, name_size, value_size;
  };
  std::string_view name(const Place& place) const {
    return std::string_view(text_).substr(place.name, place.name_size);
  }
  std::string_view value(const Place& place) const {
    return std::string_view(text_).substr(place.name + place.name_size, place.value_size);
  }
  void join_cookies(std::vector<Field>& fields) const;

  std::string text_;
  std::vector<Place> places_;
  mutable std::string cookies_;  // crumbs of one cookie, put together again
  std::size_t bytes_ = 0;        // of the whole block, kept or not
  std::size_t fields_ = 0;
  bool too_large_ = false;
  bool target_too_long_ = false;
};

// What became of a block.
enum class Http2Verdict : unsigned char { kTaken, kRefused, kMalformed };

// A request's head; `ends`: no body follows. kRefused: `failure` has the status to answer with.
Http2Verdict read_request(const Http2Block& block, bool ends, RequestHead& head, Framing& framing,
                          ParseFailure& failure);

// A unit's head, final or interim. kRefused: 502.
Http2Verdict read_response(const Http2Block& block, bool ends, bool head_request,
                           ResponseHead& head, Framing& framing, ParseFailure& failure);

// Trailers, for either side; kMalformed when one of them has no business there.
Http2Verdict read_trailers(const Http2Block& block, std::vector<Field>& fields);

}  // namespace signalbox::wire
