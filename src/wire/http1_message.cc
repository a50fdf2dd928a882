// SPDX-License-Identifier: Apache-2.0
//
// Classification by length first: almost every field is told apart from the special ones without
// looking at a single character.
#include "wire/http1_message.h"

#include <algorithm>
#include <array>

namespace signalbox::wire {

namespace {

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

struct KnownField {
  std::string_view name;
  FieldKind kind;
};

// By length, so that a name is compared with the few of its own.
constexpr std::array kKnownFields = {
    KnownField{"te", FieldKind::kHopByHop},
    KnownField{"host", FieldKind::kHost},
    KnownField{"cookie", FieldKind::kCredential},
    KnownField{"expect", FieldKind::kExpect},
    KnownField{"api-key", FieldKind::kCredential},
    KnownField{"trailer", FieldKind::kHopByHop},
    KnownField{"upgrade", FieldKind::kUpgrade},
    KnownField{"forwarded", FieldKind::kForwarding},
    KnownField{"x-api-key", FieldKind::kCredential},
    KnownField{"x-real-ip", FieldKind::kForwarding},
    KnownField{"connection", FieldKind::kConnection},
    KnownField{"keep-alive", FieldKind::kHopByHop},
    KnownField{"x-client-ip", FieldKind::kForwarding},
    KnownField{"x-auth-token", FieldKind::kCredential},
    KnownField{"authorization", FieldKind::kCredential},
    KnownField{"x-remote-user", FieldKind::kForwarding},
    KnownField{"x-rewrite-url", FieldKind::kRouting},
    KnownField{"content-length", FieldKind::kContentLength},
    KnownField{"http2-settings", FieldKind::kHopByHop},
    KnownField{"true-client-ip", FieldKind::kForwarding},
    KnownField{"x-access-token", FieldKind::kCredential},
    KnownField{"x-goog-api-key", FieldKind::kCredential},
    KnownField{"transfer-encoding", FieldKind::kTransferEncoding},
};

constexpr std::size_t kLongestKnown = kKnownFields.back().name.size();

// Where in kKnownFields the names of each length begin; the entry behind the last is its end.
constexpr auto kFirstOfLength = [] {
  std::array<std::size_t, kLongestKnown + 2> first{};
  for (std::size_t length = 0; length < first.size(); ++length) {
    while (first[length] < kKnownFields.size() &&
           kKnownFields[first[length]].name.size() < length) {
      ++first[length];
    }
  }
  return first;
}();
static_assert(std::is_sorted(kKnownFields.begin(), kKnownFields.end(),
                             [](const KnownField& a, const KnownField& b) {
                               return a.name.size() < b.name.size();
                             }));

struct KnownPrefix {
  std::string_view prefix;
  FieldKind kind;
};

constexpr std::array kKnownPrefixes = {
    KnownPrefix{"proxy-", FieldKind::kHopByHop},
    KnownPrefix{"x-envoy-", FieldKind::kRouting},
    KnownPrefix{"x-gateway-", FieldKind::kRouting},
    KnownPrefix{"x-original-", FieldKind::kForwarding},
    KnownPrefix{"x-forwarded-", FieldKind::kForwarding},
    KnownPrefix{"x-auth-request-", FieldKind::kForwarding},
    KnownPrefix{"x-signalbox-", FieldKind::kRouting},
};

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  // Mostly they are written alike.
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return x == y || lower(x) == lower(y);
         });
}

FieldKind classify_field(std::string_view name) {
  if (name.size() <= kLongestKnown) {
    for (std::size_t at = kFirstOfLength[name.size()]; at < kFirstOfLength[name.size() + 1]; ++at) {
      if (equals_ignoring_case(name, kKnownFields[at].name)) return kKnownFields[at].kind;
    }
  }
  for (const auto& known : kKnownPrefixes) {
    if (name.size() < known.prefix.size() || lower(name.front()) != known.prefix.front()) continue;
    if (equals_ignoring_case(name.substr(0, known.prefix.size()), known.prefix)) return known.kind;
  }
  return FieldKind::kOther;
}

const Field* find_field(const std::vector<Field>& fields, std::string_view name) {
  const auto at = std::find_if(fields.begin(), fields.end(), [name](const Field& field) {
    return equals_ignoring_case(field.name, name);
  });
  return at == fields.end() ? nullptr : &*at;
}

const Field* find_field(const std::vector<Field>& fields, FieldKind kind) {
  const auto at = std::find_if(fields.begin(), fields.end(),
                               [kind](const Field& field) { return field.kind == kind; });
  return at == fields.end() ? nullptr : &*at;
}

}  // namespace signalbox::wire
