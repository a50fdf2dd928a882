// SPDX-License-Identifier: Apache-2.0
//
// One function to write each part and one to read it; the reader remembers the first thing that is
// wrong and where it stands.
#include "profiler/profile_file.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "observe/json_text.h"

namespace signalbox::profiler {

namespace json = boost::json;

namespace {

constexpr std::string_view kFormat = "signalbox-profile-1";
constexpr double kMostSeconds = 1e8;  // three years
constexpr std::size_t kMostElements = 100'000;

// To twelve figures: more than anybody measures, and few enough that readers which round their own
// way give back the same.
double figure(double value) { return std::stod(fmt::format("{:.12g}", value)); }

json::object written(const Bounded& figures) {
  return {{"value", figure(figures.value)},
          {"low", figure(figures.low)},
          {"high", figure(figures.high)}};
}

json::object written(const Times& times) {
  return {{"mean_s", to_seconds(times.mean)},
          {"p50_s", to_seconds(times.p50)},
          {"p99_s", to_seconds(times.p99)},
          {"at_quantile_s", to_seconds(times.at_quantile)},
          {"at_quantile_low_s", to_seconds(times.at_quantile_low)},
          {"at_quantile_high_s", to_seconds(times.at_quantile_high)}};
}

json::object written(const LoadPoint& point) {
  json::object out{{"offered_per_s", figure(point.offered_per_s)},
                   {"achieved_per_s", figure(point.achieved_per_s)},
                   {"requests", point.requests},
                   {"errors", point.errors},
                   {"most_in_flight", point.most_in_flight},
                   {"latency", written(point.latency)}};
  if (point.first_token) out["first_token"] = written(*point.first_token);
  if (point.per_token) out["per_token"] = written(*point.per_token);
  out["utilisation"] = figure(point.utilisation);
  out["held"] = point.held;
  out["broken_off"] = point.broken_off;
  return out;
}

json::object written(const SaturationPoint& point) {
  return {{"in_flight", point.in_flight},
          {"achieved_per_s", figure(point.achieved_per_s)},
          {"latency_s", written(point.latency_s)}};
}

json::object written(const Prediction& at) {
  return {{"offered_per_s", figure(at.offered_per_s)},
          {"mean_s", to_seconds(at.mean)},
          {"at_quantile_s", to_seconds(at.at_quantile)},
          {"at_quantile_low_s", to_seconds(at.at_quantile_low)},
          {"at_quantile_high_s", to_seconds(at.at_quantile_high)}};
}

json::object written(const core::Profile& curve) {
  json::array points;
  for (const auto& point : curve.points()) {
    points.push_back(
        json::object{{"in_flight", point.in_flight}, {"latency_s", to_seconds(point.latency)}});
  }
  return {{"spread", figure(curve.spread())}, {"points", std::move(points)}};
}

json::object written(const core::LanguageProfile& language) {
  return {{"first_token_base_s", to_seconds(language.first_token_base)},
          {"per_prompt_token_s", to_seconds(language.per_prompt_token)},
          {"per_output_token", written(language.per_output_token)},
          {"prompt_tokens", language.prompt_tokens},
          {"output_tokens", language.output_tokens}};
}

json::object written(const core::Objective& objective) {
  return {{"latency_s", to_seconds(objective.latency)},
          {"quantile", figure(objective.quantile)},
          {"per_work", objective.per_work},
          {"first_token_s", to_seconds(objective.first_token)},
          {"per_token_s", to_seconds(objective.per_token)}};
}

template <class Part>
json::array all_written(const std::vector<Part>& parts) {
  json::array out;
  for (const Part& part : parts) out.push_back(written(part));
  return out;
}

// An object being read. Reads that fail give a harmless value and leave a complaint behind.
class Fields {
 public:
  Fields(const json::value& value, std::string path, std::string& complaint)
      : path_(std::move(path)), complaint_(complaint), object_(value.if_object()) {
    if (object_ == nullptr) complain(path_, "an object");
  }

  double number(std::string_view name, double least = -std::numeric_limits<double>::max()) const {
    const json::value* value = find(name);
    const bool fits = value != nullptr && value->is_number();
    const double number = fits ? value->to_number<double>() : 0.0;
    if (fits && std::isfinite(number) && number >= least) return number;
    complain(at(name), least == 0.0 ? "a number, 0 or above" : "a number");
    return 0.0;
  }
  int count(std::string_view name, int least = 0) const {
    const json::value* value = find(name);
    const std::int64_t* number = value == nullptr ? nullptr : value->if_int64();
    if (number != nullptr && *number >= least && *number <= 1'000'000'000) {
      return static_cast<int>(*number);
    }
    complain(at(name), fmt::format("a whole number from {} to 1000000000", least));
    return least;
  }
  Duration time(std::string_view name) const {
    const double seconds = number(name, 0.0);
    if (seconds <= kMostSeconds) return from_seconds(seconds);
    complain(at(name), "a time of at most 1e8 seconds");
    return {};
  }
  bool flag(std::string_view name) const {
    const json::value* value = find(name);
    if (value != nullptr && value->is_bool()) return value->get_bool();
    complain(at(name), "true or false");
    return false;
  }
  std::string text(std::string_view name) const {
    const json::value* value = find(name);
    if (value != nullptr && value->is_string()) return std::string(value->get_string());
    complain(at(name), "a text");
    return {};
  }
  bool has(std::string_view name) const { return find(name) != nullptr; }
  Fields inside(std::string_view name) const {
    static const json::value nothing;
    const json::value* value = find(name);
    return Fields(value == nullptr ? nothing : *value, at(name), complaint_);
  }
  template <class Read>
  auto list(std::string_view name, Read read) const {
    std::vector<decltype(read(*this))> out;
    const json::value* value = find(name);
    const json::array* array = value == nullptr ? nullptr : value->if_array();
    if (array == nullptr || array->size() > kMostElements) {
      complain(at(name), "a list");
      return out;
    }
    for (std::size_t i = 0; i < array->size() && complaint_.empty(); ++i) {
      out.push_back(read(Fields((*array)[i], fmt::format("{}[{}]", at(name), i), complaint_)));
    }
    return out;
  }
  void complain(const std::string& where, std::string_view expected) const {
    if (complaint_.empty()) complaint_ = fmt::format("{} is not {}", where, expected);
  }
  std::string at(std::string_view name) const { return fmt::format("{}.{}", path_, name); }
  bool sound() const { return complaint_.empty(); }

 private:
  const json::value* find(std::string_view name) const {
    return object_ == nullptr ? nullptr : object_->if_contains(name);
  }

  std::string path_;
  std::string& complaint_;
  const json::object* object_;
};

Bounded read_bounded(const Fields& in) {
  return {in.number("value", 0.0), in.number("low"), in.number("high")};
}

Times read_times(const Fields& in) {
  return {.mean = in.time("mean_s"),
          .p50 = in.time("p50_s"),
          .p99 = in.time("p99_s"),
          .at_quantile = in.time("at_quantile_s"),
          .at_quantile_low = in.time("at_quantile_low_s"),
          .at_quantile_high = in.time("at_quantile_high_s")};
}

LoadPoint read_load(const Fields& in) {
  LoadPoint point;
  point.offered_per_s = in.number("offered_per_s", 0.0);
  point.achieved_per_s = in.number("achieved_per_s", 0.0);
  point.requests = in.count("requests");
  point.errors = in.count("errors");
  point.most_in_flight = in.count("most_in_flight");
  point.latency = read_times(in.inside("latency"));
  if (in.has("first_token")) point.first_token = read_times(in.inside("first_token"));
  if (in.has("per_token")) point.per_token = read_times(in.inside("per_token"));
  point.utilisation = in.number("utilisation");
  point.held = in.flag("held");
  point.broken_off = in.flag("broken_off");
  return point;
}

SaturationPoint read_saturation(const Fields& in) {
  return {.in_flight = in.count("in_flight", 1),
          .achieved_per_s = in.number("achieved_per_s", 0.0),
          .latency_s = read_bounded(in.inside("latency_s"))};
}

Prediction read_prediction(const Fields& in) {
  return {.offered_per_s = in.number("offered_per_s", 0.0),
          .mean = in.time("mean_s"),
          .at_quantile = in.time("at_quantile_s"),
          .at_quantile_low = in.time("at_quantile_low_s"),
          .at_quantile_high = in.time("at_quantile_high_s")};
}

core::Profile read_curve(const Fields& in) {
  const double spread = in.number("spread", 0.0);
  auto points = in.list("points", [](const Fields& point) {
    return core::Profile::Point{point.count("in_flight", 1), point.time("latency_s")};
  });
  bool rising = !points.empty();
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].latency <= Duration::zero()) rising = false;
    if (i > 0 && points[i].in_flight <= points[i - 1].in_flight) rising = false;
  }
  if (!rising)
    in.complain(in.at("points"), "a curve: in_flight must rise, and latency_s be above 0");
  if (!in.sound()) return core::Profile::single_server(1.0, 0.0);
  return core::Profile::measured(std::move(points), spread);
}

core::LanguageProfile read_language(const Fields& in) {
  return {.first_token_base = in.time("first_token_base_s"),
          .per_prompt_token = in.time("per_prompt_token_s"),
          .per_output_token = read_curve(in.inside("per_output_token")),
          .prompt_tokens = in.count("prompt_tokens"),
          .output_tokens = in.count("output_tokens")};
}

core::Objective read_objective(const Fields& in) {
  core::Objective objective;
  objective.latency = in.time("latency_s");
  objective.quantile = in.number("quantile", 0.0);
  if (!(objective.quantile > 0.0 && objective.quantile < 1.0)) {
    in.complain(in.at("quantile"), "a share between 0 and 1");
  }
  objective.per_work = in.flag("per_work");
  objective.first_token = in.time("first_token_s");
  objective.per_token = in.time("per_token_s");
  return objective;
}

Task read_task(const Fields& in) {
  const std::string text = in.text("task");
  for (const Task task : {Task::kPlain, Task::kImage, Task::kChat}) {
    if (text == to_string(task)) return task;
  }
  in.complain(in.at("task"), "one of plain, image, chat");
  return Task::kPlain;
}

}  // namespace

std::string profile_json(const UnitProfile& profile) {
  json::object out{{"format", kFormat},
                   {"name", profile.name},
                   {"model", profile.model},
                   {"hardware", profile.hardware},
                   {"framework", profile.framework},
                   {"address", profile.address},
                   {"task", to_string(profile.task)},
                   {"objective", written(profile.objective)},
                   {"unloaded_latency_s", written(profile.unloaded_latency_s)},
                   {"plateau_per_s", written(profile.plateau_per_s)},
                   {"breaking_per_s", written(profile.breaking_per_s)},
                   {"breaking_by", profile.breaking_by},
                   {"is_modelled", profile.is_modelled},
                   {"kind", profile.kind},
                   {"curve", written(profile.curve)}};
  if (!profile.carried_over_from.empty()) out["carried_over_from"] = profile.carried_over_from;
  if (profile.language) out["language"] = written(*profile.language);
  out["spread"] = figure(profile.spread);
  out["slots"] = profile.slots;
  out["price_usd_per_hour"] = figure(profile.price_usd_per_hour);
  out["usd_per_1000"] = figure(profile.usd_per_1000);
  out["points"] = all_written(profile.points);
  out["saturation"] = all_written(profile.saturation);
  out["predicted"] = all_written(profile.predicted);
  out["warm_up_s"] = to_seconds(profile.warm_up);
  out["warm_up_requests"] = profile.warm_up_requests;
  out["took_s"] = to_seconds(profile.took);
  out["requests"] = profile.requests;
  out["seed"] = std::to_string(profile.seed);  // JSON readers lose digits of large numbers
  return observe::json_text(out, observe::Layout::kIndented);
}

Result<UnitProfile> parse_profile(std::string_view text) {
  boost::system::error_code error;
  const json::value document = json::parse(text, error);
  if (error) return Error{fmt::format("no JSON: {}", error.message())};
  std::string complaint;
  const Fields in(document, "$", complaint);
  if (in.text("format") != kFormat) in.complain("$.format", fmt::format("\"{}\"", kFormat));
  UnitProfile out;
  out.name = in.text("name");
  out.model = in.text("model");
  out.hardware = in.text("hardware");
  out.framework = in.text("framework");
  out.address = in.text("address");
  out.task = read_task(in);
  out.objective = read_objective(in.inside("objective"));
  out.unloaded_latency_s = read_bounded(in.inside("unloaded_latency_s"));
  out.plateau_per_s = read_bounded(in.inside("plateau_per_s"));
  out.breaking_per_s = read_bounded(in.inside("breaking_per_s"));
  out.breaking_by = in.text("breaking_by");
  out.is_modelled = in.flag("is_modelled");
  out.kind = in.text("kind");
  out.curve = read_curve(in.inside("curve"));
  if (in.has("carried_over_from")) out.carried_over_from = in.text("carried_over_from");
  if (in.has("language")) out.language = read_language(in.inside("language"));
  out.spread = in.number("spread", 0.0);
  out.slots = in.count("slots", 1);
  out.price_usd_per_hour = in.number("price_usd_per_hour", 0.0);
  out.usd_per_1000 = in.number("usd_per_1000", 0.0);
  out.points = in.list("points", read_load);
  out.saturation = in.list("saturation", read_saturation);
  out.predicted = in.list("predicted", read_prediction);
  out.warm_up = in.time("warm_up_s");
  out.warm_up_requests = in.count("warm_up_requests");
  out.took = in.time("took_s");
  out.requests = in.count("requests");
  const std::string seed = in.text("seed");
  const auto [end, wrong] = std::from_chars(seed.data(), seed.data() + seed.size(), out.seed);
  if (wrong != std::errc{} || end != seed.data() + seed.size()) in.complain("$.seed", "digits");
  if (!complaint.empty()) return Error{complaint};
  return out;
}

}  // namespace signalbox::profiler
