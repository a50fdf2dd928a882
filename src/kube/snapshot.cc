// SPDX-License-Identifier: Apache-2.0
//
// One line that says what follows, and one line of JSON. See snapshot.h.
#include "kube/snapshot.h"

#include <boost/crc.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

namespace signalbox::kube {

namespace {

namespace json = boost::json;

constexpr int kFormat = 1;

std::uint32_t checksum_of(std::string_view text) {
  boost::crc_32_type sum;
  sum.process_bytes(text.data(), text.size());
  return sum.checksum();
}

std::string body_of(const std::map<std::string, std::vector<KubeObject>>& objects) {
  json::object body;
  for (const auto& [resource, list] : objects) {
    json::array& array = body[resource].emplace_array();
    for (const KubeObject& object : list) array.emplace_back(*object);
  }
  return json::serialize(body);
}

std::string with_head(const std::string& body, std::int64_t written_unix_nanos) {
  return json::serialize(json::object{{"signalbox_cluster_snapshot", kFormat},
                                      {"written_unix_nanos", written_unix_nanos},
                                      {"bytes", body.size()},
                                      {"crc32", checksum_of(body)}}) +
         "\n" + body;
}

}  // namespace

std::string to_text(const Snapshot& snapshot) {
  return with_head(body_of(snapshot.objects), snapshot.written_unix_nanos);
}

Result<Snapshot> read_snapshot(const std::string& text) {
  const std::size_t end = text.find('\n');
  const auto head = wire::read_kube_object(std::string_view(text).substr(0, end));
  if (end == text.npos || !head.ok() ||
      wire::integer_at(*head, {"signalbox_cluster_snapshot"}, 0) != kFormat) {
    return Error{"is no snapshot of a cluster in the format of this version"};
  }
  const std::string_view body = std::string_view(text).substr(end + 1);
  if (wire::integer_at(*head, {"bytes"}, -1) != static_cast<std::int64_t>(body.size())) {
    return Error{"is cut off"};
  }
  if (wire::integer_at(*head, {"crc32"}, -1) != static_cast<std::int64_t>(checksum_of(body))) {
    return Error{"was changed: its checksum is another"};
  }
  auto objects = wire::read_kube_object(body);
  if (!objects.ok()) return objects.error();
  Snapshot snapshot;
  snapshot.written_unix_nanos = wire::integer_at(*head, {"written_unix_nanos"}, 0);
  for (auto& [resource, list] : *objects) {
    auto& into = snapshot.objects[std::string(resource)];
    if (!list.is_array()) continue;
    for (auto& object : list.get_array()) {
      if (!object.is_object() || wire::name_of(object.get_object()).empty()) continue;
      into.push_back(std::make_shared<const json::object>(std::move(object.get_object())));
    }
  }
  return snapshot;
}

}  // namespace signalbox::kube
