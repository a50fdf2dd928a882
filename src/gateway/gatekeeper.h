// SPDX-License-Identifier: Apache-2.0
//
// One loop's door: asks the policy in force, and remembers the tokens that it has verified lately,
// until a reload makes another policy. For the loop's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "access/verified_tokens.h"
#include "gateway/authenticate.h"
#include "net/tls_peer.h"

namespace signalbox::gateway {

class Gatekeeper {
 public:
  // Who asks, or why he may not; nullopt where everybody may, since there is no policy (null).
  // `peer` is the client's verified certificate, or nullptr; `unix_s` is the present time.
  std::optional<Authentication> ask(const std::shared_ptr<const access::Policy>& policy,
                                    const wire::RequestHead& head, const net::TlsPeer* peer,
                                    std::int64_t unix_s);

 private:
  std::shared_ptr<const access::Policy> seen_;    // kept, so that no other can have its address
  std::uint64_t version_ = 0;                     // counts policies
  std::optional<access::VerifiedTokens> tokens_;  // made where there are issuers
};

}  // namespace signalbox::gateway
