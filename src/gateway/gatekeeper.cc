// SPDX-License-Identifier: Apache-2.0
//
// See gatekeeper.h.
#include "gateway/gatekeeper.h"

#include "gateway/client_certificate.h"

namespace signalbox::gateway {

std::optional<Authentication> Gatekeeper::ask(const std::shared_ptr<const access::Policy>& policy,
                                              const wire::RequestHead& head,
                                              const net::TlsPeer* peer, std::int64_t unix_s) {
  if (policy == nullptr) return std::nullopt;
  if (policy != seen_) {
    seen_ = policy;
    ++version_;
  }
  std::optional<access::Certificate> certificate;
  if (peer != nullptr) certificate = certificate_of(*peer);
  const access::Certificate* const shown = certificate ? &*certificate : nullptr;
  if (policy->tokens.empty()) return authenticate(*policy, head, shown, unix_s);
  if (!tokens_) tokens_.emplace();
  LatelyVerified lately{*tokens_, version_};
  return authenticate(*policy, head, shown, unix_s, &lately);
}

}  // namespace signalbox::gateway
