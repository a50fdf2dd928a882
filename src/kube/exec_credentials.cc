// SPDX-License-Identifier: Apache-2.0
//
// See exec_credentials.h; https://kubernetes.io/docs/reference/config-api/client-authentication.v1/
#include "kube/exec_credentials.h"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <utility>

#include "base/assert.h"
#include "kube/small_file.h"
#include "wire/base64.h"
#include "wire/dates.h"
#include "wire/kube_object.h"

namespace signalbox::kube {

namespace {

namespace json = boost::json;

constexpr Duration kTimeLimit = 60s;      // of one run
constexpr Duration kAfterFailure = 10s;   // before the next
constexpr Duration kBeforeExpiry = 30s;   // a credential is not shown any more
constexpr Duration kForEver = 24h * 365;  // of one that says nothing of its end

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

std::string exec_info(const Access& access) {
  SIGNALBOX_ASSERT(access.exec.has_value());
  json::object spec{{"interactive", false}};
  if (access.exec->wants_cluster) {
    const bool is_v6 = access.address.host.find(':') != std::string::npos;
    json::object cluster{
        {"server", fmt::format("{}://{}:{}{}", access.tls ? "https" : "http",
                               is_v6 ? "[" + access.address.host + "]" : access.address.host,
                               access.address.port, access.base_path)}};
    if (!access.tls_name.empty()) cluster["tls-server-name"] = access.tls_name;
    std::string authority = access.ca_pem;
    if (authority.empty() && !access.ca_file.empty()) {
      if (auto text = read_small_file(access.ca_file); text.ok()) authority = std::move(*text);
    }
    if (!authority.empty()) {
      cluster["certificate-authority-data"] = wire::base64_encode(authority);
    }
    spec["cluster"] = std::move(cluster);
  }
  return json::serialize(json::object{{"kind", "ExecCredential"},
                                      {"apiVersion", access.exec->api_version},
                                      {"spec", std::move(spec)}});
}

ExecCredentials::ExecCredentials(asio::io_context& io, Schedule& schedule, Access access)
    : io_(io), schedule_(schedule), access_(std::move(access)) {
  SIGNALBOX_ASSERT(access_.exec.has_value());
}

bool ExecCredentials::is_fresh() const {
  return credential_.has_value() && schedule_.now() < good_until_;
}

void ExecCredentials::get(Ready ready) {
  if (is_fresh()) return ready(*credential_);
  waiting_.push_back(std::move(ready));
  if (!child_) run();
}

void ExecCredentials::renew() {
  // A refusal that came while the program runs is of what was before.
  if (credential_ && credential_->ok()) credential_.reset();
}

void ExecCredentials::run() {
  net::ChildCommand command;
  command.words = {access_.exec->command};
  command.words.insert(command.words.end(), access_.exec->arguments.begin(),
                       access_.exec->arguments.end());
  command.variables = access_.exec->variables;
  command.variables.emplace_back("KUBERNETES_EXEC_INFO", exec_info(access_));
  command.timeout = kTimeLimit;
  child_ = std::make_unique<net::ChildProcess>(
      io_, std::move(command), [this](const Result<net::ChildOutput>& output) { on_end(output); });
}

void ExecCredentials::on_end(const Result<net::ChildOutput>& output) {
  const auto child = std::exchange(child_, nullptr);
  good_until_ = schedule_.now() + kForEver;
  credential_ = output.ok() ? read(*output) : Result<Credential>(output.error());
  if (!credential_->ok()) {
    good_until_ = schedule_.now() + kAfterFailure;
    std::string message = fmt::format("{}: the plugin for credentials: {}", access_.origin,
                                      credential_->error().message);
    if (!output.ok() && !access_.exec->install_hint.empty()) {
      message += "; " + access_.exec->install_hint;
    }
    credential_ = Result<Credential>(Error{std::move(message)});
  }
  const Result<Credential> answer = *credential_;
  for (const auto& ready : std::exchange(waiting_, {})) ready(answer);
}

Result<Credential> ExecCredentials::read(const net::ChildOutput& output) {
  const std::string& command = access_.exec->command;
  if (output.exit_code != 0) {
    return Error{fmt::format("{} ended with exit code {}: {}", command, output.exit_code,
                             first_line(output.errors))};
  }
  const auto object = wire::read_kube_object(output.output);
  if (!object.ok())
    return Error{fmt::format("what {} printed {}", command, object.error().message)};
  const auto version = wire::text_at(*object, {"apiVersion"});
  if (wire::text_at(*object, {"kind"}) != "ExecCredential" ||
      version != access_.exec->api_version) {
    return Error{fmt::format("{} printed {} of '{}', and an ExecCredential of {} is expected",
                             command, wire::text_at(*object, {"kind"}), version,
                             access_.exec->api_version)};
  }
  Credential credential;
  credential.token = wire::text_at(*object, {"status", "token"});
  credential.certificate_pem = wire::text_at(*object, {"status", "clientCertificateData"});
  credential.key_pem = wire::text_at(*object, {"status", "clientKeyData"});
  if (credential.certificate_pem.empty() != credential.key_pem.empty()) {
    return Error{command + " printed a certificate without its key, or a key alone"};
  }
  if (credential.token.empty() && credential.certificate_pem.empty()) {
    return Error{command + " printed neither status.token nor status.clientCertificateData"};
  }
  const auto expires = wire::text_at(*object, {"status", "expirationTimestamp"});
  if (!expires.empty()) {
    const auto at = wire::parse_rfc3339(expires);
    if (!at) return Error{fmt::format("{} printed '{}', which is no time", command, expires)};
    const Duration left = std::min(kForEver, Duration{*at - schedule_.unix_nanos()});
    // One that is over already is shown once all the same: our clock may be the wrong one.
    good_until_ = schedule_.now() + std::max(Duration{1s}, left - kBeforeExpiry);
  }
  return credential;
}

}  // namespace signalbox::kube
