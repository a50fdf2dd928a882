// SPDX-License-Identifier: Apache-2.0
//
// `signalbox replay LOG`: decides an input log again and says whether every decision and plan is
// the same, byte for byte, and if not, which is the first that is not.
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>

#include "apps/commands.h"
#include "apps/exit_code.h"
#include "journal/decision_line.h"
#include "journal/input_log_reader.h"
#include "journal/replay.h"
#include "net/clock.h"

namespace signalbox::apps {

namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

// A line per decision.
class DecisionFile final : public journal::ReplayObserver {
 public:
  explicit DecisionFile(std::FILE* file) : file_(file) {}

  void read(const journal::InputRecord& record) override {
    // The Router's seed is written before any time is known.
    if (!start_ && record.at != TimePoint{}) start_ = record.at;
  }
  void decided(const core::Decision& decision, const core::FleetView& view) override {
    const std::string line =
        journal::decision_line(decision, *view.spec, start_.value_or(TimePoint{})) + '\n';
    failed_ = failed_ || std::fwrite(line.data(), 1, line.size(), file_) != line.size();
  }

  bool failed() const { return failed_; }

 private:
  std::FILE* file_;
  std::optional<TimePoint> start_;
  bool failed_ = false;
};

void print_json(const journal::ReplayReport& report, const std::string& log, double wall_s) {
  fmt::print(
      "{{\"log\":{},\"verdict\":\"{}\",\"requests\":{},\"decisions\":{},\"outcomes\":{},"
      "\"signals\":{},\"ticks\":{},\"plans\":{},\"checks\":{},\"records\":{},\"span_s\":{},"
      "\"ended\":{},\"note\":{},\"damage\":{},\"difference\":{},\"wall_s\":{:.3f}}}\n",
      journal::json_text(log), report.identical() ? "identical" : "different", report.requests,
      report.decisions, report.outcomes, report.signals, report.ticks, report.plans, report.checks,
      report.records, to_seconds(report.span),
      report.end ? journal::json_text(journal::to_string(*report.end)) : "null",
      journal::json_text(report.note), journal::json_text(report.damage),
      journal::json_text(report.difference), wall_s);
}

void print_text(const journal::ReplayReport& report, const std::string& log, double wall_s) {
  fmt::print("{}: {:.1f} s of traffic, replayed in {:.2f} s\n", log, to_seconds(report.span),
             wall_s);
  fmt::print("  {} requests, {} outcomes, {} decisions\n", report.requests, report.outcomes,
             report.decisions);
  fmt::print("  {} signals, {} ticks, {} plans, {} checks\n", report.signals, report.ticks,
             report.plans, report.checks);
  if (report.end && *report.end != journal::LogEnd::kClosed) {
    fmt::print("  the log {}; what came later is not in it\n", journal::to_string(*report.end));
  }
  if (!report.note.empty()) fmt::print("  {}\n", report.note);
  if (!report.difference.empty()) {
    fmt::print("different: {}\n", report.difference);
  } else if (!report.damage.empty()) {
    fmt::print("damaged: {}; byte-identical up to there\n", report.damage);
  } else {
    fmt::print("byte-identical\n");
  }
}

}  // namespace

int replay_command(const ReplayOptions& options) {
  if (!options.policies.empty()) return replay_policy_command(options);
  const auto fail = [](const std::string& why) {
    fmt::print(stderr, "signalbox replay: {}\n", why);
    return kExitBadUsage;
  };
  auto log = journal::InputLogReader::open(options.log);
  if (!log.ok()) return fail(log.error().message);
  File file;
  std::optional<DecisionFile> lines;
  if (!options.decisions.empty()) {
    errno = 0;
    file.reset(std::fopen(options.decisions.c_str(), "we"));
    if (file == nullptr) {
      return fail(fmt::format("--decisions {}: {}", options.decisions, std::strerror(errno)));
    }
    lines.emplace(file.get());
  }
  const TimePoint begun = net::now();
  const auto report = journal::replay(*log, lines ? &*lines : nullptr);
  if (!report.ok()) return fail(report.error().message);
  const double wall_s = to_seconds(net::now() - begun);
  const std::string& name = log->files().name;
  if (options.json) {
    print_json(*report, name, wall_s);
  } else {
    print_text(*report, name, wall_s);
  }
  if (lines && (lines->failed() || std::fflush(file.get()) != 0)) {
    return fail(fmt::format("--decisions {}: could not be written in full", options.decisions));
  }
  return report->identical() ? kExitOk : kExitFailed;
}

}  // namespace signalbox::apps
