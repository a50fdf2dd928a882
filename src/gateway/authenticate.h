// SPDX-License-Identifier: Apache-2.0
//
// Who asks: the stage after the head is parsed and before a byte of the body is looked at. Every
// credential shown must hold, and all that hold must name one tenant: a bad key beside a good
// certificate is a mistake that somebody should hear of, or an attempt.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "access/policy.h"
#include "access/verified_tokens.h"
#include "wire/http1_message.h"

namespace signalbox::gateway {

// By what somebody is known.
enum class KnownBy : std::uint8_t { kNothing, kKey, kToken, kCertificate };

struct Authentication {
  int status = 0;           // 0: may go on; else the answer, 401 or 403
  std::string tenant = {};  // who asks
  KnownBy by = KnownBy::kNothing;
  std::string key_name = {};        // what the key or certificate is called, for logs; may be empty
  std::string_view code = {};       // of the refusal, for programs: unknown_key
  std::string message = {};         // and for people
  std::string_view challenge = {};  // of WWW-Authenticate; empty = none, as with 403

  bool ok() const { return status == 0; }
};

// Tokens of the calling loop that were verified lately, and the number of the policy they were
// verified by.
struct LatelyVerified {
  access::VerifiedTokens& tokens;
  std::uint64_t policy;
};

// `certificate` is the client's, verified, or nullptr; `unix_s` is the present time; without
// `lately` (null) every token is verified. Thread-safe, but for what `lately` refers to.
Authentication authenticate(const access::Policy& policy, const wire::RequestHead& head,
                            const access::Certificate* certificate, std::int64_t unix_s,
                            LatelyVerified* lately = nullptr);

const char* to_string(KnownBy by);

}  // namespace signalbox::gateway
