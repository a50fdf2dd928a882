// SPDX-License-Identifier: Apache-2.0
//
// Looking things up in messages; names compare as HTTP compares them.
#include "http/message.h"

#include <algorithm>

#include "wire/http1_message.h"

namespace signalbox::http {

namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Form decoding; a '%' that is no code stands for itself.
std::string decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace

std::string_view find_header(const std::vector<Header>& headers, std::string_view name) {
  const auto at = std::find_if(headers.begin(), headers.end(), [name](const Header& header) {
    return wire::equals_ignoring_case(header.name, name);
  });
  return at == headers.end() ? std::string_view{} : std::string_view{at->value};
}

std::string_view Request::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

std::optional<std::string> Request::query_param(std::string_view name) const {
  const std::size_t mark = target.find('?');
  if (mark == std::string::npos) return std::nullopt;
  std::string_view rest = std::string_view(target).substr(mark + 1);
  for (;;) {
    const std::size_t end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (!pair.empty() && decode(pair.substr(0, equals)) == name) {
      return decode(pair.substr(std::min(equals + 1, pair.size())));
    }
    if (end == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(end + 1);
  }
}

}  // namespace signalbox::http
