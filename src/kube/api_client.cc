// SPDX-License-Identifier: Apache-2.0
//
// See api_client.h.
#include "kube/api_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "kube/small_file.h"
#include "wire/kube_object.h"

namespace signalbox::kube {

namespace {

constexpr Duration kLookAtFiles = 60s;  // authorities and certificates are renewed now and then
constexpr Duration kLeastPatience = 1s, kMostPatience = 60s;  // with a server that is busy

}  // namespace

ApiClient::ApiClient(asio::io_context& io, Schedule& schedule, Access access,
                     ApiClientOptions options)
    : schedule_(schedule),
      access_(std::move(access)),
      options_(std::move(options)),
      credentials_(credentials_of(io, schedule, access_)),
      bound_(options_.calls_per_s, options_.burst),
      http_(io) {}

ApiClient::~ApiClient() = default;

std::string ApiClient::server() const {
  return "the API server at " + core::to_string(access_.address);
}

ApiCallId ApiClient::call(ApiCall call, Done done) {
  const ApiCallId id = ++last_id_;
  Pending pending;
  pending.attempts_left = call.attempts;
  pending.call = std::move(call);
  pending.done = std::move(done);
  pending_.emplace(id, std::move(pending));
  wait_then_send(id, bound_.take(schedule_.now()));
  return id;
}

void ApiClient::cancel(ApiCallId id) {
  const auto pending = pending_.extract(id);
  if (pending && pending.mapped().under_way != 0) http_.cancel(pending.mapped().under_way);
}

// Also without a wait from the loop, so that nobody is called back from inside his own call.
void ApiClient::wait_then_send(ApiCallId id, Duration wait) {
  pending_.at(id).wait = schedule_.after(wait, [this, id] { send(id); });
}

void ApiClient::send(ApiCallId id) {
  credentials_->get(
      [this, id, alive = std::weak_ptr(alive_)](const Result<Credential>& credential) {
        if (alive.expired() || !pending_.contains(id)) return;
        if (credential.ok()) return send_as(id, *credential);
        end(id, ApiError{ApiError::Kind::kCredentials,
                         pending_.at(id).call.label() + ": " + credential.error().message});
      });
}

void ApiClient::send_as(ApiCallId id, const Credential& credential) {
  Pending& pending = pending_.at(id);
  const ApiCall& call = pending.call;
  http::CallOptions options;
  options.timeout = call.timeout;
  options.connect_timeout = std::min<Duration>(call.timeout, 5s);
  options.max_body = options_.max_answer;
  options.server_name = access_.tls_name;
  if (access_.tls) {
    auto tls = tls_for(credential);
    if (!tls.ok()) {
      return end(id,
                 ApiError{ApiError::Kind::kCredentials, call.label() + ": " + tls.error().message});
    }
    options.tls = std::move(*tls);
  }
  options.stream_body = static_cast<bool>(call.on_piece);
  options.on_body = call.on_piece;

  http::Request request;
  request.method = call.method;
  request.target = access_.base_path + call.target();
  request.headers = {{"Accept", "application/json"}, {"User-Agent", options_.user_agent}};
  if (!call.body.empty()) request.headers.push_back({"Content-Type", call.content_type});
  if (!credential.token.empty()) {
    request.headers.push_back({"Authorization", "Bearer " + credential.token});
  }
  request.body = call.body;
  pending.under_way = http_.call(access_.address, request, options,
                                 [this, id](Result<http::Response, http::ClientError> answer) {
                                   on_answer(id, std::move(answer));
                                 });
}

void ApiClient::on_answer(ApiCallId id, Result<http::Response, http::ClientError> answer) {
  Pending& pending = pending_.at(id);
  pending.under_way = 0;
  const std::string what = pending.call.label();
  if (!answer.ok()) {
    const bool is_garbled = answer.error().kind == http::ClientFailure::kProtocol;
    return end(id, ApiError{is_garbled ? ApiError::Kind::kUnreadable : ApiError::Kind::kUnreachable,
                            what + ": " + answer.error().message});
  }
  if (answer->status / 100 == 2) {
    if (pending.call.on_piece || answer->body.empty()) return end(id, json::object{});
    auto object = wire::read_kube_object(answer->body);
    if (object.ok()) return end(id, std::move(*object));
    return end(id, ApiError{ApiError::Kind::kUnreadable,
                            fmt::format("{}: the answer {}", what, object.error().message)});
  }
  ApiError error = refused(*answer, what, schedule_.unix_nanos());
  if (error.code == 401 && !std::exchange(pending.renewed, true)) {
    credentials_->renew();
    tls_checked_ = {};
    return send(id);
  }
  const bool is_busy = error.code == 429 || error.code == 503;
  if (is_busy && --pending.attempts_left > 0) {
    return wait_then_send(id, std::clamp(error.retry_after, kLeastPatience, kMostPatience));
  }
  end(id, std::move(error));
}

void ApiClient::end(ApiCallId id, Result<json::object, ApiError> result) {
  const auto pending = pending_.extract(id);
  pending.mapped().done(std::move(result));
}

std::uint64_t ApiClient::stamp_of_files() const {
  return stamp_of(access_.ca_file) ^ (stamp_of(access_.certificate_file) * 3) ^
         (stamp_of(access_.key_file) * 5);
}

// Made anew when a file that it came from, or the plugin's certificate, is another. Connections
// that are open stay: whom they were shown is no longer asked.
Result<std::shared_ptr<const net::TlsClient>> ApiClient::tls_for(const Credential& credential) {
  const bool same_certificate = credential.certificate_pem == tls_credential_.certificate_pem &&
                                credential.key_pem == tls_credential_.key_pem;
  const TimePoint now = schedule_.now();
  if (tls_ && same_certificate && tls_checked_ != TimePoint{} &&
      now - tls_checked_ < kLookAtFiles) {
    return tls_;
  }
  const std::uint64_t stamp = stamp_of_files();
  tls_checked_ = now;
  if (tls_ && same_certificate && stamp == tls_stamp_) return tls_;
  net::TlsClientOptions options;
  options.ca_file = access_.ca_file;
  options.texts.name = access_.origin;
  options.texts.ca = access_.ca_pem;
  if (!credential.certificate_pem.empty()) {
    options.texts.certificate = credential.certificate_pem;
    options.texts.key = credential.key_pem;
  } else if (!access_.certificate_file.empty() && !access_.key_file.empty()) {
    options.own = {access_.certificate_file, access_.key_file};
  } else if (!access_.certificate_file.empty() || !access_.certificate_pem.empty()) {
    // One of the two may stand in the kubeconfig and the other in a file.
    auto texts = [&](const std::string& text, const std::string& file) {
      return text.empty() ? read_small_file(file) : Result<std::string>(text);
    };
    auto certificate = texts(access_.certificate_pem, access_.certificate_file);
    auto key = texts(access_.key_pem, access_.key_file);
    if (!certificate.ok()) return certificate.error();
    if (!key.ok()) return key.error();
    options.texts.certificate = std::move(*certificate);
    options.texts.key = std::move(*key);
  }
  auto made = net::TlsClient::make(options);
  // A file that is being replaced is whole again in a moment; the old authorities hold until then.
  if (!made.ok()) return tls_ && same_certificate ? Result(tls_) : made;
  tls_ = std::move(*made);
  tls_credential_ = credential;
  tls_stamp_ = stamp;
  return tls_;
}

}  // namespace signalbox::kube
