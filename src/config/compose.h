// SPDX-License-Identifier: Apache-2.0
//
// One configuration from a file and from objects of a cluster. The whole is checked as any
// configuration is; what is wrong with it is laid at the door of the object it stands in, which
// then keeps its last good spec or, if it never had one, stays out, with the reason for its status.
// So one team's mistake is not another's outage, and the file's own mistakes are still nobody's
// but the operator's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "config/crd.h"

namespace signalbox::config {

struct Supplement {
  ResourceKind kind;
  std::string name;       // its key in the section; the first of two of a name has it
  std::string home;       // its namespace, where its workload is looked for too
  std::string spec;       // JSON
  std::string last_good;  // the spec that was in force before; empty = none
};

enum class Standing {
  kInForce,
  kHeldBack,  // its last good spec is in force instead
  kOut,
};

struct Verdict {
  Standing standing = Standing::kInForce;
  std::string reason;   // "Valid", "NameTaken", "Invalid"
  std::string message;  // what is wrong, and what to do; empty when nothing is
};

struct Composition {
  std::string text;  // what was loaded, as YAML
  Config config;
  std::vector<Verdict> verdicts;  // parallel to the supplements
};

// Sections of the file come first, then the supplements in their order: where two services match a
// request, the earlier has it. An error is about the file.
Result<Composition, Diagnostics> compose(std::string_view file, std::string_view file_name,
                                         const std::vector<Supplement>& supplements);

}  // namespace signalbox::config
