// SPDX-License-Identifier: Apache-2.0
//
// Keys, then the token, then the certificate; see authenticate.h.
#include "gateway/authenticate.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "access/bearer.h"

namespace signalbox::gateway {

namespace {

// RFC 6750, section 3: a challenge names an error only where a credential was shown.
constexpr std::string_view kChallenge = R"(Bearer realm="signalbox")";
constexpr std::string_view kInvalid = R"(Bearer realm="signalbox", error="invalid_token")";
constexpr std::size_t kLongestTenant = 64;

Authentication refuse(int status, std::string_view code, std::string message) {
  Authentication refusal;
  refusal.status = status;
  refusal.code = code;
  refusal.message = std::move(message);
  if (status == 401) refusal.challenge = code == "missing_credentials" ? kChallenge : kInvalid;
  return refusal;
}

Authentication known(std::string tenant, KnownBy by, std::string name = {}) {
  Authentication found;
  found.tenant = std::move(tenant);
  found.by = by;
  found.key_name = std::move(name);
  return found;
}

// Tokens are free to name anybody; it goes into logs and tables.
bool is_tenant(std::string_view text) {
  return !text.empty() && text.size() <= kLongestTenant &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

struct Shown {
  std::string_view key;     // of x-api-key or api-key
  std::string_view bearer;  // of Authorization
  bool twice = false;       // two fields where one belongs
};

Shown shown_in(const wire::RequestHead& head) {
  Shown shown;
  bool has_key = false, has_authorization = false;
  for (const auto& field : head.fields) {
    if (field.kind != wire::FieldKind::kCredential) continue;
    if (wire::equals_ignoring_case(field.name, "authorization")) {
      shown.twice = shown.twice || std::exchange(has_authorization, true);
      shown.bearer = access::bearer_of(field.value);
    } else if (wire::equals_ignoring_case(field.name, "x-api-key") ||
               wire::equals_ignoring_case(field.name, "api-key")) {
      shown.twice = shown.twice || std::exchange(has_key, true);
      shown.key = field.value;
    }
  }
  return shown;
}

Authentication by_key(const access::Policy& policy, std::string_view key) {
  if (const auto* entry = policy.keys.find(key)) {
    return known(entry->subject, KnownBy::kKey, entry->name);
  }
  return refuse(401, "unknown_key", "this API key is not known, or not any more");
}

Authentication by_token(const access::Policy& policy, std::string_view token, std::int64_t unix_s,
                        LatelyVerified* lately) {
  const access::Sha256 hash = lately != nullptr ? access::sha256(token) : access::Sha256{};
  if (lately != nullptr) {
    if (const auto* tenant = lately->tokens.find(hash, lately->policy, unix_s)) {
      return known(*tenant, KnownBy::kToken);
    }
  }
  std::string why;
  for (const auto& verifier : policy.tokens) {
    auto claim = verifier.read(token, unix_s);
    if (!claim.ok()) {
      why = claim.error().message;
      continue;
    }
    auto& tenant = claim.value().value;
    if (!tenant) {
      return refuse(403, "no_tenant", "the token is good and names no tenant");
    }
    if (!is_tenant(*tenant)) {
      return refuse(403, "no_tenant",
                    "the token names as tenant what is no name: 1 to 64 characters without blanks");
    }
    if (lately != nullptr) {
      lately->tokens.keep(hash, lately->policy, *tenant, claim.value().until_s);
    }
    return known(*std::move(tenant), KnownBy::kToken);
  }
  if (policy.tokens.size() > 1) why = "no issuer that is known vouches for it";
  return refuse(401, "invalid_token", "the token is not believed: " + why);
}

// nullopt where it says nothing of who asks. A token of an issuer we do not know may be meant for
// another question, such as the class of the data.
std::optional<Authentication> by_bearer(const access::Policy& policy, std::string_view bearer,
                                        std::int64_t unix_s, LatelyVerified* lately) {
  if (bearer.empty()) return std::nullopt;
  const bool is_token = access::ClaimVerifier::looks_like_token(bearer);
  if (is_token && !policy.tokens.empty()) return by_token(policy, bearer, unix_s, lately);
  if (!policy.keys.empty()) {
    Authentication found = by_key(policy, bearer);
    if (found.ok() || !is_token) return found;
  }
  if (is_token || policy.tokens.empty()) return std::nullopt;
  return by_token(policy, bearer, unix_s, lately);
}

std::string what_is_taken(const access::Policy& policy) {
  std::string ways;
  const auto add = [&](std::string_view way) {
    ways += ways.empty() ? "" : ", or ";
    ways += way;
  };
  if (!policy.keys.empty()) add("an API key in Authorization: Bearer or x-api-key");
  if (!policy.tokens.empty()) add("a signed token in Authorization: Bearer");
  if (!policy.certificates.empty()) add("a client certificate");
  return ways.empty() ? "nobody may ask at present" : "say who you are: send " + ways;
}

}  // namespace

Authentication authenticate(const access::Policy& policy, const wire::RequestHead& head,
                            const access::Certificate* certificate, std::int64_t unix_s,
                            LatelyVerified* lately) {
  const Shown shown = shown_in(head);
  if (shown.twice) {
    return refuse(401, "repeated_credentials", "a credential is given more than once");
  }
  Authentication who;
  // Takes over what else was found; false when it ends there.
  const auto also = [&](Authentication found) {
    const bool disagrees = found.ok() && who.by != KnownBy::kNothing && found.tenant != who.tenant;
    if (disagrees) {
      found = refuse(403, "conflicting_credentials", "the credentials are of different tenants");
    }
    if (!found.ok() || who.by == KnownBy::kNothing) who = std::move(found);
    return who.ok();
  };
  if (!shown.key.empty() && !policy.keys.empty() && !also(by_key(policy, shown.key))) return who;
  if (auto found = by_bearer(policy, shown.bearer, unix_s, lately)) {
    if (!also(*std::move(found))) return who;
  }
  const bool may_show = certificate != nullptr && !policy.certificates.empty();
  if (const auto* entry = may_show ? policy.certificates.find(*certificate) : nullptr) {
    if (!also(known(entry->subject, KnownBy::kCertificate, entry->value))) return who;
  }
  if (who.by != KnownBy::kNothing) return who;
  if (may_show) {
    return refuse(403, "unknown_certificate", "the certificate is good, but is no tenant's here");
  }
  return refuse(401, "missing_credentials", what_is_taken(policy));
}

const char* to_string(KnownBy by) {
  switch (by) {
    case KnownBy::kNothing:
      return "nothing";
    case KnownBy::kKey:
      return "key";
    case KnownBy::kToken:
      return "token";
    case KnownBy::kCertificate:
      return "certificate";
  }
  return "?";
}

}  // namespace signalbox::gateway
