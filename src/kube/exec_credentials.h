// SPDX-License-Identifier: Apache-2.0
//
// Credentials from a program, as clouds hand them out (aws eks get-token, gke-gcloud-auth-plugin,
// kubelogin): it is run when there is nothing to show yet, when what there is runs out, and when
// the server says 401. One run serves all who wait; a program that fails is not asked again at
// once.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kube/credentials.h"
#include "net/child_process.h"

namespace signalbox::kube {

class ExecCredentials final : public Credentials {
 public:
  // REQUIRES: access.exec.
  ExecCredentials(asio::io_context& io, Schedule& schedule, Access access);

  void get(Ready ready) override;
  void renew() override;

 private:
  bool is_fresh() const;
  void run();
  void on_end(const Result<net::ChildOutput>& output);
  Result<Credential> read(const net::ChildOutput& output);

  asio::io_context& io_;
  Schedule& schedule_;
  const Access access_;
  std::optional<Result<Credential>> credential_;
  TimePoint good_until_{};
  std::unique_ptr<net::ChildProcess> child_;
  std::vector<Ready> waiting_;
};

// The object that a plugin is told in KUBERNETES_EXEC_INFO.
std::string exec_info(const Access& access);

}  // namespace signalbox::kube
