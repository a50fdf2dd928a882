// SPDX-License-Identifier: Apache-2.0
//
// Escaping is Boost.JSON's; it trusts its input to be UTF-8, so that is made true first.
#include "wire/json_error.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstdint>

namespace signalbox::wire {

namespace {

// The length of the UTF-8 character that `text` begins with, or 0 when it begins with none.
std::size_t character_size(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool beyond = (lead == 0xED && byte(1) > 0x9F) || (lead == 0xF4 && byte(1) > 0x8F);
  return overlong || beyond ? 0 : size;
}

std::string as_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    if (size == 0) {
      out += "\uFFFD";
      text.remove_prefix(1);
    } else {
      out += text.substr(0, size);
      text.remove_prefix(size);
    }
  }
  return out;
}

}  // namespace

std::string json_error(std::string_view message, std::string_view type, std::string_view code) {
  return boost::json::serialize(boost::json::value{
      {"error",
       {{"message", as_utf8(message)}, {"type", as_utf8(type)}, {"code", as_utf8(code)}}}});
}

std::string message_of_json_error(std::string_view body) {
  boost::system::error_code failed;
  const auto value = boost::json::parse(body, failed);
  if (!failed && value.is_object()) {
    const auto* const error = value.as_object().if_contains("error");
    const auto* const message = error != nullptr && error->is_object()
                                    ? error->as_object().if_contains("message")
                                    : nullptr;
    if (message != nullptr && message->is_string()) return std::string(message->as_string());
  }
  return std::string(body);
}

std::string_view error_type(int status) {
  switch (status) {
    case 429:
    case 503:
      return "overloaded_error";
    case 502:
    case 504:
      return "upstream_error";
    default:
      return status >= 400 && status < 500 ? "invalid_request_error" : "server_error";
  }
}

}  // namespace signalbox::wire
