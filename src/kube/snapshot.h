// SPDX-License-Identifier: Apache-2.0
//
// What the caches held, in a file: so that a process that starts while the API server is down knows
// the fleet as it was (B68). It carries a checksum: half of a fleet would be worse than none.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "kube/object_cache.h"

namespace signalbox::kube {

struct Snapshot {
  std::int64_t written_unix_nanos = 0;
  std::map<std::string, std::vector<KubeObject>> objects;  // by Resource::label()
};

std::string to_text(const Snapshot& snapshot);
// Errors say what is wrong with it: another format, cut off, changed.
Result<Snapshot> read_snapshot(const std::string& text);

}  // namespace signalbox::kube
