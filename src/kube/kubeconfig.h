// SPDX-License-Identifier: Apache-2.0
//
// kubectl's configuration, as far as a program needs it. It is somebody else's format and somebody
// else's file: keys we do not know are left alone, and only what the chosen context leads to has to
// make sense. What we cannot do as it says - a proxy, no check of the server - is refused in words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kube/access.h"

namespace signalbox::kube {

struct KubeconfigFile {
  std::string path;  // for messages, and where its relative paths begin
  std::string text;
};

// What `context` leads to (empty = the current one). Of several files the first that says something
// counts, as kubectl does. Errors name the file, the place and what is allowed.
Result<Access> read_kubeconfig(const std::vector<KubeconfigFile>& files,
                               const std::string& context);

// "https://10.0.0.1:6443/k8s/one" into address, tls and base_path of an access.
Result<bool> read_server_url(std::string_view url, Access& into);

}  // namespace signalbox::kube
