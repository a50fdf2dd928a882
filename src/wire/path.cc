// SPDX-License-Identifier: Apache-2.0
//
// Percent-codes first, then segments: "%2e%2e" must have become ".." before dots are counted.
#include "wire/path.h"

#include <algorithm>

namespace signalbox::wire {

namespace {

ParseFailure refuse(std::string message) { return {400, std::move(message)}; }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

Result<std::string, ParseFailure> decode_unreserved(std::string_view path) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '%') {
      out += path[i];
      continue;
    }
    const int high = i + 2 < path.size() ? hex_value(path[i + 1]) : -1;
    const int low = i + 2 < path.size() ? hex_value(path[i + 2]) : -1;
    if (high < 0 || low < 0) return refuse("the path has a '%' without two hex digits");
    const char decoded = static_cast<char>(high * 16 + low);
    if (decoded == '\0') return refuse("the path contains %00");
    if (is_unreserved(decoded)) {
      out += decoded;
    } else {
      out += '%';
      out += kDigits[static_cast<std::size_t>(high)];
      out += kDigits[static_cast<std::size_t>(low)];
    }
    i += 2;
  }
  return out;
}

// A segment's name without its parameters: "..;v=1" is "..", for every server that knows of them.
std::string_view without_parameters(std::string_view segment) {
  return segment.substr(0, std::min(segment.find(';'), segment.find("%3B")));
}

// "..%2Fadmin" is one segment to us and a way up to a server that decodes before it splits.
bool hides_dot_segment(std::string_view segment) {
  if (segment.find("%2F") == segment.npos && segment.find("%5C") == segment.npos) return false;
  for (;;) {
    const std::size_t cut = std::min(segment.find("%2F"), segment.find("%5C"));
    const std::string_view name = without_parameters(segment.substr(0, cut));
    if (name == "." || name == "..") return true;
    if (cut == std::string_view::npos) return false;
    segment.remove_prefix(cut + 3);
  }
}

// REQUIRES: starts with '/', percent-codes decoded.
Result<std::string, ParseFailure> resolve_segments(std::string_view path) {
  std::string out;
  bool directory = true;  // whether what was read so far ends in a slash
  for (std::size_t begin = 1; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view segment = path.substr(begin, end - begin);
    const std::string_view name = without_parameters(segment);
    begin = end + 1;
    if (hides_dot_segment(segment)) return refuse("the path hides a dot segment");
    directory = true;
    if (segment.empty() || name == ".") continue;
    if (name == "..") {
      out.resize(out.empty() ? 0 : out.rfind('/'));
      continue;
    }
    out.append("/").append(segment);
    directory = end < path.size();
  }
  if (directory || out.empty()) out += '/';
  return out;
}

// Nothing of it would be decoded or resolved, as of almost every path. REQUIRES: starts with '/'.
bool is_normal(std::string_view path) {
  char before = '\0';
  for (const char c : path) {
    // A dot segment, or an empty one, begins behind a slash.
    if (c == '%' || c == ';' || (before == '/' && (c == '/' || c == '.'))) return false;
    before = c;
  }
  return true;
}

}  // namespace

std::string Target::text() const { return has_query ? path + '?' + query : path; }

std::optional<AbsoluteForm> split_absolute_form(std::string_view target) {
  const std::size_t colon = target.find("://");
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const std::string_view scheme = target.substr(0, colon);
  const bool is_scheme = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return (is_unreserved(c) && c != '_' && c != '~') || c == '+';
  });
  if (!is_scheme) return std::nullopt;
  const std::string_view behind = target.substr(colon + 3);
  const std::size_t end = std::min(behind.find_first_of("/?#"), behind.size());
  return AbsoluteForm{scheme, behind.substr(0, end), behind.substr(end)};
}

Result<Target, ParseFailure> normalise_target(std::string_view target) {
  Target out;
  if (target == "*") {
    out.path = target;
    return out;
  }
  for (const char c : target) {
    if (c <= ' ' || c > '~') return refuse("the target contains a byte that must be percent-coded");
    if (c == '\\' || c == '#') return refuse(std::string("the target contains '") + c + "'");
  }
  std::string_view rest = target;
  if (const auto absolute = split_absolute_form(target)) rest = absolute->rest;
  if (const std::size_t mark = rest.find('?'); mark != std::string_view::npos) {
    out.has_query = true;
    out.query = rest.substr(mark + 1);
    if (out.query.find("%00") != std::string::npos) return refuse("the query contains %00");
    rest = rest.substr(0, mark);
  }
  if (rest.empty() && rest.data() != target.data()) rest = "/";
  if (!rest.starts_with('/')) return refuse("the target has no path");

  if (is_normal(rest)) {
    out.path = rest;
    return out;
  }
  const auto decoded = decode_unreserved(rest);
  if (!decoded.ok()) return decoded.error();
  auto resolved = resolve_segments(*decoded);
  if (!resolved.ok()) return resolved.error();
  out.path = std::move(resolved).value();
  return out;
}

}  // namespace signalbox::wire
