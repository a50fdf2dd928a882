// SPDX-License-Identifier: Apache-2.0
//
// ASCII only, as header names are; see header_name.h.
#include "config/header_name.h"

#include <algorithm>

namespace signalbox::config {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr std::string_view kConnectionHeaders[] = {
    "connection", "content-length",   "expect", "host",
    "keep-alive", "proxy-connection", "te",     "trailer",
    "upgrade",    "transfer-encoding"};

}  // namespace

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), lower);
  return text;
}

bool is_header_name(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool is_connection_header(const std::string& name) {
  const std::string wanted = lower_case(name);
  return std::find(std::begin(kConnectionHeaders), std::end(kConnectionHeaders), wanted) !=
         std::end(kConnectionHeaders);
}

}  // namespace signalbox::config
