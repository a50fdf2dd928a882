// SPDX-License-Identifier: Apache-2.0
//
// Option, environment, neighbour; see trace_directory.h.
#include "sim/workload/trace_directory.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace signalbox::sim {

namespace {

constexpr std::string_view kVariable = "SIGNALBOX_TRACES";

bool is_directory(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

bool is_file(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

}  // namespace

namespace traces {

TraceName gentd26() {
  return {"GenTD26 requests", {"gentd26_requests_day1-11.csv", "lora_request_trace.csv"}};
}

TraceName servegen() { return {"ServeGen rates", {"servegen_rates_10min_week1.csv"}}; }

TraceName azure_conversations() {
  return {"Azure LLM 2023 conversations",
          {"azure2023_conv.csv", "AzureLLMInferenceTrace_conv.csv"}};
}

TraceName spot_availability(int nodes, std::string_view zone) {
  TraceName trace{"spot availability", {fmt::format("spot/{}-node_{}.json", nodes, zone)}};
  // Where the public repository keeps them.
  const std::string file = fmt::format("{}_v100_1.json", zone);
  if (nodes == 16) trace.files.push_back("availability/16-node/aws-08-27-2023/" + file);
  if (nodes == 4) trace.files.push_back("preemption/4-node/aws-08-03-2023/" + file);
  return trace;
}

TraceName price_snapshot() { return {"price snapshot", {"aws_prices_snapshot.csv", "vms.csv"}}; }

}  // namespace traces

Result<TraceDirectory> TraceDirectory::find(const Places& places) {
  const auto named = [](const std::string& path, std::string_view by) -> Result<TraceDirectory> {
    if (is_directory(path)) return TraceDirectory(path);
    return Error{
        fmt::format("{} names \"{}\", which is no directory; expected the one that holds "
                    "the traces (docs/traces.md), or nothing",
                    by, path)};
  };
  if (places.option) return named(*places.option, "the option for traces");
  if (places.environment && !places.environment->empty()) {
    return named(*places.environment, kVariable);
  }
  return TraceDirectory(is_directory(places.beside) ? places.beside : std::string());
}

Result<TraceDirectory> TraceDirectory::find(std::optional<std::string> option) {
  const char* set = std::getenv(kVariable.data());
  return find(
      Places{std::move(option), set == nullptr ? std::nullopt : std::optional<std::string>(set)});
}

Result<std::string> TraceDirectory::locate(const TraceName& trace) const {
  if (!exists()) {
    return Error{
        fmt::format("no {}: there is no directory of traces; docs/traces.md says how to "
                    "get them, and {} where they are",
                    trace.title, kVariable)};
  }
  for (const auto& file : trace.files) {
    for (const auto* suffix : {"", ".gz"}) {
      auto path = fmt::format("{}/{}{}", path_, file, suffix);
      if (is_file(path)) return path;
    }
  }
  return Error{
      fmt::format("no {} in {}: expected {}, plain or .gz; docs/traces.md says how to get "
                  "it",
                  trace.title, path_, fmt::join(trace.files, " or "))};
}

}  // namespace signalbox::sim
