// SPDX-License-Identifier: Apache-2.0
//
// How a cluster's API server is reached and as whom: what a kubeconfig, or the inside of a pod,
// comes to. Files are named here and read later, again and again, because others renew them.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "core/model/unit.h"

namespace signalbox::kube {

// A program that is asked for credentials (client.authentication.k8s.io).
struct ExecPlugin {
  std::string api_version;  // as its kubeconfig asks for
  std::string command;
  std::vector<std::string> arguments{};
  std::vector<std::pair<std::string, std::string>> variables{};
  bool wants_cluster = false;  // it is told which cluster it is for
  std::string install_hint{};  // what to tell people who do not have it
};

struct Access {
  std::string origin;  // for messages: "context prod of /home/ann/.kube/config"

  // The server.
  core::Address address;
  bool tls = true;
  std::string base_path{};          // in front of every path, without a '/' at the end
  std::string tls_name{};           // in its certificate; empty = the host
  std::string ca_file{}, ca_pem{};  // who vouches for it; both empty = the system's authorities

  // Who asks: one of these, or a certificate, or nobody in particular.
  std::string token{};
  std::string token_file{};
  std::optional<ExecPlugin> exec{};
  std::string certificate_file{}, key_file{};
  std::string certificate_pem{}, key_pem{};

  std::string name_space = "default";  // where nobody says another
};

// The parts of the process's environment that decide where a cluster is looked for.
struct Surroundings {
  std::string kubeconfig{};    // $KUBECONFIG: files, with ':' between them
  std::string home{};          // $HOME
  std::string service_host{};  // $KUBERNETES_SERVICE_HOST
  std::string service_port{};  // $KUBERNETES_SERVICE_PORT
  std::string account_folder = "/var/run/secrets/kubernetes.io/serviceaccount";
};

// As the configuration wishes: the kubeconfig it names; else a pod's own service account; else
// $KUBECONFIG, else ~/.kube/config. `context` of a kubeconfig, empty = its current one. Errors say
// what was looked for and where.
Result<Access> find_access(const std::string& kubeconfig, const std::string& context,
                           const Surroundings& surroundings);

// Of a pod: its service account.
Result<Access> access_from_inside(const Surroundings& surroundings);

}  // namespace signalbox::kube
