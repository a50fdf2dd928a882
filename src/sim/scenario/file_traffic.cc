// SPDX-License-Identifier: Apache-2.0
//
// From the keys of each kind of traffic to its stream of arrivals; see file_parts.h. Curves and
// traces are read once here, so that twenty seeds of a run do not read them twenty times.
#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/units_of_measure.h"
#include "sim/scenario/asked.h"
#include "sim/scenario/file_parts.h"
#include "sim/workload/flash_crowd.h"
#include "sim/workload/image_production.h"
#include "sim/workload/llm_mix.h"
#include "sim/workload/mmpp.h"
#include "sim/workload/poisson.h"
#include "sim/workload/rates.h"
#include "sim/workload/renewal.h"
#include "sim/workload/servegen_shape.h"
#include "sim/workload/weekly_rate.h"

namespace signalbox::sim {

namespace {

using config::Fields;
using Arrivals = std::function<std::unique_ptr<ArrivalStream>(std::uint64_t)>;

class TrafficBuild {
 public:
  TrafficBuild(const Fields& fields, const FileContext& context, bool& invented)
      : fields_(fields), context_(context), length_(*context.length), invented_(invented) {}

  // Empty when a trace could not be read.
  Arrivals arrivals() {
    const auto kind = *fields_.get<std::string>("kind");
    if (kind == "constant") return poisson(ConstantRate{rate()});
    if (kind == "cosine") return poisson(CosineRate{rate(), duration("period")});
    if (kind == "diurnal") return poisson(week());
    if (kind == "flash-crowd") return poisson(with_crowds());
    if (kind == "mmpp") return mmpp();
    if (kind == "images") return images();
    const auto curve =
        kind == "servegen" ? servegen() : curve_of(*fields_.get<std::string>("curve"));
    if (!curve) return {};
    if (kind == "servegen") return poisson(*curve);
    return kind == "clients" ? clients(*curve) : llm(*curve);
  }

 private:
  double number(std::string_view key) const { return *fields_.get<double>(key); }
  Duration duration(std::string_view key) const { return *fields_.get<Duration>(key); }
  int count(std::string_view key) const {
    return static_cast<int>(*fields_.get<std::int64_t>(key));
  }
  double rate() const { return number("rate"); }

  template <Rate R>
  Arrivals poisson(R curve) const {
    return [curve = std::move(curve), length = length_,
            spread = number("spread")](std::uint64_t seed) -> std::unique_ptr<ArrivalStream> {
      return std::make_unique<PoissonWorkload<R>>(
          curve, typename PoissonWorkload<R>::Options{TimePoint{}, length, spread, seed});
    };
  }

  RateSeries week() const {
    return weekly_rate({.mean_per_s = rate(),
                        .peak_hour = number("peak_hour"),
                        .trough = number("trough"),
                        .sharpness = number("sharpness"),
                        .weekend = number("weekend")});
  }

  AnyRate with_crowds() const {
    AnyRate curve = ConstantRate{rate()};
    if (fields_.has("period")) curve = CosineRate{rate(), duration("period")};
    for (const auto& item : fields_.sections("crowds")) {
      const Fields& crowd = item.value;
      curve = FlashCrowdRate(std::move(curve), {.from = *crowd.get<Duration>("at"),
                                                .ramp_up = *crowd.get<Duration>("ramp_up"),
                                                .hold = *crowd.get<Duration>("hold"),
                                                .ramp_down = *crowd.get<Duration>("ramp_down"),
                                                .factor = *crowd.get<double>("factor")});
    }
    return curve;
  }

  Arrivals mmpp() const {
    Mmpp model;
    for (const auto& item : fields_.sections("states")) {
      model.states.push_back(
          {*item.value.get<double>("rate"), *item.value.get<Duration>("stay"), {}});
    }
    return [model, length = length_,
            spread = number("spread")](std::uint64_t seed) -> std::unique_ptr<ArrivalStream> {
      return std::make_unique<MmppWorkload>(
          model, MmppWorkload::Options{TimePoint{}, length, spread, seed});
    };
  }

  Arrivals images() {
    ImageProductionOptions options;
    options.from = duration("from");
    options.to = options.from + length_;
    options.copies = number("copies");
    options.jitter = duration("jitter");
    if (!is_here(traces::gentd26())) {
      return [options](std::uint64_t seed) mutable {
        options.seed = seed;
        return image_production_synthetic(options);
      };
    }
    auto requests = load_image_production(context_.traces);
    if (!requests) {
      report("kind", requests.error());
      return {};
    }
    return [options, list = std::move(*requests)](std::uint64_t seed) mutable {
      options.seed = seed;
      return image_production(list, options);
    };
  }

  // A curve of exactly the scenario's length.
  std::optional<RateSeries> curve_of(const std::string& curve) {
    if (curve == "servegen") return servegen();
    if (curve == "diurnal") return week().window(Duration::zero(), length_);
    return RateSeries::constant(rate(), length_);
  }

  std::optional<RateSeries> servegen() {
    std::optional<RateSeries> curve;
    if (is_here(traces::servegen())) {
      auto read =
          load_servegen_curve(context_.traces, rate(), *fields_.get<std::string>("category"));
      if (!read) {
        report("category", read.error());
        return std::nullopt;
      }
      curve = std::move(*read);
    } else {
      curve = servegen_curve_synthetic(rate());
    }
    const Duration from = duration("from");
    if (from + length_ <= curve->length()) return curve->window(from, from + length_);
    context_.report.add(
        fields_.place("kind"),
        fmt::format("the curve of servegen ends at {}", config::format_duration(curve->length())),
        {.hint = fmt::format("the scenario goes on until {} of it; make it shorter",
                             config::format_duration(from + length_))});
    return std::nullopt;
  }

  GapLaw gaps() const {
    const bool weibull = fields_.get<std::string>("gaps") == "weibull";
    return GapLaw::of_cv(weibull ? GapLaw::Family::kWeibull : GapLaw::Family::kGamma,
                         number("burstiness"));
  }

  Arrivals clients(const RateSeries& curve) const {
    return [curve, clients = skewed_clients(count("clients"), number("skew"), gaps()),
            spread = number("spread")](std::uint64_t seed) -> std::unique_ptr<ArrivalStream> {
      return std::make_unique<RenewalWorkload>(curve, clients,
                                               RenewalWorkload::Options{TimePoint{}, spread, seed});
    };
  }

  Arrivals llm(const RateSeries& curve) {
    const TokenCost cost{number("prompt_cost"), number("output_cost")};
    std::shared_ptr<const TokenMarks> marks;
    if (is_here(traces::azure_conversations())) {
      auto read = load_llm_marks(context_.traces, cost);
      if (!read) {
        report("kind", read.error());
        return {};
      }
      marks = std::move(*read);
    } else {
      marks = llm_marks_synthetic(cost);
    }
    LlmMixOptions options;
    options.to = length_;
    options.clients = count("clients");
    options.client_skew = number("skew");
    options.gaps = gaps();
    return [curve, marks, options](std::uint64_t seed) mutable {
      options.seed = seed;
      return llm_mix(curve, marks, options);
    };
  }

  bool is_here(const TraceName& trace) {
    const bool here = context_.traces.locate(trace).ok();
    invented_ = invented_ || !here;
    return here;
  }

  void report(std::string_view key, const Error& error) {
    context_.report.add(fields_.place(key), error.message);
  }

  const Fields& fields_;
  const FileContext& context_;
  const Duration length_;
  bool& invented_;
};

}  // namespace

std::vector<Traffic> build_traffic(const Fields& root, const FileContext& context, bool& invented) {
  std::vector<Traffic> traffic;
  for (const auto& item : root.sections("traffic")) {
    auto [path, model] = asked_of(item.value, *context.fleet);
    traffic.push_back({.path = std::move(path),
                       .model = std::move(model),
                       .arrivals = TrafficBuild(item.value, context, invented).arrivals()});
  }
  return traffic;
}

}  // namespace signalbox::sim
