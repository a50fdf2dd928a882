// SPDX-License-Identifier: Apache-2.0
//
// Writing and reading lines; see run_store.h.
#include "bench/policy/run_store.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <utility>

namespace signalbox::bench {

namespace {

namespace json = boost::json;

std::uint64_t hash_of_this_program() {
  std::ifstream file("/proc/self/exe", std::ios::binary);
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (std::istreambuf_iterator<char> at(file), end; at != end; ++at) {
    hash = (hash ^ static_cast<unsigned char>(*at)) * 0x100000001B3ULL;
  }
  return hash;
}

json::object to_json(const std::string& key, const sim::MeasuredRun& run) {
  const sim::RunTotals& t = run.result.totals;
  return {{"key", key},
          {"scenario", run.result.scenario},
          {"policy", run.result.policy},
          {"seed", run.result.seed},
          {"requests", t.requests},
          {"answered", t.answered},
          {"refused", t.refused},
          {"failed", t.failed},
          {"within", t.within_objective},
          {"cost_usd", t.cost_usd},
          {"mean_in_replica_ns", t.mean_in_replica.count()},
          {"p50_ns", t.p50.count()},
          {"p95_ns", t.p95.count()},
          {"p99_ns", t.p99.count()},
          {"p999_ns", t.p999.count()},
          {"violation_minutes", t.violation_minutes},
          {"mode_switches", t.mode_switches},
          {"lower_bound_usd", run.lower_bound_usd},
          {"wall_s", run.wall_s},
          {"reported_ns", run.reported.count()},
          {"simulated_requests", run.simulated_requests}};
}

sim::MeasuredRun from_json(const json::object& line) {
  const auto count = [&](const char* name) { return line.at(name).to_number<std::uint64_t>(); };
  const auto time = [&](const char* name) {
    return Duration{line.at(name).to_number<std::int64_t>()};
  };
  sim::MeasuredRun run;
  run.result.scenario = json::value_to<std::string>(line.at("scenario"));
  run.result.policy = json::value_to<std::string>(line.at("policy"));
  run.result.seed = count("seed");
  sim::RunTotals& t = run.result.totals;
  t.requests = count("requests");
  t.answered = count("answered");
  t.refused = count("refused");
  t.failed = count("failed");
  t.within_objective = count("within");
  t.cost_usd = line.at("cost_usd").to_number<double>();
  t.mean_in_replica = time("mean_in_replica_ns");
  t.p50 = time("p50_ns");
  t.p95 = time("p95_ns");
  t.p99 = time("p99_ns");
  t.p999 = time("p999_ns");
  t.violation_minutes = line.at("violation_minutes").to_number<int>();
  t.mode_switches = count("mode_switches");
  run.lower_bound_usd = line.at("lower_bound_usd").to_number<double>();
  run.wall_s = line.at("wall_s").to_number<double>();
  run.reported = time("reported_ns");
  run.simulated_requests = count("simulated_requests");
  return run;
}

}  // namespace

Result<RunStore> RunStore::open(const std::string& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  RunStore store;
  store.path_ = fmt::format("{}/runs-{:016x}.jsonl", folder, hash_of_this_program());
  std::ifstream known(store.path_);
  for (std::string line; std::getline(known, line);) {
    boost::system::error_code bad;
    const json::value value = json::parse(line, bad);
    if (bad || !value.is_object()) continue;
    const auto& object = value.as_object();
    store.runs_.insert_or_assign(json::value_to<std::string>(object.at("key")), from_json(object));
  }
  store.file_.open(store.path_, std::ios::app);
  if (!store.file_) return Error{fmt::format("cannot write to '{}'", store.path_)};
  return store;
}

const sim::MeasuredRun* RunStore::find(const std::string& key) const {
  const std::lock_guard guard(*lock_);
  const auto found = runs_.find(key);
  return found == runs_.end() ? nullptr : &found->second;
}

void RunStore::add(const std::string& key, const sim::MeasuredRun& run) {
  const std::lock_guard guard(*lock_);
  file_ << json::serialize(to_json(key, run)) << '\n' << std::flush;
  runs_.insert_or_assign(key, run);
}

}  // namespace signalbox::bench
