// SPDX-License-Identifier: Apache-2.0
//
// Whom the gateway believes about the class of data, from what the configuration says: networks are
// read, and the key that claims are verified with is fetched from its file. Once, at the start.
#pragma once

#include "base/result.h"
#include "config/config.h"
#include "gateway/data_class.h"

namespace signalbox::apps {

// Error for a key file that cannot be read, or holds no such key.
Result<gateway::DataClassSources> data_class_sources(const config::DataSection& section);

}  // namespace signalbox::apps
