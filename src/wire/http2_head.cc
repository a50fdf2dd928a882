// SPDX-License-Identifier: Apache-2.0
//
// nghttp2 has checked the grammar already (characters, case, order, the fields of a connection, see
// RFC 9113 8.2); here is what it leaves to its user. See http2_head.h.
#include "wire/http2_head.h"

#include <algorithm>

#include "wire/http1_rules.h"

namespace signalbox::wire {

namespace {

constexpr std::size_t kFieldOverhead = 4;  // ": " and CRLF, so that both protocols count alike

bool is_pseudo(std::string_view name) { return name.starts_with(':'); }

}  // namespace

void Http2Block::add(std::string_view name, std::string_view value, const ParserLimits& limits) {
  bytes_ += name.size() + value.size() + kFieldOverhead;
  if (!is_pseudo(name)) ++fields_;
  target_too_long_ |= name == ":path" && value.size() > limits.max_target;
  too_large_ |= bytes_ > limits.max_head || fields_ > limits.max_fields;
  if (too_large_ || target_too_long_) return;
  places_.push_back({text_.size(), name.size(), value.size()});
  text_.append(name).append(value);
}

void Http2Block::clear() {
  constexpr std::size_t kKept = 4096;
  if (text_.capacity() > kKept) std::string().swap(text_);
  text_.clear();
  places_.clear();
  cookies_.clear();
  bytes_ = fields_ = 0;
  too_large_ = target_too_long_ = false;
}

std::string_view Http2Block::pseudo(std::string_view wanted) const {
  for (const Place& place : places_) {
    if (name(place) == wanted) return value(place);
    if (!is_pseudo(name(place))) break;
  }
  return {};
}

void Http2Block::list(std::vector<Field>& fields) const {
  int cookies = 0;
  for (const Place& place : places_) {
    if (is_pseudo(name(place))) continue;
    fields.push_back({name(place), value(place), classify_field(name(place))});
    cookies += name(place) == "cookie" ? 1 : 0;
  }
  if (cookies > 1) join_cookies(fields);
}

// RFC 9113 8.2.3: crumbs are one field again wherever HTTP/2 ends.
void Http2Block::join_cookies(std::vector<Field>& fields) const {
  cookies_.clear();
  for (const Field& field : fields) {
    if (field.name != "cookie") continue;
    if (!cookies_.empty()) cookies_ += "; ";
    cookies_ += field.value;
  }
  const auto first = std::find_if(fields.begin(), fields.end(),
                                  [](const Field& field) { return field.name == "cookie"; });
  first->value = cookies_;
  fields.erase(std::remove_if(first + 1, fields.end(),
                              [](const Field& field) { return field.name == "cookie"; }),
               fields.end());
}

Http2Verdict read_request(const Http2Block& block, bool ends, RequestHead& head, Framing& framing,
                          ParseFailure& failure) {
  if (block.target_too_long()) {
    failure = {414, "the request target is too long"};
    return Http2Verdict::kRefused;
  }
  if (block.too_large()) {
    failure = {431, "the request head is too large, or has too many fields"};
    return Http2Verdict::kRefused;
  }
  head.method = block.pseudo(":method");
  head.target = block.pseudo(":path");
  head.version = 20;
  head.fields.clear();
  const std::string_view scheme = block.pseudo(":scheme");
  const std::string_view authority = block.pseudo(":authority");
  if (head.method != "CONNECT" && scheme != "http" && scheme != "https") {
    return Http2Verdict::kMalformed;
  }
  if (!authority.empty()) head.fields.push_back({"host", authority, FieldKind::kHost});
  block.list(head.fields);
  if (!authority.empty()) {
    // The authority is the host; a Host that says otherwise is how one request means two (B30).
    const auto own = head.fields.begin() + 1;
    const auto is_host = [](const Field& field) { return field.kind == FieldKind::kHost; };
    const auto given = std::find_if(own, head.fields.end(), is_host);
    if (given != head.fields.end()) {
      if (!same_authority(given->value, authority, scheme)) return Http2Verdict::kMalformed;
      head.fields.erase(given);
    }
  }
  auto checked = check_stream_request(head, ends);
  if (!checked.ok()) {
    failure = checked.error();
    return Http2Verdict::kRefused;
  }
  framing = *checked;
  return Http2Verdict::kTaken;
}

Http2Verdict read_response(const Http2Block& block, bool ends, bool head_request,
                           ResponseHead& head, Framing& framing, ParseFailure& failure) {
  if (block.too_large()) {
    failure = {502, "the response head is too large, or has too many fields"};
    return Http2Verdict::kRefused;
  }
  head.status = 0;
  for (const char digit : block.pseudo(":status")) head.status = head.status * 10 + (digit - '0');
  if (head.status < 100) return Http2Verdict::kMalformed;  // neither interim nor final
  head.reason = {};
  head.version = 20;
  head.fields.clear();
  block.list(head.fields);
  auto checked = check_stream_response(head, head_request, ends);
  if (!checked.ok()) {
    failure = checked.error();
    return Http2Verdict::kRefused;
  }
  framing = *checked;
  return Http2Verdict::kTaken;
}

Http2Verdict read_trailers(const Http2Block& block, std::vector<Field>& fields) {
  fields.clear();
  if (block.too_large()) return Http2Verdict::kMalformed;
  block.list(fields);
  for (const Field& field : fields) {
    if (refused_trailer(field.name)) return Http2Verdict::kMalformed;
  }
  return Http2Verdict::kTaken;
}

}  // namespace signalbox::wire
