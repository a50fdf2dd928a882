// SPDX-License-Identifier: Apache-2.0
#include "apps/tracing_sources.h"

#include <utility>

namespace signalbox::apps {

std::shared_ptr<const gateway::Tracing> open_tracing(
    const std::optional<config::TracingSection>& section,
    std::unique_ptr<adapters::OtlpExporter>& exporter) {
  if (!section) return nullptr;
  adapters::OtlpExporterOptions options;
  options.collector = section->collector;
  options.path = section->path;
  options.resource.service_name = section->service_name;
  exporter = std::make_unique<adapters::OtlpExporter>(std::move(options));
  exporter->start();
  auto tracing = std::make_shared<gateway::Tracing>();
  tracing->sample = section->sample;
  tracing->take = [&exporter = *exporter](observe::RequestTrace trace) {
    exporter.take(std::move(trace));
  };
  tracing->stats = [&exporter = *exporter] {
    const auto stats = exporter.stats();
    return observe::TraceStats{stats.exported, stats.lost};
  };
  return tracing;
}

}  // namespace signalbox::apps
