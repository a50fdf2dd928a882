// SPDX-License-Identifier: Apache-2.0
//
// Calls to one API server: bounded in rate, with the credentials of the moment, and with the two
// answers that mean "again" taken care of - 401, after which credentials are fetched anew once, and
// 429 or 503, after which the server is left alone for as long as it asks. What else fails is the
// caller's: he knows whether the question still matters.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "http/client.h"
#include "kube/access.h"
#include "kube/api_call.h"
#include "kube/api_error.h"
#include "kube/credentials.h"
#include "kube/rate_bound.h"
#include "kube/schedule.h"
#include "net/tls.h"

namespace signalbox::kube {

struct ApiClientOptions {
  std::string user_agent = "signalbox";
  double calls_per_s = 50.0;
  double burst = 100.0;
  std::size_t max_answer = 64UL * 1024 * 1024;  // bytes
};

using ApiCallId = std::uint64_t;

// Lives on one event loop.
class ApiClient {
 public:
  using Done = std::function<void(Result<json::object, ApiError>)>;

  ApiClient(asio::io_context& io, Schedule& schedule, Access access, ApiClientOptions options = {});
  // Cancels everything.
  ~ApiClient();
  ApiClient(const ApiClient&) = delete;
  ApiClient& operator=(const ApiClient&) = delete;

  // `done` is called once, later, from the loop, unless the call is cancelled by then: with the
  // object that came (of a watch: empty, once it ended) or why there is none.
  ApiCallId call(ApiCall call, Done done);

  // Nothing, where it has ended. Not from inside on_piece.
  void cancel(ApiCallId id);

  const Access& access() const { return access_; }
  // For messages: "the API server at 10.0.0.1:6443".
  std::string server() const;

 private:
  struct Pending {
    ApiCall call;
    Done done;
    int attempts_left = 0;
    bool renewed = false;  // credentials, for this call
    http::CallId under_way = 0;
    std::unique_ptr<Alarm> wait{};
  };

  void wait_then_send(ApiCallId id, Duration wait);
  void send(ApiCallId id);
  void send_as(ApiCallId id, const Credential& credential);
  void on_answer(ApiCallId id, Result<http::Response, http::ClientError> answer);
  void end(ApiCallId id, Result<json::object, ApiError> result);
  Result<std::shared_ptr<const net::TlsClient>> tls_for(const Credential& credential);
  std::uint64_t stamp_of_files() const;

  Schedule& schedule_;
  const Access access_;
  const ApiClientOptions options_;
  std::unique_ptr<Credentials> credentials_;
  RateBound bound_;
  http::Client http_;
  std::map<ApiCallId, Pending> pending_;
  ApiCallId last_id_ = 0;

  std::shared_ptr<const net::TlsClient> tls_;
  Credential tls_credential_;    // whose certificate it shows
  std::uint64_t tls_stamp_ = 0;  // of the files it was made from
  TimePoint tls_checked_{};      // when they were looked at last
  std::shared_ptr<bool> alive_ = std::make_shared<bool>();
};

}  // namespace signalbox::kube
