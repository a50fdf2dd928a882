// SPDX-License-Identifier: Apache-2.0
//
// What is shown to the API server with each call. It changes while we run: a service account's
// token is renewed in its file every hour, a plugin's runs out, and a server that says 401 to what
// it accepted a minute ago wants another one.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "kube/access.h"
#include "kube/schedule.h"

namespace signalbox::kube {

struct Credential {
  std::string token{};                       // empty = none
  std::string certificate_pem{}, key_pem{};  // of a plugin; empty = the access's own
  bool operator==(const Credential&) const = default;
};

class Credentials {
 public:
  using Ready = std::function<void(const Result<Credential>&)>;

  virtual ~Credentials() = default;

  // Calls `ready` once, now or later, from the loop; not after this object is gone.
  virtual void get(Ready ready) = 0;

  // What was given last is not accepted: the next get() fetches anew.
  virtual void renew() = 0;
};

// Of an access: a token as it stands, a file's (read again every minute), or a plugin's.
std::unique_ptr<Credentials> credentials_of(asio::io_context& io, Schedule& schedule,
                                            const Access& access);

}  // namespace signalbox::kube
