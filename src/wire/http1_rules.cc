// SPDX-License-Identifier: Apache-2.0
//
// The numbers in the comments are those of the project's list of bad inputs; the tests carry them.
#include "wire/http1_rules.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>

#include "wire/path.h"

namespace signalbox::wire {

namespace {

constexpr std::string_view kBlanks = " \t";

ParseFailure bad_request(std::string message) { return {400, std::move(message)}; }

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// Calls `each` with every element of a comma-separated list, trimmed, empty ones included.
template <class Each>
void for_each_element(std::string_view list, Each each) {
  for (;;) {
    const std::size_t comma = list.find(',');
    each(trim(list.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

struct ConnectionOptions {
  bool close = false, keep_alive = false, upgrade = false;
};

ConnectionOptions connection_options(const std::vector<Field>& fields) {
  ConnectionOptions options;
  for (const Field& field : fields) {
    if (field.kind != FieldKind::kConnection) continue;
    for_each_element(field.value, [&options](std::string_view option) {
      options.close |= equals_ignoring_case(option, "close");
      options.keep_alive |= equals_ignoring_case(option, "keep-alive");
      options.upgrade |= equals_ignoring_case(option, "upgrade");
    });
  }
  return options;
}

bool keeps_alive(const ConnectionOptions& options, int version) {
  return !options.close && (version >= 11 || options.keep_alive);
}

// B3: digits only, and small enough for every reader's signed 64 bits.
bool read_length(std::string_view text, std::uint64_t& length) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  if (text.empty()) return false;
  length = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (length > (kMax - digit) / 10) return false;
    length = length * 10 + digit;
  }
  return true;
}

// B4: exactly one `chunked`. A list that every reader understands the same way, or none at all.
std::optional<ParseFailure> check_codings(const std::vector<Field>& fields) {
  int chunked = 0;
  bool chunked_last = false;
  bool faulty = false;
  std::string unknown;
  for (const Field& field : fields) {
    if (field.kind != FieldKind::kTransferEncoding) continue;
    for_each_element(field.value, [&](std::string_view coding) {
      const bool token = !coding.empty() && coding.find_first_of(" \t;=\"") == coding.npos;
      faulty |= !token;
      chunked_last = equals_ignoring_case(coding, "chunked");
      if (chunked_last) {
        ++chunked;
      } else if (unknown.empty()) {
        unknown = coding;
      }
    });
  }
  if (faulty) return bad_request("Transfer-Encoding is not a list of codings");
  if (chunked > 1) return bad_request("Transfer-Encoding names chunked more than once");
  if (chunked == 1 && !chunked_last) {
    return bad_request("Transfer-Encoding: chunked must be the last coding");
  }
  if (!unknown.empty()) {
    return ParseFailure{501, "the transfer coding '" + unknown + "' is not implemented"};
  }
  return std::nullopt;
}

// B1-B5: how the body is delimited, for requests; responses turn every failure into 502.
std::optional<ParseFailure> read_body_framing(const std::vector<Field>& fields, int version,
                                              Framing& framing) {
  const Field* length = nullptr;
  const Field* coding = nullptr;
  for (const Field& field : fields) {
    if (field.kind == FieldKind::kTransferEncoding) coding = &field;
    if (field.kind != FieldKind::kContentLength) continue;
    if (length != nullptr) return bad_request("Content-Length is given more than once");
    length = &field;
  }
  if (length != nullptr && coding != nullptr) {
    return bad_request("Content-Length and Transfer-Encoding exclude each other");
  }
  if (coding != nullptr) {
    if (version < 11) return bad_request("HTTP/1.0 has no Transfer-Encoding");
    if (auto failure = check_codings(fields)) return failure;
    framing.body = BodyKind::kChunked;
  } else if (length != nullptr) {
    if (!read_length(length->value, framing.length)) {
      return bad_request("Content-Length is not a decimal number below 2^63");
    }
    framing.has_length = true;
    framing.body = framing.length > 0 ? BodyKind::kLength : BodyKind::kNone;
  }
  return std::nullopt;
}

bool is_host(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~%!$&'()*+;=:[]").find(c) != std::string_view::npos;
  });
}

std::string_view without_default_port(std::string_view authority, std::string_view scheme) {
  const std::string_view port = equals_ignoring_case(scheme, "https") ? ":443" : ":80";
  if (authority.ends_with(port)) authority.remove_suffix(port.size());
  return authority;
}

// B9: one Host, and the same one in the target when that names a host, too.
std::optional<ParseFailure> check_host(const RequestHead& head) {
  const Field* host = nullptr;
  for (const Field& field : head.fields) {
    if (field.kind != FieldKind::kHost) continue;
    if (host != nullptr) return bad_request("Host is given more than once");
    host = &field;
  }
  if (host == nullptr && head.version >= 11) return bad_request("Host is missing");
  if (host != nullptr && !is_host(host->value)) return bad_request("Host is not a host name");

  const auto absolute = split_absolute_form(head.target);
  if (!absolute) return std::nullopt;
  if (!equals_ignoring_case(absolute->scheme, "http") &&
      !equals_ignoring_case(absolute->scheme, "https")) {
    return bad_request("the target's scheme is neither http nor https");
  }
  if (absolute->authority.empty() || !is_host(absolute->authority)) {
    return bad_request("the target's host is not a host name");
  }
  if (host != nullptr && !same_authority(host->value, absolute->authority, absolute->scheme)) {
    return bad_request("Host and the target name different hosts");
  }
  return std::nullopt;
}

// B10, B17: the methods this gateway passes on; an unknown one cannot be judged safe.
std::optional<ParseFailure> check_method(std::string_view method) {
  constexpr std::array<std::string_view, 7> kPassed = {"GET",    "HEAD",  "POST",   "PUT",
                                                       "DELETE", "PATCH", "OPTIONS"};
  if (std::find(kPassed.begin(), kPassed.end(), method) != kPassed.end()) return std::nullopt;
  if (method == "CONNECT" || method == "TRACE") {
    return ParseFailure{405, std::string(method) + " is not allowed"};
  }
  return bad_request("the method is unknown; methods are written in capitals");
}

// The form of the target; what it may contain is normalise_target's business.
std::optional<ParseFailure> check_target(const RequestHead& head) {
  if (head.target.starts_with('/')) return std::nullopt;
  if (head.target == "*" && head.method == "OPTIONS") return std::nullopt;
  if (split_absolute_form(head.target)) return std::nullopt;
  return bad_request("the target is neither a path nor a URL");
}

// B22: many backends read '_' and '-' as the same character, so such a name could pose as ours.
std::optional<ParseFailure> check_names(const std::vector<Field>& fields) {
  for (const Field& field : fields) {
    if (field.name.find('_') != std::string_view::npos) {
      return bad_request("a field name contains an underscore");
    }
  }
  return std::nullopt;
}

std::optional<ParseFailure> read_expectation(const RequestHead& head, Framing& framing) {
  for (const Field& field : head.fields) {
    if (field.kind != FieldKind::kExpect || head.version < 11) continue;
    if (!equals_ignoring_case(field.value, "100-continue")) {
      return ParseFailure{417, "the only expectation that can be met is 100-continue"};
    }
    framing.expects_continue = framing.body != BodyKind::kNone;
  }
  return std::nullopt;
}

// What both protocols ask of a request's head.
std::optional<ParseFailure> check_head(const RequestHead& head) {
  if (auto failure = check_method(head.method)) return failure;
  if (auto failure = check_target(head)) return failure;
  if (auto failure = check_names(head.fields)) return failure;
  return check_host(head);
}

}  // namespace

bool same_authority(std::string_view a, std::string_view b, std::string_view scheme) {
  return equals_ignoring_case(without_default_port(a, scheme), without_default_port(b, scheme));
}

Result<Framing, ParseFailure> check_request(const RequestHead& head) {
  Framing framing;
  if (auto failure = check_head(head)) return *failure;
  if (auto failure = read_body_framing(head.fields, head.version, framing)) return *failure;
  if (auto failure = read_expectation(head, framing)) return *failure;
  const ConnectionOptions options = connection_options(head.fields);
  framing.keep_alive = keeps_alive(options, head.version);
  framing.upgrade = options.upgrade && find_field(head.fields, FieldKind::kUpgrade) != nullptr;
  return framing;
}

Result<Framing, ParseFailure> check_response(const ResponseHead& head, bool head_request) {
  Framing framing;
  if (auto failure = read_body_framing(head.fields, head.version, framing)) {
    return ParseFailure{502, std::move(failure->message)};
  }
  framing.keep_alive = keeps_alive(connection_options(head.fields), head.version);
  if (head_request || head.status == 101 || head.status == 204 || head.status == 304) {
    framing.body = BodyKind::kNone;
  } else if (framing.body == BodyKind::kNone && !framing.has_length) {
    framing.body = BodyKind::kUntilClose;
    framing.keep_alive = false;
  }
  return framing;
}

Result<Framing, ParseFailure> check_stream_request(const RequestHead& head, bool ends) {
  Framing framing;
  if (auto failure = check_head(head)) return *failure;
  if (auto failure = read_body_framing(head.fields, head.version, framing)) return *failure;
  if (!ends && !framing.has_length) framing.body = BodyKind::kChunked;
  if (auto failure = read_expectation(head, framing)) return *failure;
  return framing;
}

Result<Framing, ParseFailure> check_stream_response(const ResponseHead& head, bool head_request,
                                                    bool ends) {
  auto framing = check_response(head, head_request);
  if (!framing.ok()) return framing;
  framing->keep_alive = true;
  if (framing->body == BodyKind::kUntilClose) {
    framing->body = ends ? BodyKind::kNone : BodyKind::kChunked;
  }
  return framing;
}

std::optional<std::string_view> refused_trailer(std::string_view name) {
  switch (classify_field(name)) {
    case FieldKind::kOther:
      return std::nullopt;
    case FieldKind::kContentLength:
    case FieldKind::kTransferEncoding:
      return "a trailer cannot change the framing";
    case FieldKind::kHost:
    case FieldKind::kForwarding:
    case FieldKind::kRouting:
      return "a trailer cannot change where the request goes";
    case FieldKind::kConnection:
    case FieldKind::kExpect:
    case FieldKind::kUpgrade:
    case FieldKind::kHopByHop:
      return "a trailer cannot speak of the connection";
    case FieldKind::kCredential:
      return "a trailer cannot carry credentials";
  }
  return std::nullopt;
}

}  // namespace signalbox::wire
