// SPDX-License-Identifier: Apache-2.0
//
// What API servers of Kubernetes send, kubeconfigs that people have, and snapshots on disks that
// fail.
#include <boost/json/serialize.hpp>
#include <string>
#include <vector>

#include "fuzz/cuts.h"
#include "fuzz/target.h"
#include "kube/kubeconfig.h"
#include "kube/snapshot.h"
#include "kube/watch_frames.h"

namespace signalbox::fuzz {

namespace {

std::string told(const std::vector<std::string_view>& pieces) {
  std::string out;
  kube::WatchFrames frames(
      [&](const kube::WatchFrame& frame) {
        out += std::to_string(static_cast<int>(frame.kind)) + wire::key_of(frame.object) +
               boost::json::serialize(frame.object) + '\n';
      },
      300);
  for (const auto piece : pieces) frames.feed(piece);
  return out + frames.problem();
}

}  // namespace

void kube_frames(std::string_view bytes) {
  const std::string whole = told({bytes});
  require(told(byte_by_byte(bytes)) == whole, "byte by byte: not " + whole);
  require(told(in_a_few_pieces(bytes)) == whole, "in pieces: not " + whole);
}

void kubeconfig(std::string_view bytes) {
  const auto access = kube::read_kubeconfig({{"/home/ann/config", std::string(bytes)}}, "");
  require(access.ok() || !access.error().message.empty(), "no reason given");
  if (access.ok()) {
    require(!access->address.host.empty() && access->address.port != 0, "a server nowhere");
  }
  kube::Access read;
  if (kube::read_server_url(bytes, read).ok()) {
    for (const char c : read.address.host + read.base_path) {
      require(c > ' ' && c <= '~', "a byte that no request may hold");
    }
  }
}

void kube_snapshot(std::string_view bytes) {
  const auto snapshot = kube::read_snapshot(std::string(bytes));
  if (!snapshot.ok()) return require(!snapshot.error().message.empty(), "no reason given");
  const auto again = kube::read_snapshot(kube::to_text(*snapshot));
  require(again.ok() && again->objects.size() == snapshot->objects.size(), "not read again");
}

}  // namespace signalbox::fuzz
