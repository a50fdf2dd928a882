// SPDX-License-Identifier: Apache-2.0
//
// See access.h. Of a pod: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
#include "kube/access.h"

#include <fmt/format.h>

#include "kube/kubeconfig.h"
#include "kube/small_file.h"

namespace signalbox::kube {

namespace {

Result<Access> from_files(const std::string& paths, const std::string& context, bool must_exist) {
  std::vector<KubeconfigFile> files;
  std::string missing;
  for (std::size_t begin = 0; begin <= paths.size();) {
    const std::size_t end = std::min(paths.find(':', begin), paths.size());
    const std::string path = paths.substr(begin, end - begin);
    begin = end + 1;
    if (path.empty()) continue;
    auto text = read_small_file(path);
    if (!text.ok() && must_exist) return text.error();
    if (text.ok()) {
      files.push_back({path, std::move(*text)});
    } else {
      missing = text.error().message;
    }
  }
  if (files.empty()) return Error{"there is no kubeconfig: " + missing};
  return read_kubeconfig(files, context);
}

}  // namespace

Result<Access> access_from_inside(const Surroundings& surroundings) {
  Access access;
  access.origin = "the pod's service account";
  const std::string& host = surroundings.service_host;
  const bool is_v6 = host.find(':') != std::string::npos;
  const auto url = read_server_url(
      fmt::format("https://{}:{}", is_v6 ? "[" + host + "]" : host, surroundings.service_port),
      access);
  if (!url.ok()) {
    return Error{"KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT: " + url.error().message};
  }
  const std::string& folder = surroundings.account_folder;
  access.token_file = folder + "/token";
  access.ca_file = folder + "/ca.crt";
  if (const auto token = read_small_file(access.token_file); !token.ok()) {
    return Error{token.error().message +
                 ": does the pod have a service account, and automountServiceAccountToken?"};
  }
  if (const auto space = read_small_file(folder + "/namespace"); space.ok() && !space->empty()) {
    access.name_space = *space;
  }
  return access;
}

Result<Access> find_access(const std::string& kubeconfig, const std::string& context,
                           const Surroundings& surroundings) {
  if (!kubeconfig.empty()) {
    auto text = read_small_file(kubeconfig);
    if (!text.ok()) return text.error();
    return read_kubeconfig({{kubeconfig, std::move(*text)}}, context);
  }
  if (!surroundings.service_host.empty()) return access_from_inside(surroundings);
  if (!surroundings.kubeconfig.empty()) {
    return from_files(surroundings.kubeconfig, context, false);
  }
  if (!surroundings.home.empty()) {
    return from_files(surroundings.home + "/.kube/config", context, true);
  }
  return Error{
      "no cluster was found: this is no pod (KUBERNETES_SERVICE_HOST is not set), and there is "
      "neither KUBECONFIG nor HOME: name a kubeconfig"};
}

}  // namespace signalbox::kube
