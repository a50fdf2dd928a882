// SPDX-License-Identifier: Apache-2.0
//
// See api_error.h. The shape of Status:
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
#include "kube/api_error.h"

#include <fmt/format.h>

#include <algorithm>

#include "wire/kube_object.h"
#include "wire/retry_after.h"

namespace signalbox::kube {

namespace {

constexpr std::size_t kMostQuoted = 300;

ApiError from_status(const wire::json::object& status, const std::string& what) {
  ApiError error;
  error.kind = ApiError::Kind::kRefused;
  error.code = static_cast<int>(wire::integer_at(status, {"code"}, 0));
  error.reason = wire::text_at(status, {"reason"});
  error.retry_after =
      std::clamp<std::int64_t>(wire::integer_at(status, {"details", "retryAfterSeconds"}, 0), 0,
                               86'400) *
      1s;
  error.message = fmt::format("{}: {}", what, wire::text_at(status, {"message"}));
  return error;
}

}  // namespace

ApiError refused(const http::Response& answer, const std::string& what, std::int64_t unix_nanos) {
  const auto status = wire::read_kube_object(answer.body);
  ApiError error;
  if (status.ok() && wire::text_at(*status, {"kind"}) == "Status") {
    error = from_status(*status, what);
  } else {
    error.kind = ApiError::Kind::kRefused;
    error.message =
        fmt::format("{}: HTTP {}: {}", what, answer.status, answer.body.substr(0, kMostQuoted));
  }
  error.code = answer.status;
  const auto header = http::find_header(answer.headers, "retry-after");
  error.retry_after = std::max(error.retry_after, wire::parse_retry_after(header, unix_nanos));
  return error;
}

ApiError refused(const std::string& status_object, const std::string& what) {
  const auto status = wire::read_kube_object(status_object);
  if (status.ok()) return from_status(*status, what);
  return {ApiError::Kind::kUnreadable, what + ": " + status.error().message};
}

}  // namespace signalbox::kube
