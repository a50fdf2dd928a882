// SPDX-License-Identifier: Apache-2.0
//
// Document, fleet, parts; see scenario_file.h.
#include "sim/scenario/scenario_file.h"

#include <fmt/format.h>

#include <exception>
#include <filesystem>
#include <optional>
#include <utility>

#include "config/config.h"
#include "config/document.h"
#include "config/text_file.h"
#include "config/units_of_measure.h"
#include "sim/scenario/file_parts.h"
#include "sim/scenario/scenario_table.h"

namespace signalbox::sim {

namespace {

constexpr std::string_view kAdvice = "examples/scenarios/shortage.yaml is a good start";

class ScenarioFile {
 public:
  ScenarioFile(const std::string& path, const std::string& text, const TraceDirectory& traces)
      : path_(path), text_(text, path), report_(text_), traces_(traces) {}

  Result<Scenario> load() {
    const auto root = config::read_document(text_, kScenarioFile, "a scenario", report_);
    if (!root) return refusal();
    const config::Fields fields(&*root, kScenarioFile, {"", {1, 1}});
    if (!fields.is_readable()) return refusal();
    FileContext context{.fleet = nullptr,
                        .length = fields.get<Duration>("length"),
                        .folder = path_.parent_path().string(),
                        .traces = traces_,
                        .report = report_};
    const auto fleet = load_fleet(fields, context);
    if (fleet) context.fleet = &fleet->fleet;
    check_report_from(fields, context);
    check_traffic(fields, context);
    check_pools(fields, context);
    check_faults(fields, context);
    check_sources(fields, context);
    if (!report_.empty()) return refusal();
    Scenario scenario = build(fields, context, *fleet);
    if (!report_.empty()) return refusal();
    return scenario;
  }

 private:
  // The fleet's own errors, if any, follow those of this file.
  Error refusal() { return Error{config::render(std::move(report_).sorted()) + fleet_errors_}; }

  std::optional<config::Config> load_fleet(const config::Fields& fields,
                                           const FileContext& context) {
    const auto named = fields.get<std::string>("fleet");
    if (!named) return std::nullopt;
    auto fleet = config::load_file(context.located(*named));
    if (fleet) {
      for (const auto& service : fleet->fleet.services) {
        if (service.hedge.after > 0.0) {
          report_.add(fields.place("fleet"),
                      fmt::format("service {} sends second copies, and replicas here take only one",
                                  config::in_quotes(service.name)),
                      {.hint = "leave out its `hedge` for the simulation"});
        }
      }
      return std::move(*fleet);
    }
    report_.add(fields.place("fleet"),
                fmt::format("{} cannot be loaded", config::in_quotes(*named)),
                {.hint = "mend what is said about it below"});
    fleet_errors_ = config::render(fleet.error());
    return std::nullopt;
  }

  void check_report_from(const config::Fields& fields, const FileContext& context) {
    const auto from = fields.get<Duration>("report_from");
    if (!from || !context.length || *from < *context.length) return;
    report_.add(fields.place("report_from"), "nothing is left to report on",
                {.hint = fmt::format("the scenario ends at {}; begin before that",
                                     config::format_duration(*context.length))});
  }

  Scenario build(const config::Fields& fields, const FileContext& context,
                 const config::Config& fleet) {
    Scenario scenario;
    scenario.name = fields.get<std::string>("name").value_or(path_.stem().string());
    scenario.title = fields.get<std::string>("title").value_or(scenario.name);
    scenario.about = fields.get<std::string>("about").value_or(scenario.title);
    scenario.fleet = fleet.fleet;
    // As `signalbox emulate` plays them; when a stream's first token comes changes no latency.
    for (const auto& unit : fleet.emulation) {
      scenario.shapes.push_back({.max_batch = unit.max_batch > 1 ? unit.max_batch : 0});
    }
    scenario.length = *context.length;
    scenario.report_from = *fields.get<Duration>("report_from");
    scenario.season = *fields.get<Duration>("season");
    bool invented = false;
    scenario.traffic = build_traffic(fields, context, invented);
    scenario.pools = build_pools(fields, context);
    scenario.faults = build_faults(fields, context);
    scenario.signal_faults = build_signal_faults(fields, context);
    build_sources(fields, context, scenario);
    if (invented) {
      scenario.about += " Not every trace is here: synthetic stand-ins serve in their place.";
    }
    return scenario;
  }

  std::filesystem::path path_;
  config::Text text_;
  config::Report report_;
  const TraceDirectory& traces_;
  std::string fleet_errors_;
};

}  // namespace

std::string FileContext::located(const std::string& path) const {
  return (std::filesystem::path(folder) / path).string();
}

void FileContext::check_time(const config::Fields& fields, std::string_view key) const {
  const auto at = fields.get<Duration>(key);
  if (!fields.has(key) || !at || !length || *at < *length) return;
  report.add(fields.place(key),
             fmt::format("{} is not within the scenario", config::format_duration(*at)),
             {.hint = fmt::format("it ends at {}; write an earlier time, or a longer length",
                                  config::format_duration(*length))});
}

Result<Scenario> load_scenario(const std::string& path, const TraceDirectory& traces) {
  try {
    const auto text = config::read_text_file(path, kAdvice);
    if (!text) return Error{config::render(text.error())};
    return ScenarioFile(path, *text, traces).load();
  } catch (const std::exception& problem) {
    return Error{config::render(
        config::about_file(path, fmt::format("cannot be read: {}", problem.what()), ""))};
  }
}

}  // namespace signalbox::sim
