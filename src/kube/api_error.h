// SPDX-License-Identifier: Apache-2.0
//
// Why the API server did not do what it was asked. It says so in a Status object, with a reason
// that programs can tell apart; where it was not even reached there is a kind instead.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "http/client.h"

namespace signalbox::kube {

struct ApiError {
  enum class Kind {
    kUnreachable,  // no connection, or it broke
    kCredentials,  // there is nothing to show the server
    kRefused,      // it answered, and not with success
    kUnreadable,   // it answered, and it makes no sense
  };

  Kind kind = Kind::kUnreachable;
  std::string message;     // for people: who, what, why
  int code = 0;            // the HTTP status, of kRefused
  std::string reason{};    // "Conflict", "Expired", "NotFound", ...; may be empty
  Duration retry_after{};  // how long it asks to be left alone; zero = it does not say

  bool is_not_found() const { return code == 404; }
  bool is_conflict() const { return code == 409; }
  bool is_expired() const { return code == 410; }
};

// Of an answer that is no success; `what` names the call.
ApiError refused(const http::Response& answer, const std::string& what, std::int64_t unix_nanos);

// Of a Status object that came in a watch.
ApiError refused(const std::string& status_object, const std::string& what);

}  // namespace signalbox::kube
