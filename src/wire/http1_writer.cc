// SPDX-License-Identifier: Apache-2.0
//
// Everything is appended to one string the caller keeps and reuses, so that a warm connection
// writes heads without allocating.
#include "wire/http1_writer.h"

#include <boost/beast/http/status.hpp>
#include <charconv>

#include "base/assert.h"
#include "wire/http1_rules.h"
#include "wire/passing_fields.h"

namespace signalbox::wire {

namespace {

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void append_own(std::string& out, std::span<const OwnField> own) {
  for (const OwnField& field : own) append_field(out, field.name, field.value);
}

void append_upgrade(std::string& out, std::string_view protocol) {
  append_field(out, "Connection", "Upgrade");
  append_field(out, "Upgrade", protocol);
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_framing(std::string& out, const WriteFraming& framing) {
  if (framing.body == BodyKind::kLength) {
    out.append("Content-Length: ");
    append_number(out, framing.length);
    out.append("\r\n");
  } else if (framing.body == BodyKind::kChunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
}

void append_status_line(std::string& out, int status, std::string_view reason) {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(status));
  out.append(" ").append(reason).append("\r\n");
}

// Ends a response head: our fields, framing, and what the client must know of its connection.
void append_response_end(std::string& out, const ResponseRewrite& rewrite) {
  append_own(out, rewrite.own);
  append_framing(out, rewrite.framing);
  if (!rewrite.upgrade.empty()) {
    append_upgrade(out, rewrite.upgrade);
    out.append("\r\n");
    return;
  }
  const bool keep_alive = rewrite.keep_alive && rewrite.framing.body != BodyKind::kUntilClose;
  if (!keep_alive) {
    append_field(out, "Connection", "close");
  } else if (rewrite.client_version < 11) {
    append_field(out, "Connection", "keep-alive");
  }
  out.append("\r\n");
}

}  // namespace

void append_request_head(std::string& out, const RequestHead& head, const RequestRewrite& rewrite) {
  SIGNALBOX_ASSERT(rewrite.framing.body != BodyKind::kUntilClose);
  out.append(head.method).append(" ").append(rewrite.target).append(" HTTP/1.1\r\n");
  append_field(out, "Host", rewrite.host);
  for_each_passing(head, rewrite,
                   [&out](const Field& field) { append_field(out, field.name, field.value); });
  if (!rewrite.client_address.empty()) {
    append_field(out, "X-Forwarded-For", rewrite.client_address);
  }
  append_field(out, "X-Forwarded-Proto", rewrite.client_scheme);
  append_own(out, rewrite.own);
  append_framing(out, rewrite.framing);
  if (rewrite.close) append_field(out, "Connection", "close");
  if (!rewrite.upgrade.empty()) append_upgrade(out, rewrite.upgrade);
  out.append("\r\n");
}

void append_response_head(std::string& out, const ResponseHead& head,
                          const ResponseRewrite& rewrite) {
  // HTTP/2 has no words for it.
  append_status_line(out, head.status,
                     head.version == 20 ? reason_phrase(head.status) : head.reason);
  for_each_passing(head,
                   [&out](const Field& field) { append_field(out, field.name, field.value); });
  append_response_end(out, rewrite);
}

void append_own_response_head(std::string& out, int status, const ResponseRewrite& rewrite) {
  append_status_line(out, status, reason_phrase(status));
  append_response_end(out, rewrite);
}

void append_last_chunk(std::string& out, std::span<const Field> trailers) {
  out.append("0\r\n");
  for (const Field& field : trailers) {
    if (!refused_trailer(field.name)) append_field(out, field.name, field.value);
  }
  out.append("\r\n");
}

std::string_view reason_phrase(int status) {
  namespace http = boost::beast::http;
  const http::status known = http::int_to_status(static_cast<unsigned>(status));
  if (known == http::status::unknown) return {};
  const auto words = http::obsolete_reason(known);
  return {words.data(), words.size()};
}

ChunkHead::ChunkHead(std::size_t size) : begin_(kLongest - kChunkEnd.size()) {
  SIGNALBOX_ASSERT(size > 0);
  kChunkEnd.copy(text_.data() + begin_, kChunkEnd.size());
  for (std::size_t rest = size; rest > 0; rest /= 16) {
    text_[--begin_] = "0123456789abcdef"[rest % 16];
  }
}

}  // namespace signalbox::wire
