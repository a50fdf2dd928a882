// SPDX-License-Identifier: Apache-2.0
//
// What API servers of Kubernetes send, kubeconfigs that people have, and snapshots on disks that
// fail.
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cluster/picture.h"
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

// One object a line, each taken for every kind there is: what others write need not be of the shape
// that their documentation says.
void kube_objects(std::string_view bytes) {
  using cluster::ObjectKind;
  cluster::ClusterPicture picture(
      {{UnitId{0}, "a", cluster::WorkloadKind::kDeployment, "n", "d"},
       {UnitId{1}, "b", cluster::WorkloadKind::kInferencePool, "n", "p"},
       {UnitId{2}, "c", cluster::WorkloadKind::kService, "n", "s"},
       {UnitId{3}, "d", cluster::WorkloadKind::kStatefulSet, "n", "t", 80,
        cluster::Scaling::kDirect}},
      [](const std::string&) {});
  for (std::uint32_t unit = 0; unit < 4; ++unit) {
    picture.launch(EndpointId{unit + 1}, UnitId{unit}, TimePoint{});
    picture.want(UnitId{unit}, 3);
  }
  std::set<std::uint64_t> known, launched{1, 2, 3, 4};
  TimePoint now{};
  const auto check = [&] {
    for (const auto& news : picture.take_news()) {
      if (const auto* found = std::get_if<core::EndpointFound>(&news)) {
        require(known.insert(found->endpoint.value).second, "found twice");
        require(found->instead_of.value == 0 || launched.erase(found->instead_of.value) == 1,
                "a launch answered twice");
      } else if (const auto* gone = std::get_if<core::EndpointGone>(&news)) {
        require(known.erase(gone->endpoint.value) == 1, "gone, and was not there");
      } else if (const auto* refused = std::get_if<core::LaunchRefused>(&news)) {
        require(known.erase(refused->endpoint.value) + launched.erase(refused->endpoint.value) == 1,
                "refused, and was not asked for");
      } else if (const auto* ready = std::get_if<core::EndpointReady>(&news)) {
        require(known.contains(ready->endpoint.value), "ready, and was not found");
        require(ready->address.port != 0, "ready nowhere");
      }
    }
    picture.take_actions(now);
  };
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    auto object = wire::read_kube_object(bytes.substr(0, end));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    if (!object.ok()) continue;
    const auto shared = std::make_shared<const wire::json::object>(std::move(*object));
    for (auto kind = 0; kind <= static_cast<int>(ObjectKind::kNodeOverlay); ++kind) {
      picture.put(static_cast<ObjectKind>(kind), shared, now);
      now += 10s;
      picture.tick(now);
      check();
    }
    if (bytes.size() % 2 == 0) continue;
    for (auto kind = 0; kind <= static_cast<int>(ObjectKind::kNodeOverlay); ++kind) {
      picture.remove(static_cast<ObjectKind>(kind), shared, now);
      check();
    }
  }
  for (std::uint32_t unit = 0; unit < 4; ++unit) picture.place(UnitId{unit});
}

void kube_snapshot(std::string_view bytes) {
  const auto snapshot = kube::read_snapshot(std::string(bytes));
  if (!snapshot.ok()) return require(!snapshot.error().message.empty(), "no reason given");
  const auto again = kube::read_snapshot(kube::to_text(*snapshot));
  require(again.ok() && again->objects.size() == snapshot->objects.size(), "not read again");
}

}  // namespace signalbox::fuzz
