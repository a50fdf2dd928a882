// SPDX-License-Identifier: Apache-2.0
//
// The tracing section of a configuration, begun: spans of requests go to its collector.
#pragma once

#include <memory>
#include <optional>

#include "adapters/otlp_exporter.h"
#include "config/config.h"
#include "gateway/options.h"

namespace signalbox::apps {

// Null where nothing is traced; `exporter`, which outlives what is returned, then stays empty.
std::shared_ptr<const gateway::Tracing> open_tracing(
    const std::optional<config::TracingSection>& section,
    std::unique_ptr<adapters::OtlpExporter>& exporter);

}  // namespace signalbox::apps
